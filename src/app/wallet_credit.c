#include "app/wallet_credit.h"

#include "app/account_buys.h"
#include "app/journal.h"
#include "app/wallet.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/money.h"
#include "domain/types.h"
#include "store/order.h"

#include <string.h>

enum { ORDERS_OF_A_MOMENT = 32 };

struct credit_job {
    struct app *app;
    const struct actor *actor;
    struct wallet_credit *credit;
    struct str request;
    int64_t now;
};

/* The order of a top-up that was made before: found by its transfer among those of its moment. */
static enum err find_order(struct sql_tx *tx, struct arena *arena, const struct account *account,
                           const struct wallet_move *move, char ret_code[IDS_REFERENCE_SIZE])
{
    struct store_order orders[ORDERS_OF_A_MOMENT];
    size_t count;
    TRY(store_order_list(tx, arena, &account->key, account->row.account_id, ids_lowest(move->ret_at),
                         ids_lowest(move->ret_at + MICROS_SECOND), orders, ORDERS_OF_A_MOMENT, &count));
    for (size_t i = 0; i < count; i++)
        if (orders[i].transfer_id == move->ret_transfer_id && orders[i].code.length < IDS_REFERENCE_SIZE) {
            memcpy(ret_code, orders[i].code.data, orders[i].code.length);
            ret_code[orders[i].code.length] = '\0';
            return ERR_NONE;
        }
    return ERR_NOT_FOUND;
}

static enum err credit_rows(struct credit_job *job, struct sql_tx *tx, struct arena *arena,
                            struct account *account, int64_t transfer_id)
{
    struct wallet_credit *credit = job->credit;
    ids_reference("VO", credit->ret_order);
    struct store_order order = {
        .account_id = account->row.account_id,
        .order_id = ids_next(job->now),
        .kind = STR("top_up"),
        .amount = credit->amount,
        .at = job->now,
        .code = str_from(credit->ret_order),
        .transfer_id = transfer_id,
    };
    struct store_payment payment = {
        .account_id = account->row.account_id,
        .payment_id = ids_next(job->now),
        .amount = credit->amount,
        .at = job->now,
        .instrument = credit->instrument.length != 0 ? credit->instrument : STR("cash"),
        .provider = STR("manual"),
        .provider_id = credit->provider_id,
        .order_code = order.code,
    };
    TRY(store_order_insert(tx, arena, &account->key, &order));
    TRY(store_payment_insert(tx, arena, &account->key, &payment));
    return journal_account(tx, arena, account, job->now, "wallet_credited", job->actor, order.code);
}

static enum err credit_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct credit_job *job = context;
    struct account *account;
    struct wallet_move move = {
        .debit = LEDGER_CASH,
        .credit = LEDGER_WALLET,
        .amount = job->credit->amount,
        .kind = STR("top_up"),
        .request = job->request,
        .now = job->now,
    };
    TRY(account_load(job->app, tx, arena, job->credit->account_id, &account));
    TRY(wallet_move(tx, account, &move));
    job->credit->ret_repeated = move.ret_repeated;
    if (move.ret_repeated) {
        TRY(find_order(tx, arena, account, &move, job->credit->ret_order));
    } else {
        TRY(account_check_buys(tx, arena, account));
        TRY(credit_rows(job, tx, arena, account, move.ret_transfer_id));
    }
    return wallet_balance(tx, account, &job->credit->ret_balance);
}

enum err wallet_credit(struct app *app, const struct actor *actor, struct wallet_credit *credit)
{
    uint8_t random[16];
    if (credit->amount <= 0 || credit->amount > LIMIT_TOP_UP_UNITS * MONEY_UNIT ||
        credit->instrument.length > LIMIT_LABEL_BYTES || credit->provider_id.length > LIMIT_LABEL_BYTES ||
        credit->request.length > LIMIT_LABEL_BYTES || !str_is_utf8(credit->instrument) ||
        !str_is_utf8(credit->provider_id))
        return ERR_INVALID;
    struct credit_job job = {
        .app = app,
        .actor = actor,
        .credit = credit,
        .request = credit->request,
        .now = credit->now != 0 ? credit->now : clock_now(),
    };
    if (job.request.length == 0) {
        ids_random(random, sizeof random);
        job.request = str_bytes(random, sizeof random);
    }
    return sql_call(app->store, "wallet_credit", credit_run, &job);
}
