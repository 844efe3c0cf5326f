#include "store/expired.h"

#include "store/statements.h"

enum err store_expired_delete(struct sql_tx *tx, enum store_expired_table table, int64_t before, size_t limit,
                              int64_t *ret_count)
{
    static const unsigned statements[STORE_EXPIRED_TABLES] = {
        [STORE_EXPIRED_SESSION] = STATEMENT_EXPIRED_SESSION,
        [STORE_EXPIRED_PROOF] = STATEMENT_EXPIRED_PROOF,
        [STORE_EXPIRED_IDEMPOTENCY] = STATEMENT_EXPIRED_IDEMPOTENCY,
    };
    return sql_exec(tx, statements[table], ret_count, SQL_INT(before), SQL_INT((int64_t)limit));
}
