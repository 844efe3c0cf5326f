#include "app/ticket.h"

#include "app/contact.h"
#include "app/links.h"
#include "app/mail.h"
#include "app/rate.h"
#include "app/scheduler.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/limits.h"
#include "domain/types.h"
#include "store/closure.h"
#include "store/identity.h"
#include "store/key.h"
#include "store/work.h"

#include <string.h>

struct ticket_job {
    struct app *app;
    struct arena *arena;
    const struct actor *actor;
    struct ticket_ask *ask;
    int64_t account_id, ticket_id, now;
    struct str text;
    struct ticket_view *view;
    struct store_ticket *tickets;
    size_t limit, count;
};

static bool text_is_valid(struct str text)
{
    struct str trimmed = str_trim(text);
    return trimmed.length != 0 && trimmed.length <= LIMIT_TICKET_BYTES && str_is_utf8(trimmed);
}

static enum err insert_ticket(struct ticket_job *job, struct sql_tx *tx, struct arena *arena,
                              const struct seal_key *key, struct store_ticket *ticket, struct str text)
{
    char reference[IDS_REFERENCE_SIZE];
    ids_reference("VT", reference);
    ticket->reference = str_from(reference);
    ticket->ticket_id = job->ticket_id;
    ticket->created_at = ticket->updated_at = job->now;
    ticket->state = TICKET_OPEN;
    TRY(store_ticket_insert(tx, arena, key, ticket));
    struct store_ticket_message message = {.account_id = ticket->account_id,
                                           .ticket_id = ticket->ticket_id,
                                           .message_id = ids_next(job->now),
                                           .at = job->now,
                                           .text = text};
    TRY(store_ticket_message_insert(tx, arena, key, &message));
    TRY(store_reference_insert(tx, ticket->reference, "ticket", ticket->account_id, ticket->ticket_id));
    TRY(store_desk_add(tx, "ticket", job->now + MICROS_DAY, ticket->account_id, ticket->ticket_id));
    if (job->ask != NULL) {
        job->ask->ret_reference = arena_str(job->arena, ticket->reference);
        job->ask->ret_ticket_id = ticket->ticket_id;
    }
    return ERR_NONE;
}

static enum err ask_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct ticket_job *job = context;
    struct account *account;
    struct store_contact contact = {0};
    int64_t open;
    TRY(account_load(job->app, tx, arena, job->account_id, &account));
    TRY(store_ticket_open_count(tx, job->account_id, TICKET_CLOSED, &open));
    if (open >= LIMIT_TICKETS_OPEN)
        return ERR_POLICY;
    enum err found = contact_first_mail(tx, arena, &account->key, job->account_id, &contact);
    if (found != ERR_NONE && found != ERR_NOT_FOUND)
        return found;
    struct store_ticket ticket = {
        .account_id = job->account_id,
        .key_kind = STR("account"),
        .key_owner = job->account_id,
        .closure_id = job->ask->closure_id,
        .subject = job->ask->subject,
        .where = job->ask->where,
        .mail = contact.address,
        .language = account->row.language,
    };
    return insert_ticket(job, tx, arena, &account->key, &ticket, job->ask->text);
}

/* The status page works when the account is gone: then the ticket is sealed under the closure's key. */
static enum err ask_by_link_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct ticket_job *job = context;
    struct seal_key key;
    struct store_closure closure;
    enum err error = ask_run(tx, arena, context);
    if (error != ERR_KEY_GONE)
        return error;
    TRY(store_closure_get(tx, arena, job->account_id, job->ask->closure_id, &closure));
    error = keys_open(job->app, tx, "closure", closure.closure_id, &key);
    bool gone = error == ERR_KEY_GONE;
    if (gone)
        error = keys_make(job->app, tx, "case", job->ticket_id, &key);
    else if (error == ERR_NONE)
        error = store_closure_open(arena, &key, &closure);
    TRY(error);
    struct store_ticket ticket = {
        .account_id = job->account_id,
        .key_kind = gone ? STR("case") : STR("closure"),
        .key_owner = gone ? job->ticket_id : closure.closure_id,
        .closure_id = closure.closure_id,
        .subject = job->ask->subject,
        .where = job->ask->where,
        .mail = closure.own.contact_count != 0 ? closure.own.contacts[0] : STR_NONE,
        .language = closure.own.language,
    };
    return insert_ticket(job, tx, arena, &key, &ticket, job->ask->text);
}

