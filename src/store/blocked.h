/* Rows of blocked_sender: whose texts the subscriber refuses. The box holds the sender as it came. */
#ifndef STORE_BLOCKED_H
#define STORE_BLOCKED_H

#include "crypto/seal.h"
#include "sql/sql.h"

struct store_blocked {
    int64_t account_id, sender_id;
    int64_t blocked_at;
    int64_t last_at, count; /* of the texts that were refused since; 0: none */
    struct str sender;
};

/* Whose row a sender has: a keyed hash under the account's key. */
int64_t store_blocked_id(const struct seal_key *key, struct str sender);
/* ERR_EXISTS where it is blocked already. */
enum err store_blocked_put(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                           const struct store_blocked *blocked);
/* Counts a refused text; ERR_NOT_FOUND where the sender is not blocked. */
enum err store_blocked_touch(struct sql_tx *tx, int64_t account_id, int64_t sender_id, int64_t now);
/* ERR_NOT_FOUND. */
enum err store_blocked_delete(struct sql_tx *tx, int64_t account_id, int64_t sender_id);
/* All of them, opened; at most limit. */
enum err store_blocked_list(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                            int64_t account_id, struct store_blocked *ret_rows, size_t limit,
                            size_t *ret_count);

#endif
