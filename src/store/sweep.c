#include "store/sweep.h"

#include "store/statements.h"

enum err store_sweep(struct sql_tx *tx, int64_t account_id, int64_t limit, bool *ret_more)
{
    static const unsigned statements[] = {
        STATEMENT_SWEEP_MESSAGE, STATEMENT_SWEEP_SERVICE,       STATEMENT_SWEEP_CONTACT,
        STATEMENT_SWEEP_PROOF,   STATEMENT_SWEEP_LINE,          STATEMENT_SWEEP_ORDER,
        STATEMENT_SWEEP_PAYMENT, STATEMENT_SWEEP_ARCHIVE_CHUNK, STATEMENT_SWEEP_ARCHIVE,
        STATEMENT_SWEEP_KEYS,    STATEMENT_SWEEP_OUTBOX,        STATEMENT_SWEEP_TICKET_MESSAGE,
        STATEMENT_SWEEP_TICKET,  STATEMENT_SWEEP_LINE_SERVICE,  STATEMENT_SWEEP_BLOCKED_SENDER};
    *ret_more = false;
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        int64_t changes;
        TRY(sql_exec(tx, statements[i], &changes, SQL_INT(account_id), SQL_INT(limit)));
        *ret_more = *ret_more || changes >= limit;
    }
    return ERR_NONE;
}
