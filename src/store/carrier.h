/* Rows of carrier_seen, carrier_note, carrier_taken and carrier_loss: what carriers brought, so that what
 * they bring again is known. */
#ifndef STORE_CARRIER_H
#define STORE_CARRIER_H

#include "sql/sql.h"

/* Claims a carrier's message id; ERR_EXISTS where it was seen. The hash is of carrier and id. */
enum err store_carrier_claim(struct sql_tx *tx, struct str carrier, struct str message_hash, int64_t now);
/* Forgets ids that were seen before an instant, at most limit; *ret_count says how many. */
enum err store_carrier_forget(struct sql_tx *tx, int64_t before, size_t limit, int64_t *ret_count);

/* A text of a carrier that gives no ids: when it came (microseconds UTC), and what it was, as a number. */
struct store_carrier_note {
    int64_t at, content;
};
enum err store_carrier_note(struct sql_tx *tx, struct str carrier, const struct store_carrier_note *note);
/* Those since an instant, the newest first; at most limit. */
enum err store_carrier_note_list(struct sql_tx *tx, struct str carrier, int64_t since,
                                 struct store_carrier_note *ret_notes, size_t limit, size_t *ret_count);
/* Forgets those before an instant, at most limit, and never the newest; *ret_count says how many. */
enum err store_carrier_note_forget(struct sql_tx *tx, int64_t before, size_t limit, int64_t *ret_count);

/* The node that took a text of this content last, and when; ERR_NOT_FOUND. */
struct store_carrier_taken {
    int64_t node_id, at;
};
enum err store_carrier_taken_get(struct sql_tx *tx, struct str carrier, int64_t content,
                                 struct store_carrier_taken *ret_taken);
enum err store_carrier_taken_put(struct sql_tx *tx, struct str carrier, int64_t content,
                                 const struct store_carrier_taken *taken);
/* Forgets those before an instant, at most limit; *ret_count says how many. */
enum err store_carrier_taken_forget(struct sql_tx *tx, int64_t before, size_t limit, int64_t *ret_count);

/* When an answer of the node's may last have been lost, microseconds UTC; 0: never that we know. */
enum err store_carrier_loss_get(struct sql_tx *tx, struct str carrier, int64_t node_id, int64_t *ret_lost_at);
enum err store_carrier_loss_put(struct sql_tx *tx, struct str carrier, int64_t node_id, int64_t lost_at);

#endif
