/* Deleting what a forgotten account leaves: nobody can read it any more, now it goes. */
#ifndef STORE_SWEEP_H
#define STORE_SWEEP_H

#include "sql/sql.h"

/* Deletes at most `limit` rows of each of the account's tables; ret_more: there was as much somewhere.
 * Ledger, closures, receipts, refunds, journals and open tickets stay. */
enum err store_sweep(struct sql_tx *tx, int64_t account_id, int64_t limit, bool *ret_more);
/* The same with what lies under a closure's key that is gone: conversations, mails that were sent. */
enum err store_sweep_closure(struct sql_tx *tx, int64_t account_id, int64_t closure_id, int64_t limit,
                             bool *ret_more);

#endif
