/* Deleting rows that have run out. */
#ifndef STORE_EXPIRED_H
#define STORE_EXPIRED_H

#include "sql/sql.h"

enum store_expired_table {
    STORE_EXPIRED_SESSION,     /* by the end of the session */
    STORE_EXPIRED_PROOF,       /* by the end of the code */
    STORE_EXPIRED_IDEMPOTENCY, /* by the begin of the request */
    STORE_EXPIRED_TABLES
};

/* Deletes at most limit rows of the table whose time (microseconds) lies before then, oldest first.
 * *ret_count: how many these were. */
enum err store_expired_delete(struct sql_tx *tx, enum store_expired_table table, int64_t before, size_t limit,
                              int64_t *ret_count);

#endif
