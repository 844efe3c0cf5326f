/* Effects that failed for good, and what waits on the clock. */
#ifndef STORE_DEAD_H
#define STORE_DEAD_H

#include "store/work.h"

struct store_dead {
    int64_t account_id, outbox_id, closure_id, tries, created_at, failed_at;
    struct str kind, effect_key, result; /* in arena */
};

/* Rows in OUTBOX_DEAD of all accounts, those that failed last first; at most limit. */
enum err store_dead_list(struct sql_tx *tx, struct arena *arena, struct store_dead *ret_rows, size_t limit,
                         size_t *ret_count);
/* Sets a dead row to wait again, with no try counted, or to be cancelled; the queue is the caller's.
 * ERR_CHANGED where it is not dead any more. */
enum err store_dead_end(struct sql_tx *tx, int64_t account_id, int64_t outbox_id,
                        enum store_outbox_state state, int64_t now, struct str result);

struct store_queue_kind {
    struct str kind;     /* in arena */
    int64_t due, oldest; /* how many are due by now, and since when the first waits */
    int64_t soon;        /* how many will be due until then */
};

/* Counts one bucket by kind: due by `now`, or until `then`. At most limit kinds. */
enum err store_queue_kinds(struct sql_tx *tx, struct arena *arena, int64_t bucket, int64_t now, int64_t then,
                           struct store_queue_kind *ret_kinds, size_t limit, size_t *ret_count);

#endif
