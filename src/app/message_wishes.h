/* What a subscriber wishes for the inbox: senders that are refused, and quiet hours. Forwarding is in
 * app/message_forward.h. */
#ifndef APP_MESSAGE_WISHES_H
#define APP_MESSAGE_WISHES_H

#include "app/account.h"
#include "domain/message/quiet.h"
#include "store/blocked.h"

struct message_wishes {
    struct quiet_hours quiet;
    struct store_blocked *blocked; /* newest first */
    size_t blocked_count;
    int64_t forward; /* enum forward_kind */
    int64_t forward_since;
    struct str forward_to, forward_secret;
    struct str offered_to; /* a webhook that waits for its code; empty: none */
};

/* Everything, in arena (a wiped one). */
enum err message_wishes(struct app *app, struct arena *arena, int64_t account_id,
                        struct message_wishes *ret_wishes);
/* Sets the quiet hours; from equal to to ends them. ERR_INVALID. */
enum err message_set_quiet(struct app *app, const struct actor *actor, const struct quiet_hours *quiet);

/* Refuses texts of a sender from now on: they are counted, not stored. ERR_INVALID for an empty or too long
 * one, ERR_EXISTS, ERR_POLICY past LIMIT_BLOCKED. */
enum err message_block(struct app *app, const struct actor *actor, struct str sender, int64_t *ret_sender_id);
/* Whose text it is is refused from now on; ERR_NOT_FOUND. */
enum err message_block_sender_of(struct app *app, const struct actor *actor, int64_t message_id);
/* ERR_NOT_FOUND. */
enum err message_unblock(struct app *app, const struct actor *actor, int64_t sender_id);

/* Inside the transaction that receives: whether the sender is refused; then the text is counted here. */
enum err message_is_blocked(struct sql_tx *tx, struct arena *arena, const struct account *account,
                            struct str sender, int64_t now, bool *ret_blocked);
/* The quiet hours of an account. */
struct quiet_hours message_quiet(const struct account *account);

#endif
