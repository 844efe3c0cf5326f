/* What a restore writes over an older copy of the store. For a store that nobody else uses: some statements
 * walk whole tables. */
#ifndef STORE_RESTORE_H
#define STORE_RESTORE_H

#include "sql/sql.h"

/* Deletes all wrapped keys, look-up tags and sessions: they are those of the older copy. */
enum err store_restore_clear(struct sql_tx *tx);
enum err store_restore_put_key(struct sql_tx *tx, int64_t owner_id, struct str kind, int64_t epoch,
                               struct str wrapped);
/* Staff ids above `after`, ascending; at most limit. */
enum err store_restore_staff(struct sql_tx *tx, int64_t after, int64_t *ret_ids, size_t limit,
                             size_t *ret_count);

struct store_restore_closure {
    int64_t account_id, closure_id, scope, line_id, state, closed_at, amount, now;
    int64_t submitted_at;                           /* not known any more: not after closed_at or now */
    int64_t deadline_at;                            /* when the closing job looks at it; 0: never */
    struct str reference, secret_hash, link_public; /* of a case that has to be made anew */
};
/* Makes the case, with its reference, or moves the one that is there to its end; what is sealed stays as it
 * is. */
enum err store_restore_closure(struct sql_tx *tx, const struct store_restore_closure *closure);
/* Closes the account (makes its row where the copy has none) and drops its box; held: the box stays. */
enum err store_restore_account(struct sql_tx *tx, int64_t account_id, int64_t state, int64_t closed_at,
                               bool held);
/* Ends the account's living lines, or one of them. */
enum err store_restore_end_lines(struct sql_tx *tx, int64_t account_id, int64_t line_id, int64_t at);
/* A refund as its tombstone knows it, without its sealed part; does nothing where it stands there. */
enum err store_restore_refund(struct sql_tx *tx, int64_t account_id, int64_t closure_id, int64_t payment_id,
                              int64_t attempt, int64_t amount, int64_t state, int64_t at);

/* Deletes keys without an owner and drops or cancels what has no key any more. */
enum err store_restore_prune(struct sql_tx *tx, int64_t ticket_closed, int64_t outbox_cancelled, int64_t now);
/* Accounts that have a box and no key: nobody can read them. */
enum err store_restore_unreadable(struct sql_tx *tx, int64_t *ret_count);

#endif
