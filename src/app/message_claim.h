/* Whether a text of a carrier is taken now, or was taken before. Used inside the text's transaction. */
#ifndef APP_MESSAGE_CLAIM_H
#define APP_MESSAGE_CLAIM_H

#include "app/app.h"

/* By the carrier's own id of it; the hash is of carrier and id. ERR_EXISTS where it was seen. */
enum err message_claim_id(struct sql_tx *tx, struct str carrier, const uint8_t hash[32], int64_t now);

/* Of a carrier that gives no ids: notes the text by its content (message_content). This node has looked
 * itself whether the text is a repetition of one of its own; here it is compared with those that other nodes
 * took. ERR_EXISTS: one did, and its answer may have been lost. ERR_BUSY: one did, and whether its answer
 * arrived is known in a few seconds, so the carrier shall come again. */
enum err message_claim_content(struct app *app, struct sql_tx *tx, struct str carrier, int64_t content,
                               int64_t now);

/* Tells the other nodes that an answer to this carrier may have been lost, at an instant (microseconds UTC),
 * without waiting for it. Does nothing where there are none. ERR_MEMORY, and what the store says. */
enum err message_answer_lost(struct app *app, struct str carrier, int64_t at);

#endif
