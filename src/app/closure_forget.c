#include "app/closure_forget.h"

#include "app/closure_effects.h"

#include "base/failpoint.h"
#include "base/limits.h"
#include "domain/types.h"
#include "store/declaration.h"
#include "store/identity.h"
#include "store/key.h"
#include "store/ticket.h"
#include "store/work.h"

#include <string.h>

enum { FORGET_OUTBOX = LIMIT_BULK_ROWS, FORGET_TICKETS = 4, FORGET_CLOSURES = 256, FORGET_DECLARATIONS = 64 };

/* Mails of the closure are under its own key already; what the account itself still wanted to send is
 * cancelled. ret_more: there was as much as one batch takes. */
static enum err cancel_outbox(struct closure_work *closure, bool *ret_more)
{
    int64_t ids[FORGET_OUTBOX], account_id = closure->row.account_id;
    size_t count;
    TRY(store_outbox_waiting(closure->tx, account_id, "account", account_id, ids, FORGET_OUTBOX, &count));
    for (size_t i = 0; i < count; i++) {
        TRY(store_outbox_cancel(closure->tx, account_id, ids[i], closure->now, STR("account closed")));
        TRY(store_queue_remove(closure->tx, "outbox", account_id, ids[i]));
    }
    *ret_more = count == FORGET_OUTBOX;
    return ERR_NONE;
}

static enum err reseal_ticket(struct closure_work *closure, struct store_ticket *ticket)
{
    struct store_ticket_message *messages =
        ARENA_ARRAY(closure->arena, LIMIT_TICKET_MESSAGES, struct store_ticket_message);
    size_t count;
    TRY(store_ticket_open(closure->arena, &closure->account->key, ticket));
    TRY(store_ticket_message_list(closure->tx, closure->arena, &closure->account->key, ticket->account_id,
                                  ticket->ticket_id, messages, LIMIT_TICKET_MESSAGES, &count));
    ticket->key_kind = STR("closure");
    ticket->key_owner = ticket->closure_id = closure->row.closure_id;
    TRY(store_ticket_reseal(closure->tx, closure->arena, &closure->key, ticket));
    for (size_t i = 0; i < count; i++)
        TRY(store_ticket_message_reseal(closure->tx, closure->arena, &closure->key, &messages[i]));
    return ERR_NONE;
}

/* Open conversations go on by the status page; finished ones are forgotten with the account. Each moves
 * whole, so that one key opens all of it at any time. */
static enum err reseal_tickets(struct closure_work *closure, bool *ret_more)
{
    *ret_more = true;
    for (size_t i = 0; i < FORGET_TICKETS; i++) {
        struct store_ticket ticket;
        enum err error = store_ticket_unsealed(closure->tx, closure->arena, closure->row.account_id,
                                               TICKET_CLOSED, &ticket);
        *ret_more = error == ERR_NONE;
        if (error != ERR_NONE)
            return error == ERR_NOT_FOUND ? ERR_NONE : error;
        TRY(reseal_ticket(closure, &ticket));
    }
    return ERR_NONE;
}

static enum err reseal_batch(struct closure_work *closure, bool *ret_more)
{
    bool outbox, tickets;
    FAILPOINT("closure.reseal");
    TRY(cancel_outbox(closure, &outbox));
    TRY(reseal_tickets(closure, &tickets));
    *ret_more = outbox || tickets;
    return ERR_NONE;
}

struct ahead_job {
    struct app *app;
    struct closure_id id;
    int64_t now;
    bool more;
};

/* From settling on nobody comes in any more, and nothing is undone. */
static enum err ahead_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    static const struct actor system = {.kind = ACTOR_SYSTEM};
    struct ahead_job *job = context;
    struct closure_work *closure;
    job->more = false;
    TRY(closure_work_load(job->app, tx, arena, job->id.account_id, job->id.closure_id, job->now, &system,
                          &closure));
    bool ends = closure->row.scope == CLOSURE_SCOPE_ACCOUNT && closure->row.state >= CLOSURE_SETTLING &&
                closure->account != NULL && closure->has_key;
    return ends ? reseal_batch(closure, &job->more) : ERR_NONE;
}

enum err closure_forget_ahead(struct app *app, struct closure_id id, int64_t now)
{
    struct ahead_job job = {.app = app, .id = id, .now = now, .more = true};
    while (job.more)
        TRY(sql_call_bulk(app->store, "closure_reseal", ahead_run, &job));
    return ERR_NONE;
}

enum err closure_effect_reseal(struct closure_work *closure)
{
    bool more;
    if (closure->account == NULL)
        return ERR_NONE;
    TRY(reseal_batch(closure, &more));
    if (more)
        return ERR_TOO_LARGE;
    /* Of the closure's own part only what confirmation and refund need is left. */
    struct closure_own *own = &closure->row.own;
    own->number_count = 0;
    own->question = own->answer = own->refusal = own->comment = STR_NONE;
    return ERR_NONE;
}

/* An undone closure, or one number's, holds name and contacts under its own key, and nothing else would look
 * at it again: its job drops that key, now that the account is gone. */
static enum err wake_other_closures(struct closure_work *closure)
{
    const struct store_closure *row = &closure->row;
    int64_t *ids = ARENA_ARRAY(closure->arena, FORGET_CLOSURES, int64_t);
    size_t count;
    TRY(store_closure_of_account(closure->tx, row->account_id, ids, FORGET_CLOSURES, &count));
    for (size_t i = 0; i < count; i++)
        if (ids[i] != row->closure_id)
            TRY(store_queue_move(closure->tx, "closure", row->account_id, ids[i], closure->now));
    return ERR_NONE;
}

/* What a declaration wanted has come about: its thirty days begin now. */
static enum err wake_declarations(struct closure_work *closure)
{
    int64_t *ids = ARENA_ARRAY(closure->arena, FORGET_DECLARATIONS, int64_t);
    size_t count;
    TRY(store_declaration_in_state(closure->tx, closure->row.account_id, DECLARATION_MATCHED, ids,
                                   FORGET_DECLARATIONS, &count));
    for (size_t i = 0; i < count; i++)
        TRY(store_queue_move(closure->tx, "declaration", 0, ids[i], closure->now));
    return ERR_NONE;
}

enum err closure_effect_destroy_key(struct closure_work *closure)
{
    if (closure->account == NULL)
        return ERR_NONE;
    FAILPOINT("closure.destroy_key");
    TRY(store_session_delete_all(closure->tx, closure->row.account_id));
    TRY(store_directory_delete(closure->tx, closure->row.account_id));
    TRY(store_account_forget(closure->tx, &closure->account->row));
    TRY(keys_destroy(closure->tx, "account", closure->row.account_id));
    explicit_bzero(&closure->account->key, sizeof closure->account->key);
    closure->account = NULL;
    TRY(wake_other_closures(closure));
    TRY(wake_declarations(closure));
    return store_queue_move(closure->tx, "sweep", closure->row.account_id, closure->row.closure_id,
                            closure->now);
}
