/* Rows of idempotency: the answers to requests that a program may repeat. */
#ifndef STORE_IDEMPOTENCY_H
#define STORE_IDEMPOTENCY_H

#include "crypto/seal.h"
#include "sql/sql.h"

enum store_idempotency_state { IDEMPOTENCY_IN_FLIGHT = 1, IDEMPOTENCY_DONE };

struct store_idempotency {
    int64_t account_id;  /* 0: nobody was signed in */
    struct str key_hash; /* 32 bytes */
    struct str body_hash;
    int64_t state, status;
    int64_t at;         /* when the request began */
    int64_t subject_id; /* what it made; 0: nothing, or nothing that must not be made twice */
    struct str body;    /* sealed: the answer */
};

/* Reads and, where it is done, opens; in arena. ERR_NOT_FOUND. */
enum err store_idempotency_get(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                               int64_t account_id, struct str key_hash, struct store_idempotency *ret_row);
/* Begins one (in flight), in the place of an older one. */
enum err store_idempotency_begin(struct sql_tx *tx, const struct store_idempotency *row);
/* In the transaction that makes it: what must not be made twice. ERR_CHANGED where it was begun anew since.
 */
enum err store_idempotency_made(struct sql_tx *tx, const struct store_idempotency *row);
/* Keeps the answer; ERR_CHANGED where it was begun anew since. */
enum err store_idempotency_finish(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                                  const struct store_idempotency *row);
/* Takes it back: nothing was done. */
enum err store_idempotency_release(struct sql_tx *tx, const struct store_idempotency *row);

#endif
