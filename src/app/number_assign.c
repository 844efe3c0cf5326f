#include "app/number_assign.h"

#include "app/account_buys.h"
#include "app/journal.h"
#include "app/line_fees.h"
#include "app/number_move.h"
#include "app/wallet.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/money.h"
#include "domain/types.h"
#include "store/number.h"
#include "store/order.h"
#include "wire/phone.h"

#include <string.h>

struct assign_job {
    struct app *app;
    const struct actor *actor;
    struct number_assign *assign;
    struct str e164;
    int64_t now;
};

static enum err find_number(struct assign_job *job, struct sql_tx *tx, struct store_number *ret_number)
{
    size_t count;
    if (job->e164.length != 0)
        return store_number_get(tx, job->e164, ret_number);
    TRY(store_number_list(tx, NUMBER_AVAILABLE, STR_NONE, ret_number, 1, &count));
    return count == 1 ? ERR_NONE : ERR_NOT_FOUND;
}

static enum err take_number(struct assign_job *job, struct sql_tx *tx, const struct store_number *before,
                            int64_t line_id)
{
    struct store_number number = *before;
    number.state = NUMBER_ASSIGNED;
    number.account_id = job->assign->account_id;
    number.line_id = line_id;
    number.assigned_at = job->now;
    return number_move(tx, NUMBER_EVENT_ASSIGN, before, &number);
}

static enum err charge_first_month(struct assign_job *job, struct sql_tx *tx, struct arena *arena,
                                   struct account *account, struct store_line *line)
{
    struct wallet_move move = {
        .amount = line->fee,
        .kind = STR("number"),
        .request = arena_printf(arena, "%lld", (long long)line->line_id),
        .now = job->now,
    };
    if (line->fee > 0)
        TRY(wallet_charge(tx, account, &move, false));
    struct store_order order = {
        .account_id = account->row.account_id,
        .order_id = ids_next(job->now),
        .kind = STR("number"),
        .amount = line->fee,
        .at = job->now,
        .code = line->order_code,
        .line_id = line->line_id,
        .transfer_id = move.ret_transfer_id,
    };
    return store_order_insert(tx, arena, &account->key, &order);
}

static enum err make_line(struct assign_job *job, struct sql_tx *tx, struct arena *arena,
                          struct account *account, struct str e164, int64_t line_id)
{
    struct store_line line = {
        .account_id = account->row.account_id,
        .line_id = line_id,
        .since = job->now,
        .fee = job->assign->fee,
        .paid_until = clock_add_months(job->now, 1),
        .e164 = e164,
        .name = job->assign->name,
        .order_code = str_from(job->assign->ret_order),
    };
    TRY(charge_first_month(job, tx, arena, account, &line));
    TRY(store_line_insert(tx, arena, &account->key, &line));
    TRY(line_fees_plan(tx, &line));
    return journal_account(tx, arena, account, job->now, "number_assigned", job->actor, line.order_code);
}

static enum err check_account(struct sql_tx *tx, struct arena *arena, const struct account *account)
{
    int64_t live, all;
    if (account->row.state == ACCOUNT_SUSPENDED)
        return ERR_STATE;
    TRY(account_check_buys(tx, arena, account));
    TRY(store_line_count(tx, account->row.account_id, &live, &all));
    return all < LIMIT_LINES ? ERR_NONE : ERR_POLICY;
}

static enum err assign_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct assign_job *job = context;
    struct account *account;
    struct store_number number;
    int64_t line_id = ids_next(job->now);
    TRY(account_load(job->app, tx, arena, job->assign->account_id, &account));
    TRY(check_account(tx, arena, account));
    TRY(find_number(job, tx, &number));
    if (number.e164.length >= NUMBER_E164_SIZE)
        return ERR_CORRUPT;
    ids_reference("VO", job->assign->ret_order);
    TRY(take_number(job, tx, &number, line_id));
    TRY(make_line(job, tx, arena, account, number.e164, line_id));
    memcpy(job->assign->ret_e164, number.e164.data, number.e164.length);
    job->assign->ret_e164[number.e164.length] = '\0';
    job->assign->ret_line_id = line_id;
    return ERR_NONE;
}

enum err number_assign(struct app *app, const struct actor *actor, struct number_assign *assign)
{
    struct arena *arena = arena_new(0);
    struct assign_job job = {
        .app = app, .actor = actor, .assign = assign, .now = assign->now != 0 ? assign->now : clock_now()};
    enum err error = ERR_NONE;
    if (arena == NULL)
        return ERR_MEMORY;
    if (!number_may(NUMBER_EVENT_ASSIGN, number_move_by(actor)))
        error = ERR_FORBIDDEN;
    bool wished = assign->e164.length != 0;
    if (error == ERR_NONE &&
        (assign->fee < 0 || assign->fee > LIMIT_TOP_UP_UNITS * MONEY_UNIT || !str_is_utf8(assign->name) ||
         assign->name.length > LIMIT_LABEL_BYTES || (wished && !phone_read(arena, assign->e164, &job.e164))))
        error = ERR_INVALID;
    if (error == ERR_NONE)
        error = sql_call(app->store, "number_assign", assign_run, &job);
    arena_free(arena);
    return error;
}
