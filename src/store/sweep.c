#include "store/sweep.h"

#include "store/statements.h"

/* Parts before what they belong to: a row goes when nothing hangs on it any more. */
static const unsigned of_account[] = {STATEMENT_SWEEP_MESSAGE,
                                      STATEMENT_SWEEP_SERVICE,
                                      STATEMENT_SWEEP_CONTACT,
                                      STATEMENT_SWEEP_PROOF,
                                      STATEMENT_SWEEP_LINE,
                                      STATEMENT_SWEEP_ORDER,
                                      STATEMENT_SWEEP_PAYMENT,
                                      STATEMENT_SWEEP_ARCHIVE_CHUNK,
                                      STATEMENT_SWEEP_ARCHIVE,
                                      STATEMENT_SWEEP_KEYS,
                                      STATEMENT_SWEEP_OUTBOX,
                                      STATEMENT_SWEEP_TICKET_MESSAGE,
                                      STATEMENT_SWEEP_TICKET,
                                      STATEMENT_SWEEP_LINE_SERVICE,
                                      STATEMENT_SWEEP_BLOCKED_SENDER,
                                      STATEMENT_SWEEP_MESSAGE_PART,
                                      STATEMENT_SWEEP_SENT_PART,
                                      STATEMENT_SWEEP_OPTED_OUT,
                                      STATEMENT_SWEEP_REPLACEABLE_TEXT};
static const unsigned of_closure[] = {STATEMENT_SWEEP_CLOSURE_OUTBOX, STATEMENT_SWEEP_CLOSURE_TICKET_MESSAGE,
                                      STATEMENT_SWEEP_CLOSURE_TICKET};

enum err store_sweep(struct sql_tx *tx, int64_t account_id, int64_t limit, bool *ret_more)
{
    bool more = false;
    for (size_t i = 0; i < sizeof of_account / sizeof *of_account; i++) {
        int64_t changes;
        TRY(sql_exec(tx, of_account[i], &changes, SQL_INT(account_id), SQL_INT(limit)));
        more = more || changes >= limit;
    }
    *ret_more = more;
    return ERR_NONE;
}

enum err store_sweep_closure(struct sql_tx *tx, int64_t account_id, int64_t closure_id, int64_t limit,
                             bool *ret_more)
{
    bool more = false;
    for (size_t i = 0; i < sizeof of_closure / sizeof *of_closure; i++) {
        int64_t changes;
        TRY(sql_exec(tx, of_closure[i], &changes, SQL_INT(account_id), SQL_INT(closure_id), SQL_INT(limit)));
        more = more || changes >= limit;
    }
    *ret_more = more;
    return ERR_NONE;
}
