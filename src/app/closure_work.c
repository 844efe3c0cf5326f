#include "app/closure_work.h"

#include "app/journal.h"
#include "app/links.h"
#include "app/settings.h"

enum err closure_work_load(struct app *app, struct sql_tx *tx, struct arena *arena, int64_t account_id,
                           int64_t closure_id, int64_t now, const struct actor *actor,
                           struct closure_work **ret_work)
{
    struct closure_work *closure = ARENA_NEW(arena, struct closure_work);
    *closure = (struct closure_work){.app = app, .tx = tx, .arena = arena, .now = now, .actor = actor};
    TRY(store_closure_get(tx, arena, account_id, closure_id, &closure->row));
    enum err error = keys_open(app, tx, "closure", closure_id, &closure->key);
    closure->has_key = error == ERR_NONE;
    if (closure->has_key)
        error = store_closure_open(arena, &closure->key, &closure->row);
    if (error != ERR_NONE && error != ERR_KEY_GONE)
        return error;
    error = account_load(app, tx, arena, account_id, &closure->account);
    if (error == ERR_KEY_GONE)
        closure->account = NULL;
    else if (error != ERR_NONE)
        return error;
    *ret_work = closure;
    return ERR_NONE;
}

enum err closure_work_save(struct closure_work *closure)
{
    struct seal_key *key = closure->has_key ? &closure->key : NULL;
    if (closure->account_changed && closure->account != NULL)
        TRY(account_save(closure->tx, closure->arena, closure->account));
    TRY(closure->is_new ? store_closure_insert(closure->tx, closure->arena, key, &closure->row)
                        : store_closure_update(closure->tx, closure->arena, key, &closure->row));
    closure->account_changed = closure->is_new = false;
    return ERR_NONE;
}

enum err closure_work_finish(struct closure_work *closure)
{
    const struct store_closure *row = &closure->row;
    bool queued = !closure->is_new;
    TRY(closure_work_save(closure));
    if (queued)
        return store_queue_move(closure->tx, "closure", row->account_id, row->closure_id, row->deadline_at);
    return row->deadline_at != 0
               ? store_queue_add(closure->tx, "closure", row->account_id, row->closure_id, row->deadline_at)
               : ERR_NONE;
}

struct closure_case closure_work_case(const struct closure_work *closure)
{
    const struct store_closure *row = &closure->row;
    return (struct closure_case){
        .scope = (enum closure_scope)row->scope,
        .state = (enum closure_state)row->state,
        .state_at = row->state_at,
        .declared_at = row->declared_at,
        .submitted_at = row->submitted_at,
        .start_at = row->start_at,
        .due_at = row->due_at,
        .review_end_at = row->review_end_at,
        .undo_end_at = row->undo_end_at,
        .undo_micros = row->undo_micros,
        .deadline_at = row->deadline_at,
        .fresh = row->fresh != 0,
        .hold = row->hold != 0,
        .objected_at = row->objected_at,
        .approved_by = (enum closure_approval)row->approved_by,
        .first_refuser = row->first_refuser,
        .refusal_reason = (enum closure_refusal)row->refusal_reason,
        .tries = row->tries,
        .reminded_at = row->reminded_at,
        .closed_at = row->closed_at,
        .forgotten_at = row->forgotten_at,
    };
}

struct closure_actor closure_work_actor(const struct closure_work *closure)
{
    const struct actor *actor = closure->actor;
    static const enum closure_actor_kind kinds[] = {[ACTOR_SUBSCRIBER] = CLOSURE_BY_SUBSCRIBER,
                                                    [ACTOR_STAFF] = CLOSURE_BY_STAFF,
                                                    [ACTOR_LINK] = CLOSURE_BY_SUBSCRIBER,
                                                    [ACTOR_SYSTEM] = CLOSURE_BY_SYSTEM,
                                                    [ACTOR_OPERATOR] = CLOSURE_BY_STAFF};
    /* The operator's command line is one person beside those who have a log-in. */
    return (struct closure_actor){.kind = kinds[actor->kind],
                                  .staff_id = actor->kind == ACTOR_OPERATOR ? -1 : actor->staff_id,
                                  .role = (enum role)actor->role};
}

