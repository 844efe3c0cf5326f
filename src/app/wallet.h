/* What every verb that moves money of an account shares, inside a transaction. */
#ifndef APP_WALLET_H
#define APP_WALLET_H

#include "app/account.h"

/* One movement between two accounts of a customer's ledger. */
struct wallet_move {
    int64_t debit, credit; /* enum ledger_account of domain/types.h */
    int64_t amount;        /* millionths, above 0 */
    struct str kind;       /* the statement's word */
    struct str request;    /* what makes it one movement however often it is asked for */
    int64_t now;
    int64_t ret_transfer_id; /* of the first time where it was repeated */
    int64_t ret_at;
    bool ret_repeated;
};

/* Moves money once. The ledger keeps the request only as a hash under the account's key, so that the ledger
 * doesn't show whose it is. ERR_KEY_REUSED where the same request moved something else. */
enum err wallet_move(struct sql_tx *tx, const struct account *account, struct wallet_move *move);
/* Charges the wallet in favour of revenue; ERR_BALANCE where it holds less, unless may_owe and it owes
 * nothing yet. A repeated charge succeeds whatever the wallet holds. */
enum err wallet_charge(struct sql_tx *tx, const struct account *account, struct wallet_move *move,
                       bool may_owe);
/* What the wallet holds, millionths; negative where it owes. */
enum err wallet_balance(struct sql_tx *tx, const struct account *account, int64_t *ret_balance);
/* The request key of a kind of movement and its request, under the account's key. */
void wallet_request_key(const struct account *account, struct str kind, struct str request,
                        uint8_t ret_key[32]);

#endif