static enum err ask_checked(struct app *app, struct arena *arena, int64_t account_id, struct ticket_ask *ask,
                            sql_run_fn *run)
{
    struct clock_reading now = clock_read();
    if (!text_is_valid(ask->text) || ask->subject.length > 200 || !str_is_utf8(ask->subject) ||
        ask->where.length > 200 || !str_is_utf8(ask->where))
        return ERR_INVALID;
    TRY(rate_take(RATE_TICKET, str_bytes(&account_id, sizeof account_id), now.monotonic));
    struct ticket_job job = {.app = app,
                             .arena = arena,
                             .ask = ask,
                             .account_id = account_id,
                             .ticket_id = ids_next(now.wall),
                             .now = now.wall};
    return sql_call(app->store, "ticket_ask", run, &job);
}

enum err ticket_ask(struct app *app, struct arena *arena, const struct actor *actor, struct ticket_ask *ask)
{
    return ask_checked(app, arena, actor->account_id, ask, ask_run);
}

enum err ticket_ask_by_link(struct app *app, struct arena *arena, int64_t account_id, struct ticket_ask *ask)
{
    return ask_checked(app, arena, account_id, ask, ask_by_link_run);
}

static enum err open_case(struct ticket_job *job, struct sql_tx *tx, struct arena *arena,
                          struct store_ticket *ticket, struct str effect_key, struct str reason)
{
    struct seal_key key;
    TRY(keys_make(job->app, tx, "case", job->ticket_id, &key));
    ticket->key_kind = STR("case");
    ticket->key_owner = job->ticket_id;
    ticket->subject = arena_printf(arena, "stuck: %.*s", STR_ARG(effect_key));
    return insert_ticket(job, tx, arena, &key, ticket, reason.length != 0 ? reason : STR("failed"));
}

enum err ticket_open_for_operator(struct app *app, struct sql_tx *tx, struct arena *arena, int64_t account_id,
                                  int64_t closure_id, struct str effect_key, struct str reason, int64_t now)
{
    struct ticket_job job = {.app = app, .ticket_id = ids_next(now), .now = now};
    struct store_ticket ticket = {.account_id = account_id, .closure_id = closure_id};
    return open_case(&job, tx, arena, &ticket, effect_key, reason);
}

enum err ticket_open_noted(struct app *app, struct sql_tx *tx, struct arena *arena, int64_t account_id,
                           struct str effect_key, struct str reason, int64_t now, int64_t *ret_ticket_id)
{
    struct ticket_job job = {.app = app, .ticket_id = ids_next(now), .now = now};
    struct store_ticket ticket = {.account_id = account_id};
    TRY(open_case(&job, tx, arena, &ticket, effect_key, reason));
    *ret_ticket_id = job.ticket_id;
    return ERR_NONE;
}

static enum err load_ticket(struct ticket_job *job, struct sql_tx *tx, struct arena *arena,
                            struct store_ticket *ticket, struct seal_key *ret_key)
{
    TRY(store_ticket_get(tx, arena, job->account_id, job->ticket_id, ticket));
    TRY(keys_open(job->app, tx, arena_cstr(arena, ticket->key_kind), ticket->key_owner, ret_key));
    return store_ticket_open(arena, ret_key, ticket);
}

static bool has_own_key(const struct store_ticket *ticket)
{
    return str_is(ticket->key_kind, "case");
}

/* What lies under the account's or the closure's key goes with that. */
static enum err end_ticket(struct sql_tx *tx, const struct store_ticket *ticket, int64_t now)
{
    TRY(store_ticket_set_state(tx, ticket, TICKET_CLOSED, now));
    TRY(store_desk_remove(tx, "ticket", ticket->ticket_id));
    if (!has_own_key(ticket))
        return ERR_NONE;
    return store_queue_move(tx, "ticket", ticket->account_id, ticket->ticket_id,
                            now + LIMIT_CASE_KEPT_DAYS * MICROS_DAY);
}

enum err ticket_settle(struct app *app, struct sql_tx *tx, struct arena *arena, int64_t account_id,
                       int64_t ticket_id, struct str note, int64_t now)
{
    struct ticket_job job = {.app = app, .account_id = account_id, .ticket_id = ticket_id, .now = now};
    struct store_ticket ticket;
    struct seal_key key;
    enum err error = load_ticket(&job, tx, arena, &ticket, &key);
    if (error != ERR_NONE)
        return error == ERR_NOT_FOUND || error == ERR_KEY_GONE ? ERR_NONE : error;
    struct store_ticket_message message = {.account_id = account_id,
                                           .ticket_id = ticket_id,
                                           .message_id = ids_next(now),
                                           .at = now,
                                           .text = note};
    TRY(store_ticket_message_insert(tx, arena, &key, &message));
    if (ticket.state != TICKET_OPEN) /* somebody sees to it: they close it */
        return ERR_NONE;
    return end_ticket(tx, &ticket, now);
}

