#include "store/ledger.h"

#include "base/money.h"
#include "domain/types.h"
#include "store/box.h"
#include "store/statements.h"

static struct store_transfer transfer_row(struct sql_rows *rows, int64_t ledger_id)
{
    return (struct store_transfer){
        .ledger_id = ledger_id,
        .transfer_id = sql_int(rows, 0),
        .request_key = sql_bytes(rows, 1),
        .debit = sql_int(rows, 2),
        .credit = sql_int(rows, 3),
        .amount = sql_int(rows, 4),
        .kind = sql_text(rows, 5),
        .at = sql_int(rows, 6),
    };
}

enum err store_ledger_balance(struct sql_tx *tx, int64_t ledger_id, int64_t code, int64_t *ret_balance)
{
    struct sql_rows rows;
    unsigned statement = code < LEDGER_CASH ? STATEMENT_LEDGER_BALANCE : STATEMENT_LEDGER_BALANCE_DERIVED;
    TRY(sql_query(tx, statement, &rows, SQL_INT(ledger_id), SQL_INT(code)));
    return box_one_int(&rows, ret_balance);
}

static enum err balance_add(struct sql_tx *tx, int64_t ledger_id, int64_t code, int64_t amount)
{
    int64_t before, after;
    if (code >= LEDGER_CASH)
        return ERR_NONE;
    TRY(store_ledger_balance(tx, ledger_id, code, &before));
    TRY(money_add(before, amount, &after));
    return sql_exec(tx, STATEMENT_LEDGER_BALANCE_PUT, NULL, SQL_INT(ledger_id), SQL_INT(code),
                    SQL_INT(after));
}

static enum err balances_move(struct sql_tx *tx, int64_t ledger_id, int64_t debit, int64_t credit,
                              int64_t amount)
{
    TRY(balance_add(tx, ledger_id, debit, -amount));
    return balance_add(tx, ledger_id, credit, amount);
}

enum err store_ledger_find(struct sql_tx *tx, int64_t ledger_id, struct str request_key,
                           struct store_transfer *ret_transfer)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_TRANSFER_FIND, &rows, SQL_INT(ledger_id), SQL_BYTES(request_key)));
    bool found = sql_next(&rows);
    if (found)
        *ret_transfer = transfer_row(&rows, ledger_id);
    TRY(sql_end(&rows));
    return found ? ERR_NONE : ERR_NOT_FOUND;
}

/* The key was used before: it must have moved the same money. */
static enum err transfer_expect_same(struct sql_tx *tx, const struct store_transfer *transfer)
{
    struct store_transfer first;
    TRY(store_ledger_find(tx, transfer->ledger_id, transfer->request_key, &first));
    bool same = first.debit == transfer->debit && first.credit == transfer->credit &&
                first.amount == transfer->amount && str_equal(first.kind, transfer->kind);
    return same ? ERR_NONE : ERR_KEY_REUSED;
}

enum err store_ledger_transfer(struct sql_tx *tx, const struct store_transfer *transfer, bool *ret_repeated)
{
    int64_t changes;
    if (transfer->amount <= 0 || transfer->debit == transfer->credit || transfer->request_key.length == 0)
        return ERR_INVALID;
    TRY(sql_exec(tx, STATEMENT_TRANSFER_INSERT, &changes, SQL_INT(transfer->ledger_id),
                 SQL_INT(transfer->transfer_id), SQL_BYTES(transfer->request_key), SQL_INT(transfer->debit),
                 SQL_INT(transfer->credit), SQL_INT(transfer->amount), SQL_TEXT(transfer->kind),
                 SQL_INT(transfer->at)));
    bool repeated = changes == 0;
    if (repeated)
        TRY(transfer_expect_same(tx, transfer));
    else
        TRY(balances_move(tx, transfer->ledger_id, transfer->debit, transfer->credit, transfer->amount));
    if (ret_repeated != NULL)
        *ret_repeated = repeated;
    return ERR_NONE;
}

/* One side of balancing: the amount is taken by the INSERT itself, so nothing can come between reading and
 * moving it. *ret_amount is 0 where the wallet has nothing on this side or the key was used. */
static enum err balance_side(struct sql_tx *tx, unsigned statement, const struct store_transfer *transfer,
                             int64_t wallet, int64_t other, int64_t *ret_amount)
{
    struct sql_rows rows;
    TRY(sql_query(tx, statement, &rows, SQL_INT(transfer->ledger_id), SQL_INT(transfer->transfer_id),
                  SQL_BYTES(transfer->request_key), SQL_INT(wallet), SQL_INT(other), SQL_TEXT(transfer->kind),
                  SQL_INT(transfer->at)));
    return box_one_int(&rows, ret_amount);
}

enum err store_ledger_balance_out(struct sql_tx *tx, const struct store_transfer *transfer, int64_t wallet,
                                  int64_t payable, int64_t receivable, int64_t *ret_amount)
{
    struct store_transfer first;
    int64_t held, owed;
    enum err repeated = store_ledger_find(tx, transfer->ledger_id, transfer->request_key, &first);
    if (repeated == ERR_NONE) {
        *ret_amount = first.debit == wallet ? first.amount : -first.amount;
        return first.debit == wallet || first.credit == wallet ? ERR_NONE : ERR_KEY_REUSED;
    }
    if (repeated != ERR_NOT_FOUND)
        return repeated;
    TRY(balance_side(tx, STATEMENT_TRANSFER_BALANCE_PAYABLE, transfer, wallet, payable, &held));
    if (held > 0)
        TRY(balances_move(tx, transfer->ledger_id, wallet, payable, held));
    TRY(balance_side(tx, STATEMENT_TRANSFER_BALANCE_RECEIVABLE, transfer, wallet, receivable, &owed));
    if (owed > 0)
        TRY(balances_move(tx, transfer->ledger_id, receivable, wallet, owed));
    *ret_amount = held > 0 ? held : -owed;
    return ERR_NONE;
}

enum err store_ledger_list(struct sql_tx *tx, int64_t ledger_id, int64_t code, int64_t before,
                           struct store_transfer *ret_transfers, size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    TRY(sql_query(tx, STATEMENT_TRANSFER_LIST, &rows, SQL_INT(ledger_id), SQL_INT(before), SQL_INT(code),
                  SQL_INT((int64_t)limit)));
    while (count < limit && sql_next(&rows))
        ret_transfers[count++] = transfer_row(&rows, ledger_id);
    TRY(sql_end(&rows));
    *ret_count = count;
    return ERR_NONE;
}
