/* Forwarding texts to where the subscriber wishes: a mail address that is verified, or a webhook that
 * answered with its code. Off by default, and with the account's end. */
#ifndef APP_MESSAGE_FORWARD_H
#define APP_MESSAGE_FORWARD_H

#include "app/account.h"
#include "store/message.h"

/* Forwards to a verified mail contact from now on; every contact is told. ERR_NOT_FOUND, ERR_STATE while
 * contacts are locked. */
enum err message_forward_to_mail(struct app *app, const struct actor *actor, int64_t contact_id);
/* Calls a webhook with a code that must be typed here; nothing is forwarded before. ERR_INVALID for no https
 * address, ERR_STATE while contacts are locked, ERR_RATE within a minute of the last call. */
enum err message_forward_offer(struct app *app, const struct actor *actor, struct str url);
/* Forwards to the webhook that was called with this code from now on; every contact is told. ERR_WRONG_PROOF,
 * ERR_NOT_FOUND where none waits or its time is over. */
enum err message_forward_confirm(struct app *app, const struct actor *actor, struct str code);
/* No longer forwards. What waits already still leaves. */
enum err message_forward_stop(struct app *app, const struct actor *actor);

/* Inside the transaction that receives: queues the text, after the quiet hours. */
enum err message_forward(struct sql_tx *tx, struct arena *arena, const struct account *account,
                         const struct store_message *message, struct str number, struct str service,
                         int64_t now);

#endif
