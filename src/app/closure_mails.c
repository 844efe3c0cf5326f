#include "app/closure_effects.h"

#include "app/closure_unbind.h"
#include "app/links.h"

/* Until when it can be undone at least: before the approval nobody knows better. */
static int64_t undo_at_least(const struct store_closure *row)
{
    int64_t start = row->start_at > row->submitted_at ? row->start_at : row->submitted_at;
    return row->undo_end_at != 0 ? row->undo_end_at : start + row->undo_micros;
}

enum err closure_effect_alert(struct closure_work *closure)
{
    const struct mail_argument arguments[] = {MAIL_ARGUMENT_TIME("undo_end", undo_at_least(&closure->row)),
                                              MAIL_ARGUMENT_TIME("due", closure->row.due_at)};
    return closure_work_mail(closure, "closing_request", STR(""), arguments, 2);
}

/* Times tell one occasion from the next: a case may come back to a state. */
static struct str occasion(struct closure_work *closure)
{
    return arena_printf(closure->arena, "%lld", (long long)(closure->row.state_at / 1000));
}

enum err closure_effect_mail_approved(struct closure_work *closure)
{
    const struct mail_argument arguments[] = {MAIL_ARGUMENT_TIME("undo_end", closure->row.undo_end_at)};
    return closure_work_mail(closure, "approved", occasion(closure), arguments, 1);
}

enum err closure_effect_mail_question(struct closure_work *closure)
{
    const struct mail_argument arguments[] = {MAIL_ARGUMENT_TEXT("text", closure->row.own.question),
                                              MAIL_ARGUMENT_TIME("until", closure->row.deadline_at)};
    return closure_work_mail(closure, "question", occasion(closure), arguments, 2);
}

enum err closure_effect_mail_refused(struct closure_work *closure)
{
    const struct mail_argument arguments[] = {MAIL_ARGUMENT_TEXT("text", closure->row.own.refusal),
                                              MAIL_ARGUMENT_TIME("until", closure->row.deadline_at)};
    return closure_work_mail(closure, "refused", occasion(closure), arguments, 2);
}

enum err closure_effect_mail_review_again(struct closure_work *closure)
{
    const struct mail_argument arguments[] = {MAIL_ARGUMENT_TIME("until", closure->row.review_end_at)};
    return closure_work_mail(closure, "review_again", occasion(closure), arguments, 1);
}

enum err closure_effect_mail_undone(struct closure_work *closure)
{
    return closure_work_mail(closure, "undone", STR(""), NULL, 0);
}

enum err closure_effect_mail_stopped(struct closure_work *closure)
{
    return closure_work_mail(closure, "stopped", STR(""), NULL, 0);
}

enum err closure_effect_mail_goes_on(struct closure_work *closure)
{
    const struct mail_argument arguments[] = {MAIL_ARGUMENT_TIME("due", closure->row.due_at)};
    return closure_work_mail(closure, "goes_on", occasion(closure), arguments, 1);
}

enum err closure_effect_mail_reminder(struct closure_work *closure)
{
    const struct mail_argument arguments[] = {
        MAIL_ARGUMENT_TIME("undo_end", closure->row.undo_end_at),
        MAIL_ARGUMENT_LINK("archive_link", links_make(closure->app, closure->arena, STR("/close/save")))};
    TRY(closure_work_mail(closure, "reminder", STR(""), arguments, 2));
    return closure_unbind_remind(closure);
}
