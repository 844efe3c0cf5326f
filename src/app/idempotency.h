/* Idempotency-Key: a request that a program repeats with the same key is done once and answered the same. The
 * answer is kept for LIMIT_IDEMPOTENCY_HOURS, sealed under the account's key; where nobody is signed in,
 * under a key made from the client's own, of which the store has only a hash.
 *
 * A request that the process did not survive stays in flight for LIMIT_IDEMPOTENCY_FLIGHT_SECONDS; after that
 * the same key does it again. Where that would make something a second time, the verb says in its own
 * transaction what it made (idempotency_made), and the repetition finds it as ret_subject_id. */
#ifndef APP_IDEMPOTENCY_H
#define APP_IDEMPOTENCY_H

#include "app/app.h"
#include "sql/sql.h"

struct idempotency {
    int64_t account_id; /* 0: nobody is signed in */
    struct str scope;   /* then: whose keys these are, for example the client's address */
    struct str key;     /* as the program sent it */
    struct str target;  /* method and path, so that a key is of one kind of request */
    struct str body;

    bool ret_done; /* it was done before: status and answer are those of the first time */
    int64_t ret_status;
    struct str ret_answer; /* in arena */

    int64_t ret_subject_id; /* what an earlier try made whose answer was lost; 0: nothing */

    uint8_t key_hash[32], body_hash[32];
    int64_t at;
};

/* Begins a request. ERR_INVALID for a key that is empty, too long or not printable ASCII, ERR_KEY_REUSED
 * where it was used for another request, ERR_IN_FLIGHT where the first one is under way. */
enum err idempotency_begin(struct app *app, struct arena *arena, struct idempotency *request);
/* Notes what the request makes, in the transaction that makes it; NULL: the caller repeats nothing.
 * ERR_CHANGED where another try of the same request began since: then this one must make nothing. */
enum err idempotency_made(struct sql_tx *tx, const struct idempotency *request, int64_t subject_id);
/* Keeps the answer of a request that was begun. */
enum err idempotency_finish(struct app *app, struct idempotency *request, int64_t status, struct str answer);
/* The request was refused: the key is free again. */
enum err idempotency_release(struct app *app, struct idempotency *request);

#endif