enum err closure_work_journal(struct closure_work *closure, const char *event, struct str details)
{
    struct str sealed = closure->has_key ? details : STR_NONE;
    return store_journal_continue(closure->tx, closure->arena, &closure->key, closure->row.account_id,
                                  closure->row.closure_id, closure->now, event,
                                  journal_actor(closure->arena, closure->actor), sealed, &closure->journal);
}

/* Who was a contact until lately is warned, but may not follow, undo or say where money goes. */
static void common_arguments(struct closure_work *closure, bool present, struct mail *mail)
{
    const struct closure_own *own = &closure->row.own;
    struct arena *arena = closure->arena;
    struct str alert =
        links_not_me(closure->app, arena, closure->row.reference, links_alert_key(arena, own->secret));
    struct str status = links_status(closure->app, arena, closure->row.reference, own->secret);
    mail->arguments[mail->argument_count++] = MAIL_ARGUMENT_TEXT("reference", closure->row.reference);
    mail->arguments[mail->argument_count++] = MAIL_ARGUMENT_TEXT("name", own->name);
    mail->arguments[mail->argument_count++] = MAIL_ARGUMENT_LINK("link", present ? status : alert);
    mail->arguments[mail->argument_count++] = MAIL_ARGUMENT_TEXT("not_me_link", alert);
}

static struct mail_place closure_place(struct closure_work *closure)
{
    return (struct mail_place){.key = &closure->key,
                               .key_kind = "closure",
                               .key_owner = closure->row.closure_id,
                               .account_id = closure->row.account_id,
                               .closure_id = closure->row.closure_id};
}

enum err closure_work_confirm(struct closure_work *closure, size_t contact, struct str receipt,
                              struct str signature)
{
    const struct closure_own *own = &closure->row.own;
    struct mail mail = {
        .language = own->language, .kind = STR("closed"), .attachment = receipt, .signature = signature};
    struct mail_place place = closure_place(closure);
    if ((int64_t)contact >= own->present_count || !closure->has_key)
        return ERR_NONE;
    mail.to = own->contacts[contact];
    common_arguments(closure, true, &mail);
    mail.arguments[mail.argument_count++] = MAIL_ARGUMENT_TIME("closed", closure->row.closed_at);
    mail.arguments[mail.argument_count++] = MAIL_ARGUMENT_MONEY("amount", closure->row.settled_amount);
    struct str effect_key =
        arena_printf(closure->arena, "closure:%lld:closed:%zu", (long long)closure->row.closure_id, contact);
    return mail_queue(closure->tx, closure->arena, &place, &mail, effect_key, closure->now, closure->now);
}

enum err closure_work_mail(struct closure_work *closure, const char *kind, struct str occasion,
                           const struct mail_argument *arguments, size_t count)
{
    const struct closure_own *own = &closure->row.own;
    struct mail mail = {.language = own->language, .kind = str_from(kind)};
    struct mail_place place = closure_place(closure);
    if (!closure->has_key)
        return ERR_NONE;
    for (size_t i = 0; i < own->contact_count; i++) {
        mail.argument_count = 0;
        common_arguments(closure, (int64_t)i < own->present_count, &mail);
        for (size_t more = 0; more < count; more++)
            mail.arguments[mail.argument_count++] = arguments[more];
        mail.to = own->contacts[i];
        struct str effect_key = arena_printf(closure->arena, "closure:%lld:%s:%.*s:%zu",
                                             (long long)closure->row.closure_id, kind, STR_ARG(occasion), i);
        TRY(mail_queue(closure->tx, closure->arena, &place, &mail, effect_key, closure->now, closure->now));
    }
    return ERR_NONE;
}

struct closure_config closure_work_config(const struct app *app)
{
    const struct settings *settings = app->settings;
    unsigned markets = settings->operator.markets;
    return (struct closure_config){
        .markets = closure_clocks_markets((markets & SETTINGS_MARKET_CN) != 0,
                                          (markets & (SETTINGS_MARKET_EU | SETTINGS_MARKET_DE)) != 0,
                                          (markets & SETTINGS_MARKET_US_CA) != 0),
        .undo_days = settings->closing.undo_days,
        .review_hours = settings->closing.review_hours,
        .desk_people = settings->desk_people,
    };
}
