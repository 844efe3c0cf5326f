#include "app/closure_effects.h"

#include "base/failpoint.h"
#include "store/identity.h"
#include "store/key.h"
#include "store/ticket.h"
#include "store/work.h"

#include <string.h>

enum { FORGET_OUTBOX = 256, FORGET_TICKETS = 64, FORGET_MESSAGES = 200, FORGET_CLOSURES = 256 };

/* Mails of the closure are under its own key already; what the account itself still wanted to send is
 * cancelled. */
static enum err cancel_outbox(struct closure_work *closure)
{
    struct store_outbox *rows = ARENA_ARRAY(closure->arena, FORGET_OUTBOX, struct store_outbox);
    struct str *boxes = ARENA_ARRAY(closure->arena, FORGET_OUTBOX, struct str);
    size_t count;
    TRY(store_outbox_waiting(closure->tx, closure->arena, closure->row.account_id, rows, boxes, FORGET_OUTBOX,
                             &count));
    for (size_t i = 0; i < count; i++) {
        if (!str_is(rows[i].key_kind, "account"))
            continue;
        TRY(store_outbox_finish(closure->tx, &rows[i], OUTBOX_CANCELLED, closure->now,
                                STR("account closed")));
        TRY(store_queue_remove(closure->tx, "outbox", rows[i].account_id, rows[i].outbox_id));
    }
    return ERR_NONE;
}

static enum err reseal_ticket(struct closure_work *closure, struct store_ticket *ticket)
{
    struct store_ticket_message *messages =
        ARENA_ARRAY(closure->arena, FORGET_MESSAGES, struct store_ticket_message);
    size_t count;
    TRY(store_ticket_open(closure->arena, &closure->account->key, ticket));
    TRY(store_ticket_message_list(closure->tx, closure->arena, &closure->account->key, ticket->account_id,
                                  ticket->ticket_id, messages, FORGET_MESSAGES, &count));
    ticket->key_kind = STR("closure");
    ticket->key_owner = closure->row.closure_id;
    TRY(store_ticket_reseal(closure->tx, closure->arena, &closure->key, ticket));
    for (size_t i = 0; i < count; i++)
        TRY(store_ticket_message_reseal(closure->tx, closure->arena, &closure->key, &messages[i]));
    return ERR_NONE;
}

/* Open conversations go on by the status page; finished ones are forgotten with the account. */
static enum err reseal_tickets(struct closure_work *closure)
{
    int64_t ids[FORGET_TICKETS];
    size_t count;
    TRY(store_ticket_list(closure->tx, closure->row.account_id, ids, FORGET_TICKETS, &count));
    for (size_t i = 0; i < count; i++) {
        struct store_ticket ticket;
        TRY(store_ticket_get(closure->tx, closure->arena, closure->row.account_id, ids[i], &ticket));
        if (ticket.state != TICKET_CLOSED && str_is(ticket.key_kind, "account"))
            TRY(reseal_ticket(closure, &ticket));
    }
    return ERR_NONE;
}

enum err closure_effect_reseal(struct closure_work *closure)
{
    if (closure->account == NULL)
        return ERR_NONE;
    FAILPOINT("closure.reseal");
    TRY(cancel_outbox(closure));
    TRY(reseal_tickets(closure));
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
    return store_queue_move(closure->tx, "sweep", closure->row.account_id, closure->row.closure_id,
                            closure->now);
}
