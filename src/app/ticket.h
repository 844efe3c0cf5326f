/* Tickets (我的咨询): one conversation with support, whatever the channel. */
#ifndef APP_TICKET_H
#define APP_TICKET_H

#include "app/account.h"
#include "base/limits.h"
#include "store/ticket.h"

enum { TICKET_MESSAGES = LIMIT_TICKET_MESSAGES };

struct ticket_ask {
    struct str subject, text;
    struct str where;   /* the page and step it was asked from; empty: the ticket page */
    int64_t closure_id; /* 0: none */
    struct str ret_reference;
    int64_t ret_ticket_id;
};
/* A subscriber asks. ERR_INVALID for an empty or too long text, ERR_RATE, ERR_POLICY past LIMIT_TICKETS_OPEN.
 */
enum err ticket_ask(struct app *app, struct arena *arena, const struct actor *actor, struct ticket_ask *ask);
/* The holder of a closure's status link asks. As ticket_ask; account and closure are the link's. */
enum err ticket_ask_by_link(struct app *app, struct arena *arena, int64_t account_id, struct ticket_ask *ask);
/* Something is stuck and needs the operator: opens a ticket sealed under a case of its own, once per
 * effect_key. */
enum err ticket_open_for_operator(struct app *app, struct sql_tx *tx, struct arena *arena, int64_t account_id,
                                  int64_t closure_id, struct str effect_key, struct str reason, int64_t now);
/* The same for what belongs to no closure; ret_ticket_id is for ticket_settle. */
enum err ticket_open_noted(struct app *app, struct sql_tx *tx, struct arena *arena, int64_t account_id,
                           struct str effect_key, struct str reason, int64_t now, int64_t *ret_ticket_id);
/* What such a ticket was about is over: a note says so, and where nobody has answered it yet it is closed.
 * Does nothing where it is not there or can't be read any more. */
enum err ticket_settle(struct app *app, struct sql_tx *tx, struct arena *arena, int64_t account_id,
                       int64_t ticket_id, struct str note, int64_t now);

struct ticket_view {
    struct store_ticket ticket;
    struct store_ticket_message messages[TICKET_MESSAGES];
    size_t message_count;
};
/* A conversation; for a subscriber only their own. ERR_NOT_FOUND. */
enum err ticket_read(struct app *app, struct arena *arena, const struct actor *actor, int64_t account_id,
                     int64_t ticket_id, struct ticket_view **ret_view);
/* Finds the ticket of a reference ("VT-…"); ERR_NOT_FOUND. */
enum err ticket_find(struct app *app, struct arena *arena, struct str reference, int64_t *ret_account_id,
                     int64_t *ret_ticket_id);
/* The subscriber's conversations, newest first (without messages); at most limit. */
enum err ticket_list(struct app *app, struct arena *arena, const struct actor *actor,
                     struct store_ticket *ret_tickets, size_t limit, size_t *ret_count);
/* Adds a message: of the subscriber (it goes before people again) or of staff (the subscriber gets it by
 * mail). ERR_POLICY where the conversation is as long as it may be: a new one goes on. */
enum err ticket_answer(struct app *app, const struct actor *actor, int64_t account_id, int64_t ticket_id,
                       struct str text);
/* The scheduler's job "ticket": thirty days after the end of a conversation that has a key of its own (a
 * stranger's, the operator's) what was written is deleted and the key with it. */
enum err ticket_job(struct app *app, int64_t account_id, int64_t ticket_id);
/* Ends a conversation; an answer opens it again. */
enum err ticket_close(struct app *app, const struct actor *actor, int64_t account_id, int64_t ticket_id);

#endif