/* Tickets that were opened for the operator are not the subscriber's. The holder of a status link reads those
 * of its closure, also when the account is gone and they are sealed under the closure's key. */
static bool may_read(const struct actor *actor, const struct store_ticket *ticket)
{
    bool own = actor->account_id == ticket->account_id && !str_is(ticket->key_kind, "case");
    return actor->kind == ACTOR_STAFF ||
           (actor->kind == ACTOR_SUBSCRIBER && own && str_is(ticket->key_kind, "account")) ||
           (actor->kind == ACTOR_LINK && own && ticket->closure_id != 0);
}

static enum err read_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct ticket_job *job = context;
    struct seal_key key;
    (void)arena;
    TRY(load_ticket(job, tx, job->arena, &job->view->ticket, &key));
    if (!may_read(job->actor, &job->view->ticket))
        return ERR_NOT_FOUND;
    return store_ticket_message_list(tx, job->arena, &key, job->account_id, job->ticket_id,
                                     job->view->messages, TICKET_MESSAGES, &job->view->message_count);
}

enum err ticket_read(struct app *app, struct arena *arena, const struct actor *actor, int64_t account_id,
                     int64_t ticket_id, struct ticket_view **ret_view)
{
    struct ticket_job job = {.app = app,
                             .arena = arena,
                             .actor = actor,
                             .account_id = account_id,
                             .ticket_id = ticket_id,
                             .view = ARENA_NEW(arena, struct ticket_view)};
    enum err error = sql_read(app->store, read_run, arena, &job);
    if (error == ERR_KEY_GONE)
        return ERR_NOT_FOUND;
    TRY(error);
    *ret_view = job.view;
    return ERR_NONE;
}

struct ticket_name {
    struct str reference;
    int64_t account_id, ticket_id;
};

static enum err find_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct ticket_name *name = context;
    (void)arena;
    return store_reference_get(tx, name->reference, "ticket", &name->account_id, &name->ticket_id);
}

enum err ticket_find(struct app *app, struct arena *arena, struct str reference, int64_t *ret_account_id,
                     int64_t *ret_ticket_id)
{
    char code[IDS_REFERENCE_SIZE];
    if (!ids_reference_read(reference, "VT", code))
        return ERR_NOT_FOUND;
    struct ticket_name name = {.reference = str_from(code)};
    TRY(sql_read(app->store, find_run, arena, &name));
    *ret_account_id = name.account_id;
    *ret_ticket_id = name.ticket_id;
    return ERR_NONE;
}

static enum err list_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct ticket_job *job = context;
    int64_t ids[64];
    size_t found;
    (void)arena;
    TRY(store_ticket_list(tx, job->account_id, ids, 64, &found));
    for (size_t i = 0; i < found && job->count < job->limit; i++) {
        struct seal_key key;
        struct store_ticket *ticket = &job->tickets[job->count];
        job->ticket_id = ids[i];
        enum err error = load_ticket(job, tx, job->arena, ticket, &key);
        if (error == ERR_KEY_GONE)
            continue;
        TRY(error);
        job->count += may_read(job->actor, ticket);
    }
    return ERR_NONE;
}

enum err ticket_list(struct app *app, struct arena *arena, const struct actor *actor,
                     struct store_ticket *ret_tickets, size_t limit, size_t *ret_count)
{
    struct ticket_job job = {.app = app,
                             .arena = arena,
                             .actor = actor,
                             .account_id = actor->account_id,
                             .tickets = ret_tickets,
                             .limit = limit};
    TRY(sql_read(app->store, list_run, arena, &job));
    *ret_count = job.count;
    return ERR_NONE;
}

