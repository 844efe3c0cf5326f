#include "app/closure_effects.h"

#include "app/message_carry.h"
#include "app/wallet.h"
#include "base/failpoint.h"
#include "base/ids.h"
#include "domain/ledger/refund.h"
#include "store/ledger.h"
#include "store/order.h"
#include "store/work.h"

/* Older payments than these are not gone back to: what they would cover goes to a bank account. */
enum { SETTLE_PAYMENTS = 48 };

static enum err owe(struct closure_work *closure, int64_t payment_id, int64_t amount, enum refund_state state,
                    struct str instrument)
{
    struct store_refund refund = {
        .account_id = closure->row.account_id,
        .closure_id = closure->row.closure_id,
        .payment_id = payment_id,
        .attempt = 1,
        .amount = amount,
        .state = state,
        .owed_at = closure->now,
        .instrument = instrument,
    };
    return store_refund_insert(closure->tx, closure->arena, &closure->key, &refund);
}

/* Back to where it came from, newest first; returns what no payment covers. */
static enum err owe_to_origin(struct closure_work *closure, int64_t *left)
{
    struct store_payment *payments = ARENA_ARRAY(closure->arena, SETTLE_PAYMENTS, struct store_payment);
    size_t count;
    TRY(store_payment_list(closure->tx, closure->arena, &closure->account->key, closure->row.account_id,
                           payments, SETTLE_PAYMENTS, &count));
    struct refund_payment *open = ARENA_ARRAY(closure->arena, count + 1, struct refund_payment);
    int64_t *parts = ARENA_ARRAY(closure->arena, count + 1, int64_t);
    for (size_t i = 0; i < count; i++)
        open[i] = (struct refund_payment){.amount = payments[i].amount, .refunded = payments[i].refunded};
    *left = refund_split(open, count, *left, parts);
    for (size_t i = 0; i < count; i++) {
        if (parts[i] == 0)
            continue;
        TRY(owe(closure, payments[i].payment_id, parts[i], REFUND_OWED, payments[i].instrument));
        TRY(store_payment_refund(closure->tx, closure->row.account_id, payments[i].payment_id, parts[i]));
    }
    return ERR_NONE;
}

static enum err give_up(struct closure_work *closure, int64_t amount)
{
    struct wallet_move move = {.debit = LEDGER_REFUND_PAYABLE,
                               .credit = LEDGER_GIVEN_UP,
                               .amount = amount,
                               .kind = STR("given_up"),
                               .request =
                                   arena_printf(closure->arena, "%lld", (long long)closure->row.closure_id),
                               .now = closure->now};
    TRY(wallet_move(closure->tx, closure->account, &move));
    return owe(closure, 0, amount, REFUND_GIVEN_UP, STR_NONE);
}

/* The step may run twice; what it owes is written once. */
static enum err is_owed_already(struct closure_work *closure, bool *ret_owed)
{
    struct store_refund *refunds;
    size_t count;
    TRY(store_refund_list(closure->tx, closure->arena, NULL, closure->row.account_id, closure->row.closure_id,
                          &refunds, &count));
    *ret_owed = count != 0;
    return ERR_NONE;
}

static enum err owe_refunds(struct closure_work *closure, int64_t amount)
{
    int64_t left = amount;
    bool owed;
    TRY(is_owed_already(closure, &owed));
    if (owed)
        return ERR_NONE;

    if (closure->row.refund_choice == CLOSURE_REFUND_GIVE_UP)
        return give_up(closure, amount);
    if (closure->row.refund_choice == CLOSURE_REFUND_ORIGIN)
        TRY(owe_to_origin(closure, &left));
    /* What no payment covers (vouchers, the operator's gift) goes to a bank account, asked for on the status
     * page. */
    if (left > 0)
        TRY(owe(closure, 0, left, REFUND_OWED, closure->row.own.bank));
    return store_desk_add(closure->tx, "refund", closure->now, closure->row.account_id,
                          closure->row.closure_id);
}

enum err closure_effect_freeze_wallet(struct closure_work *closure)
{
    struct account *account = closure->account;
    uint8_t key[32];
    int64_t amount;
    if (account == NULL || closure->row.scope != CLOSURE_SCOPE_ACCOUNT)
        return ERR_NONE;
    FAILPOINT("closure.settle");
    TRY(message_stop(closure->tx, closure->arena, account, 0, 0, closure->now));
    wallet_request_key(account, STR("settle"),
                       arena_printf(closure->arena, "%lld", (long long)closure->row.closure_id), key);
    struct store_transfer transfer = {.ledger_id = account->row.ledger_id,
                                      .transfer_id = ids_next(closure->now),
                                      .request_key = str_bytes(key, sizeof key),
                                      .kind = STR("settled"),
                                      .at = closure->now};
    TRY(store_ledger_balance_out(closure->tx, &transfer, LEDGER_WALLET, LEDGER_REFUND_PAYABLE,
                                 LEDGER_RECEIVABLE, &amount));
    closure->row.settled_amount = amount;
    return amount > 0 ? owe_refunds(closure, amount) : ERR_NONE;
}
