#include "app/wallet.h"

#include "base/ids.h"
#include "domain/types.h"
#include "store/ledger.h"

void wallet_request_key(const struct account *account, struct str kind, struct str request,
                        uint8_t ret_key[32])
{
    const struct str parts[] = {str_bytes(account->key.bytes, sizeof account->key.bytes), STR("transfer"),
                                kind, request};
    seal_hash(parts, 4, ret_key);
}

enum err wallet_balance(struct sql_tx *tx, const struct account *account, int64_t *ret_balance)
{
    return store_ledger_balance(tx, account->row.ledger_id, LEDGER_WALLET, ret_balance);
}

enum err wallet_move(struct sql_tx *tx, const struct account *account, struct wallet_move *move)
{
    uint8_t key[32];
    struct store_transfer first;
    wallet_request_key(account, move->kind, move->request, key);
    struct store_transfer transfer = {
        .ledger_id = account->row.ledger_id,
        .transfer_id = ids_next(move->now),
        .request_key = str_bytes(key, sizeof key),
        .debit = move->debit,
        .credit = move->credit,
        .amount = move->amount,
        .kind = move->kind,
        .at = move->now,
    };
    TRY(store_ledger_transfer(tx, &transfer, &move->ret_repeated));
    if (move->ret_repeated) {
        TRY(store_ledger_find(tx, transfer.ledger_id, transfer.request_key, &first));
        transfer = first;
    }
    move->ret_transfer_id = transfer.transfer_id;
    move->ret_at = transfer.at;
    return ERR_NONE;
}

enum err wallet_charge(struct sql_tx *tx, const struct account *account, struct wallet_move *move,
                       bool may_owe)
{
    int64_t balance;
    TRY(wallet_balance(tx, account, &balance));
    move->debit = LEDGER_WALLET;
    move->credit = LEDGER_REVENUE;
    TRY(wallet_move(tx, account, move));
    bool covered = balance >= move->amount || (may_owe && balance >= 0);
    return move->ret_repeated || covered ? ERR_NONE : ERR_BALANCE;
}