static enum err mail_answer(struct ticket_job *job, struct sql_tx *tx, struct arena *arena,
                            const struct seal_key *key, const struct store_ticket *ticket, int64_t message_id)
{
    if (ticket->mail.length == 0)
        return ERR_NONE;
    struct mail mail = {
        .to = ticket->mail,
        .language = ticket->language,
        .kind = STR("ticket_answer"),
        .arguments = {MAIL_ARGUMENT_TEXT("reference", ticket->reference),
                      MAIL_ARGUMENT_TEXT("text", job->text),
                      MAIL_ARGUMENT_LINK("link", links_ticket(job->app, arena, ticket->reference))},
        .argument_count = 3,
    };
    struct mail_place place = {.key = key,
                               .key_kind = arena_cstr(arena, ticket->key_kind),
                               .key_owner = ticket->key_owner,
                               .account_id = ticket->account_id,
                               .closure_id = ticket->closure_id};
    return mail_queue(tx, arena, &place, &mail, arena_printf(arena, "ticket:%lld", (long long)message_id),
                      job->now, job->now);
}

static enum err answer_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct ticket_job *job = context;
    struct store_ticket ticket;
    struct seal_key key;
    int64_t there;
    bool staff = job->actor->kind == ACTOR_STAFF;
    TRY(load_ticket(job, tx, arena, &ticket, &key));
    if (!may_read(job->actor, &ticket))
        return ERR_NOT_FOUND;
    TRY(store_ticket_message_count(tx, job->account_id, job->ticket_id, &there));
    if (there >= (staff ? LIMIT_TICKET_MESSAGES : LIMIT_TICKET_MESSAGES_ASKED))
        return ERR_POLICY;
    struct store_ticket_message message = {.account_id = job->account_id,
                                           .ticket_id = job->ticket_id,
                                           .message_id = ids_next(job->now),
                                           .staff_id = job->actor->staff_id,
                                           .at = job->now,
                                           .text = job->text};
    TRY(store_ticket_message_insert(tx, arena, &key, &message));
    TRY(store_ticket_set_state(tx, &ticket, staff ? TICKET_ANSWERED : TICKET_OPEN, job->now));
    if (has_own_key(&ticket))
        TRY(store_queue_remove(tx, "ticket", job->account_id, job->ticket_id));
    if (!staff)
        return store_desk_add(tx, "ticket", job->now + MICROS_DAY, job->account_id, job->ticket_id);
    TRY(store_desk_remove(tx, "ticket", job->ticket_id));
    TRY(store_audit_insert(tx, job->now, job->actor->staff_id, "ticket_answered", job->account_id,
                           job->ticket_id));
    return mail_answer(job, tx, arena, &key, &ticket, message.message_id);
}

enum err ticket_answer(struct app *app, const struct actor *actor, int64_t account_id, int64_t ticket_id,
                       struct str text)
{
    struct clock_reading now = clock_read();
    if (!text_is_valid(text))
        return ERR_INVALID;
    if (actor->kind == ACTOR_SUBSCRIBER)
        TRY(rate_take(RATE_TICKET, str_bytes(&account_id, sizeof account_id), now.monotonic));
    struct ticket_job job = {.app = app,
                             .actor = actor,
                             .account_id = account_id,
                             .ticket_id = ticket_id,
                             .now = now.wall,
                             .text = str_trim(text)};
    TRY(sql_call(app->store, "ticket_answer", answer_run, &job));
    scheduler_wake(app->scheduler);
    return ERR_NONE;
}

static enum err close_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct ticket_job *job = context;
    struct store_ticket ticket;
    struct seal_key key;
    TRY(load_ticket(job, tx, arena, &ticket, &key));
    if (!may_read(job->actor, &ticket))
        return ERR_NOT_FOUND;
    return end_ticket(tx, &ticket, job->now);
}

enum err ticket_close(struct app *app, const struct actor *actor, int64_t account_id, int64_t ticket_id)
{
    struct ticket_job job = {
        .app = app, .actor = actor, .account_id = account_id, .ticket_id = ticket_id, .now = clock_now()};
    return sql_call(app->store, "ticket_close", close_run, &job);
}

/* Nobody can read it from here on; its row stays without what was written, as a number that was given. */
static enum err forget_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct ticket_job *job = context;
    struct store_ticket ticket;
    TRY(store_ticket_get(tx, arena, job->account_id, job->ticket_id, &ticket));
    TRY(store_queue_remove(tx, "ticket", job->account_id, job->ticket_id));
    if (!has_own_key(&ticket) || ticket.state != TICKET_CLOSED)
        return ERR_NONE;
    TRY(store_ticket_forget(tx, &ticket));
    return keys_destroy(tx, "case", ticket.key_owner);
}

enum err ticket_job(struct app *app, int64_t account_id, int64_t ticket_id)
{
    struct ticket_job job = {.app = app, .account_id = account_id, .ticket_id = ticket_id};
    return sql_call(app->store, "ticket_forget", forget_run, &job);
}
