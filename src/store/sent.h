/* Rows of sent_part, sent_receipt and opted_out: what became of texts that were sent, part by part, and who
 * asked for no more. Nothing in here is personal but by a keyed hash; the texts themselves are messages. */
#ifndef STORE_SENT_H
#define STORE_SENT_H

#include "crypto/seal.h"
#include "sql/sql.h"

struct store_sent_part {
    int64_t account_id, message_id, number, line_id;
    int64_t state; /* domain's enum sent_state */
    int64_t state_at, tries;
    int64_t price; /* that is held or was paid; 0 where it went back */
};

/* Inserts a part that waits. request_key: a keyed hash. */
enum err store_sent_insert(struct sql_tx *tx, const struct store_sent_part *part, struct str request_key);
/* The parts of a text, in order; at most limit. */
enum err store_sent_list(struct sql_tx *tx, int64_t account_id, int64_t message_id,
                         struct store_sent_part *ret_parts, size_t limit, size_t *ret_count);
/* Writes state, its time, tries and price; ERR_CHANGED where the part is not in the state `before`. */
enum err store_sent_change(struct sql_tx *tx, const struct store_sent_part *part, int64_t before);
/* Parts whose price is held, of one line or (0) of all; at most limit. */
enum err store_sent_open(struct sql_tx *tx, int64_t account_id, int64_t line_id,
                         struct store_sent_part *ret_parts, size_t limit, size_t *ret_count);
/* The text that was sent under a request key since an instant (microseconds UTC); ERR_NOT_FOUND. */
enum err store_sent_of_request(struct sql_tx *tx, int64_t account_id, struct str request_key, int64_t since,
                               int64_t *ret_message_id);
/* Parts that were sent after an instant, microseconds UTC. */
enum err store_sent_count_since(struct sql_tx *tx, int64_t account_id, int64_t since, int64_t *ret_count);

/* What became of one text, of all its parts. */
struct store_sent_sum {
    int64_t message_id, parts, price;
    int64_t state_least, state_most, failed; /* failed: how many parts */
};
/* Sums of the texts from one id to another, both included, in their order; at most limit. */
enum err store_sent_sums(struct sql_tx *tx, int64_t account_id, int64_t from, int64_t to,
                         struct store_sent_sum *ret_sums, size_t limit, size_t *ret_count);

struct store_sent_receipt {
    int64_t account_id, message_id, number; /* 0: not known yet */
    int64_t state;                          /* of a receipt that came first; 0: none did */
    int64_t at;
};
/* ERR_NOT_FOUND. */
enum err store_sent_receipt_get(struct sql_tx *tx, struct str hash, struct store_sent_receipt *ret_receipt);
/* Writes it in place of what stood under the hash. */
enum err store_sent_receipt_put(struct sql_tx *tx, struct str hash, const struct store_sent_receipt *receipt);
/* Forgets those older than an instant, at most limit; *ret_count says how many. */
enum err store_sent_receipt_forget(struct sql_tx *tx, int64_t before, size_t limit, int64_t *ret_count);

/* Whose row somebody has: a keyed hash under the account's key. */
int64_t store_opted_out_id(const struct seal_key *key, struct str peer);
/* Notes that somebody wants no more texts of a line; again is no mistake. */
enum err store_opted_out_put(struct sql_tx *tx, int64_t account_id, int64_t line_id, int64_t peer_id,
                             int64_t at);
/* They want them again; not having said no is no mistake. */
enum err store_opted_out_delete(struct sql_tx *tx, int64_t account_id, int64_t line_id, int64_t peer_id);
/* Since when; 0: they did not ask for it. */
enum err store_opted_out_get(struct sql_tx *tx, int64_t account_id, int64_t line_id, int64_t peer_id,
                             int64_t *ret_at);

#endif
