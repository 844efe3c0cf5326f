/* Rows of ledger_balance and transfer: one customer's double-entry ledger, kept under a random id of its own
 * (what links it to the account is sealed in the account's box). A balance is what was credited less what was
 * debited, so the balances of a ledger sum to zero and a wallet above zero is the subscriber's money.
 * Balances of the customer's own accounts are kept by the transaction that moves them; those of the
 * operator's (from LEDGER_CASH on) are derived from the transfers. */
#ifndef STORE_LEDGER_H
#define STORE_LEDGER_H

#include "sql/sql.h"

struct store_transfer {
    int64_t ledger_id, transfer_id;
    struct str request_key; /* who asks twice with the same key gets one transfer */
    int64_t debit, credit;  /* domain's enum ledger_account; the amount goes from debit to credit */
    int64_t amount;         /* millionths, above 0 */
    struct str kind;        /* domain's word for the statement */
    int64_t at;
};

/* Writes a transfer and the balances that are kept. Where the ledger has the request key already, nothing is
 * written and *ret_repeated (NULL allowed) is true; ERR_KEY_REUSED where that one moved something else.
 * ERR_INVALID for an amount that is not above 0 or an account on both sides, ERR_OVERFLOW past the range. */
enum err store_ledger_transfer(struct sql_tx *tx, const struct store_transfer *transfer, bool *ret_repeated);
/* Empties `wallet`, its amount taken inside this transaction: what is there goes to `payable`, a debt is
 * taken over by `receivable`. *ret_amount is what the wallet held (negative: the debt; 0: no transfer was
 * needed). A repeated key gives the amount of the first time. */
enum err store_ledger_balance_out(struct sql_tx *tx, const struct store_transfer *transfer, int64_t wallet,
                                  int64_t payable, int64_t receivable, int64_t *ret_amount);
/* Balance of one account of the ledger, kept or derived; 0 where nothing ever moved. */
enum err store_ledger_balance(struct sql_tx *tx, int64_t ledger_id, int64_t code, int64_t *ret_balance);
/* The transfer of a request key; ERR_NOT_FOUND. */
enum err store_ledger_find(struct sql_tx *tx, int64_t ledger_id, struct str request_key,
                           struct store_transfer *ret_transfer);
/* A page of the statement of one account, newest first: transfers with an id below before (INT64_MAX: from
 * the newest) that debit or credit it; at most limit. */
enum err store_ledger_list(struct sql_tx *tx, int64_t ledger_id, int64_t code, int64_t before,
                           struct store_transfer *ret_transfers, size_t limit, size_t *ret_count);

#endif
