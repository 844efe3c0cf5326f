#include "app/closure_work.h"

#include "app/closure_effects.h"

#include <assert.h>

/* One row an effect. An effect without a row concerns what this Violet does not have (cards, calls). */
static enum err (*const effect_functions[CLOSURE_EFFECT_COUNT])(struct closure_work *closure) = {
    [CLOSURE_EFFECT_DECLARE] = closure_effect_declare,
    [CLOSURE_EFFECT_REVOKE_DECLARATION] = closure_effect_revoke_declaration,
    [CLOSURE_EFFECT_STOP_FEES] = closure_effect_stop_fees,
    [CLOSURE_EFFECT_RESUME_FEES] = closure_effect_resume_fees,
    [CLOSURE_EFFECT_ACCOUNT_CLOSING] = closure_effect_account_closing,
    [CLOSURE_EFFECT_ACCOUNT_BACK] = closure_effect_account_back,
    [CLOSURE_EFFECT_ACCOUNT_CLOSED] = closure_effect_account_closed,
    [CLOSURE_EFFECT_ALERT] = closure_effect_alert,
    [CLOSURE_EFFECT_DESK_ADD] = closure_effect_desk_add,
    [CLOSURE_EFFECT_DESK_REMOVE] = closure_effect_desk_remove,
    [CLOSURE_EFFECT_AUDIT_ONE_PERSON] = closure_effect_audit_one_person,
    [CLOSURE_EFFECT_MAIL_APPROVED] = closure_effect_mail_approved,
    [CLOSURE_EFFECT_MAIL_QUESTION] = closure_effect_mail_question,
    [CLOSURE_EFFECT_MAIL_REFUSED] = closure_effect_mail_refused,
    [CLOSURE_EFFECT_MAIL_REVIEW_AGAIN] = closure_effect_mail_review_again,
    [CLOSURE_EFFECT_MAIL_UNDONE] = closure_effect_mail_undone,
    [CLOSURE_EFFECT_MAIL_STOPPED] = closure_effect_mail_stopped,
    [CLOSURE_EFFECT_MAIL_GOES_ON] = closure_effect_mail_goes_on,
    [CLOSURE_EFFECT_MAIL_REMINDER] = closure_effect_mail_reminder,
    [CLOSURE_EFFECT_END_SESSIONS] = closure_effect_end_sessions,
    [CLOSURE_EFFECT_LOCK] = closure_effect_lock,
    [CLOSURE_EFFECT_UNLOCK] = closure_effect_unlock,
    [CLOSURE_EFFECT_END_ACCESS] = closure_effect_end_access,
    [CLOSURE_EFFECT_FREEZE_WALLET] = closure_effect_freeze_wallet,
    [CLOSURE_EFFECT_RELEASE_NUMBERS] = closure_effect_release_numbers,
    [CLOSURE_EFFECT_TELL_RECIPIENTS] = closure_effect_tell_recipients,
    [CLOSURE_EFFECT_MAKE_RECEIPT] = closure_effect_make_receipt,
    [CLOSURE_EFFECT_CONFIRM] = closure_effect_confirm,
    [CLOSURE_EFFECT_RESEAL] = closure_effect_reseal,
    [CLOSURE_EFFECT_DESTROY_KEY] = closure_effect_destroy_key,
    [CLOSURE_EFFECT_ALARM_TURN] = closure_effect_alarm_turn,
    [CLOSURE_EFFECT_ADD_RECEIPT_LINE] = closure_effect_add_receipt_line,
    [CLOSURE_EFFECT_OPEN_TICKET] = closure_effect_open_ticket,
};

static void row_of_case(struct store_closure *row, const struct closure_case *next)
{
    if (row->state != next->state)
        row->waits_for = STR("");
    row->state = next->state;
    row->state_at = next->state_at;
    row->declared_at = next->declared_at;
    row->submitted_at = next->submitted_at;
    row->start_at = next->start_at;
    row->due_at = next->due_at;
    row->review_end_at = next->review_end_at;
    row->undo_end_at = next->undo_end_at;
    row->undo_micros = next->undo_micros;
    row->deadline_at = next->deadline_at;
    row->fresh = next->fresh;
    row->hold = next->hold;
    row->objected_at = next->objected_at;
    row->approved_by = next->approved_by;
    row->first_refuser = next->first_refuser;
    row->refusal_reason = next->refusal_reason;
    row->tries = next->tries;
    row->reminded_at = next->reminded_at;
    row->closed_at = next->closed_at;
    row->forgotten_at = next->forgotten_at;
}

static enum err do_effects(struct closure_work *closure, const struct closure_decision *decision)
{
    for (size_t i = 0; i < decision->effect_count; i++) {
        assert(decision->effects[i] < CLOSURE_EFFECT_COUNT);
        if (effect_functions[decision->effects[i]] != NULL)
            TRY(effect_functions[decision->effects[i]](closure));
    }
    return ERR_NONE;
}

enum err closure_work_change(struct closure_work *closure, const struct closure_decision *decision,
                             const char *event, struct str details)
{
    row_of_case(&closure->row, &decision->next);
    if (event != NULL)
        TRY(closure_work_journal(closure, event, details));
    return do_effects(closure, decision);
}

enum err closure_work_apply(struct closure_work *closure, const struct closure_decision *decision,
                            const char *event, struct str details)
{
    TRY(closure_work_change(closure, decision, event, details));
    return closure_work_finish(closure);
}
