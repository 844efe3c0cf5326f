#include "house.h"

#include "app/line_fees.h"
#include "app/line_list.h"
#include "app/message_receive.h"
#include "app/number_assign.h"
#include "app/wallet.h"
#include "app/wallet_credit.h"
#include "app/wallet_read.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/money.h"
#include "domain/types.h"
#include "store/identity.h"
#include "store/order.h"
#include "store/work.h"

#include <pthread.h>
#include <stdio.h>

enum { THREADS = 64 };

static const struct actor operator_actor = {.kind = ACTOR_OPERATOR};

struct move_job {
    struct house *house;
    int64_t account_id;
    struct wallet_move move;
    bool charge;
};

static enum err move_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct move_job *job = context;
    struct account *account;
    TRY(account_load(&job->house->app, tx, arena, job->account_id, &account));
    return job->charge ? wallet_charge(tx, account, &job->move, false) : wallet_move(tx, account, &job->move);
}

static enum err charge(struct house *house, int64_t account_id, int64_t amount, const char *request)
{
    struct move_job job = {
        .house = house,
        .account_id = account_id,
        .move = {.amount = amount,
                 .kind = STR("number_fee"),
                 .request = str_from(request),
                 .now = clock_now()},
        .charge = true,
    };
    return sql_call(house->app.store, "test", move_run, &job);
}

static void a_request_key_moves_money_once(void **state)
{
    struct house *house = *state;
    int64_t account = house_account(house, clock_now());
    house_credit(house, account, 10 * MONEY_UNIT);
    for (int i = 0; i < 3; i++)
        assert_int_equal(charge(house, account, 3 * MONEY_UNIT, "one"), ERR_NONE);
    assert_int_equal(house_balance(house, account, LEDGER_WALLET), 7 * MONEY_UNIT);
    assert_int_equal(house_balance(house, account, LEDGER_REVENUE), 3 * MONEY_UNIT);
    assert_int_equal(house_transfers(house, account), 2);
    assert_int_equal(house_sum(house, account), 0);
}

static void a_used_key_with_another_amount_is_refused(void **state)
{
    struct house *house = *state;
    int64_t account = house_account(house, clock_now());
    house_credit(house, account, 10 * MONEY_UNIT);
    assert_int_equal(charge(house, account, 3 * MONEY_UNIT, "one"), ERR_NONE);
    assert_int_equal(charge(house, account, 4 * MONEY_UNIT, "one"), ERR_KEY_REUSED);
    assert_int_equal(house_balance(house, account, LEDGER_WALLET), 7 * MONEY_UNIT);
    assert_int_equal(house_sum(house, account), 0);
}

static void a_wallet_pays_no_more_than_it_holds(void **state)
{
    struct house *house = *state;
    int64_t account = house_account(house, clock_now());
    house_credit(house, account, 5 * MONEY_UNIT);
    assert_int_equal(charge(house, account, 5 * MONEY_UNIT + 1, "more"), ERR_BALANCE);
    assert_int_equal(house_transfers(house, account), 1);
    assert_int_equal(charge(house, account, 5 * MONEY_UNIT, "all"), ERR_NONE);
    assert_int_equal(charge(house, account, 5 * MONEY_UNIT, "all"), ERR_NONE);
    assert_int_equal(charge(house, account, 1, "none"), ERR_BALANCE);
    assert_int_equal(house_balance(house, account, LEDGER_WALLET), 0);
}

static void amounts_that_are_none_are_refused(void **state)
{
    struct house *house = *state;
    int64_t account = house_account(house, clock_now());
    static const int64_t amounts[] = {0, -1, INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++) {
        struct wallet_credit credit = {.account_id = account, .amount = amounts[i]};
        assert_int_equal(wallet_credit(&house->app, &operator_actor, &credit), ERR_INVALID);
    }
    assert_int_equal(house_transfers(house, account), 0);
}

static void a_repeated_top_up_gives_the_first_order(void **state)
{
    struct house *house = *state;
    int64_t account = house_account(house, clock_now());
    struct wallet_credit first = {.account_id = account,
                                  .amount = 20 * MONEY_UNIT,
                                  .instrument = STR("Visa 4242"),
                                  .request = STR("k")};
    struct wallet_credit second = first, other = first;
    other.amount++;
    assert_int_equal(wallet_credit(&house->app, &operator_actor, &first), ERR_NONE);
    assert_int_equal(wallet_credit(&house->app, &operator_actor, &second), ERR_NONE);
    assert_int_equal(wallet_credit(&house->app, &operator_actor, &other), ERR_KEY_REUSED);
    assert_false(first.ret_repeated);
    assert_true(second.ret_repeated);
    assert_string_equal(first.ret_order, second.ret_order);
    assert_int_equal(second.ret_balance, 20 * MONEY_UNIT);
}

struct racer {
    struct house *house;
    int64_t account;
    int number;
};

/* Every pair shares a request, so half of the charges are repeated by another thread. */
static void *race(void *context)
{
    struct racer *racer = context;
    char request[32];
    snprintf(request, sizeof request, "charge %d", racer->number / 2);
    for (int i = 0; i < 5; i++) {
        enum err error;
        do
            error = charge(racer->house, racer->account, MONEY_UNIT, request);
        while (error == ERR_BUSY);
        assert_int_equal(error, ERR_NONE);
        house_credit(racer->house, racer->account, 2 * MONEY_UNIT);
    }
    return NULL;
}

static void sixty_four_threads_on_one_wallet_lose_and_invent_nothing(void **state)
{
    struct house *house = *state;
    pthread_t threads[THREADS];
    struct racer racers[THREADS];
    int64_t account = house_account(house, clock_now());
    house_credit(house, account, 1000 * MONEY_UNIT);
    for (int i = 0; i < THREADS; i++) {
        racers[i] = (struct racer){house, account, i};
        assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    int64_t expected = 1000 + 2 * 5 * THREADS - THREADS / 2;
    assert_int_equal(house_balance(house, account, LEDGER_WALLET), expected * MONEY_UNIT);
    assert_int_equal(house_balance(house, account, LEDGER_REVENUE), THREADS / 2 * MONEY_UNIT);
    assert_int_equal(house_transfers(house, account), 1 + 5 * THREADS + THREADS / 2);
    assert_int_equal(house_sum(house, account), 0);
}

struct balance_job {
    struct house *house;
    int64_t account_id, amount;
    const char *request;
};

static enum err balance_out_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct balance_job *job = context;
    struct account *account;
    uint8_t key[32];
    TRY(account_load(&job->house->app, tx, arena, job->account_id, &account));
    wallet_request_key(account, STR("closing"), str_from(job->request), key);
    const struct store_transfer transfer = {
        .ledger_id = account->row.ledger_id,
        .transfer_id = ids_next(clock_now()),
        .request_key = str_bytes(key, sizeof key),
        .kind = STR("closing"),
        .at = clock_now(),
    };
    return store_ledger_balance_out(tx, &transfer, LEDGER_WALLET, LEDGER_REFUND_PAYABLE, LEDGER_RECEIVABLE,
                                    &job->amount);
}

static int64_t balance_out(struct house *house, int64_t account, const char *request)
{
    struct balance_job job = {house, account, 0, request};
    assert_int_equal(sql_call(house->app.store, "test", balance_out_run, &job), ERR_NONE);
    return job.amount;
}

static enum err owe_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct move_job *job = context;
    struct account *account;
    TRY(account_load(&job->house->app, tx, arena, job->account_id, &account));
    return wallet_charge(tx, account, &job->move, true);
}

static void balancing_takes_what_is_there_once(void **state)
{
    struct house *house = *state;
    static const struct {
        int64_t credit, fee, held;
    } rows[] = {{25, 0, 25}, {0, 0, 0}, {0, 4, -4}, {3, 3, 0}, {1, 3, -2}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t account = house_account(house, clock_now());
        struct move_job fee = {
            .house = house,
            .account_id = account,
            .move = {
                .amount = rows[i].fee, .kind = STR("number_fee"), .request = STR("f"), .now = clock_now()}};
        if (rows[i].credit != 0)
            house_credit(house, account, rows[i].credit);
        if (rows[i].fee != 0)
            assert_int_equal(sql_call(house->app.store, "test", owe_run, &fee), ERR_NONE);
        for (int again = 0; again < 2; again++)
            assert_int_equal(balance_out(house, account, "c"), rows[i].held);
        assert_int_equal(house_balance(house, account, LEDGER_WALLET), 0);
        assert_int_equal(house_balance(house, account, LEDGER_REFUND_PAYABLE),
                         rows[i].held > 0 ? rows[i].held : 0);
        assert_int_equal(house_balance(house, account, LEDGER_RECEIVABLE),
                         rows[i].held < 0 ? rows[i].held : 0);
        assert_int_equal(house_sum(house, account), 0);
    }
}

static void the_statement_goes_page_by_page_and_names_orders(void **state)
{
    struct house *house = *state;
    int64_t account = house_account(house, clock_now());
    for (int i = 1; i <= 23; i++)
        house_credit(house, account, i);
    struct wallet_page page = {0};
    int64_t next_amount = 23;
    do {
        assert_int_equal(wallet_read(&house->app, house->arena, account, page.next, 5, &page), ERR_NONE);
        for (size_t i = 0; i < page.count; i++, next_amount--) {
            assert_int_equal(page.entries[i].amount, next_amount);
            assert_true(str_starts(page.entries[i].order_code, STR("VO-")));
        }
    } while (page.next != 0);
    assert_int_equal(next_amount, 0);
    assert_int_equal(page.balance, 23 * 24 / 2);
}

struct refund_job {
    int64_t account_id, payment_id, amount;
};

static enum err refund_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct refund_job *job = context;
    (void)arena;
    return store_payment_refund(tx, job->account_id, job->payment_id, job->amount);
}

struct payments_job {
    struct house *house;
    int64_t account_id;
    struct store_payment payment;
};

static enum err payments_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct payments_job *job = context;
    struct account *account;
    size_t count;
    (void)arena;
    TRY(account_load(&job->house->app, tx, job->house->arena, job->account_id, &account));
    TRY(store_payment_list(tx, job->house->arena, &account->key, job->account_id, &job->payment, 1, &count));
    return count == 1 ? ERR_NONE : ERR_NOT_FOUND;
}

static void no_payment_gives_back_more_than_came_in(void **state)
{
    struct house *house = *state;
    int64_t account = house_account(house, clock_now());
    struct payments_job payments = {.house = house, .account_id = account};
    house_credit(house, account, 100);
    assert_int_equal(sql_read(house->app.store, payments_run, house->arena, &payments), ERR_NONE);
    static const struct {
        int64_t amount;
        enum err result;
    } rows[] = {{101, ERR_CONFLICT}, {60, ERR_NONE}, {-60, ERR_CONFLICT}, {0, ERR_CONFLICT},
                {41, ERR_CONFLICT},  {40, ERR_NONE}, {1, ERR_CONFLICT}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct refund_job refund = {account, payments.payment.payment_id, rows[i].amount};
        assert_int_equal(sql_call(house->app.store, "test", refund_run, &refund), rows[i].result);
    }
    assert_int_equal(sql_read(house->app.store, payments_run, house->arena, &payments), ERR_NONE);
    assert_int_equal(payments.payment.refunded, 100);
    assert_true(str_is(payments.payment.instrument, "cash"));
}

static struct line_view first_line(struct house *house, int64_t account)
{
    struct line_view *lines;
    size_t count;
    assert_int_equal(line_list(&house->app, house->arena, account, &lines, &count), ERR_NONE);
    assert_true(count > 0);
    return lines[0];
}

static void a_fee_is_charged_once_a_month(void **state)
{
    struct house *house = *state;
    int64_t account = house_account(house, clock_now());
    house_credit(house, account, 100 * MONEY_UNIT);
    int64_t line = house_line(house, account, "+12025550111", 2 * MONEY_UNIT);
    assert_int_equal(house_balance(house, account, LEDGER_WALLET), 98 * MONEY_UNIT);
    int64_t paid_until = first_line(house, account).next_fee_at;
    assert_int_equal(line_fees_run(&house->app, account, line), ERR_NONE);
    assert_int_equal(house_balance(house, account, LEDGER_WALLET), 98 * MONEY_UNIT);
    clock_advance(32 * MICROS_DAY);
    for (int i = 0; i < 3; i++)
        assert_int_equal(line_fees_run(&house->app, account, line), ERR_NONE);
    assert_int_equal(house_balance(house, account, LEDGER_WALLET), 96 * MONEY_UNIT);
    assert_true(first_line(house, account).next_fee_at == clock_add_months(paid_until, 1));
}

struct stop_job {
    struct house *house;
    int64_t account_id, line_id, at;
    bool resume;
};

static enum err stop_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct stop_job *job = context;
    struct account *account;
    TRY(account_load(&job->house->app, tx, arena, job->account_id, &account));
    return job->resume ? line_fees_resume(tx, arena, account, job->line_id, job->at)
                       : line_fees_stop(tx, arena, account, job->line_id, job->at);
}

static void a_stopped_fee_is_not_charged_and_the_days_between_cost_nothing(void **state)
{
    struct house *house = *state;
    int64_t account = house_account(house, clock_now());
    house_credit(house, account, 100 * MONEY_UNIT);
    int64_t line = house_line(house, account, "+12025550113", 3 * MONEY_UNIT);
    int64_t paid_until = first_line(house, account).next_fee_at;
    struct stop_job stop = {house, account, line, clock_now(), false};
    assert_int_equal(sql_call(house->app.store, "test", stop_run, &stop), ERR_NONE);
    assert_int_equal(first_line(house, account).next_fee_at, 0);
    clock_advance(40 * MICROS_DAY);
    assert_int_equal(line_fees_run(&house->app, account, line), ERR_NONE);
    assert_int_equal(house_balance(house, account, LEDGER_WALLET), 97 * MONEY_UNIT);
    struct stop_job resume = {house, account, line, stop.at + 40 * MICROS_DAY, true};
    assert_int_equal(sql_call(house->app.store, "test", stop_run, &resume), ERR_NONE);
    assert_true(first_line(house, account).next_fee_at == paid_until + 40 * MICROS_DAY);
    assert_int_equal(line_fees_run(&house->app, account, line), ERR_NONE);
    assert_int_equal(house_balance(house, account, LEDGER_WALLET), 97 * MONEY_UNIT);
}

static void the_last_month_before_a_stop_costs_its_days(void **state)
{
    struct house *house = *state;
    int64_t account = house_account(house, clock_now());
    house_credit(house, account, 100 * MONEY_UNIT);
    int64_t line = house_line(house, account, "+12025550114", 62 * MONEY_UNIT);
    int64_t paid_until = first_line(house, account).next_fee_at;
    int64_t days = (clock_add_months(paid_until, 1) - paid_until) / MICROS_DAY;
    struct stop_job stop = {house, account, line, paid_until + 10 * MICROS_DAY, false};
    assert_int_equal(sql_call(house->app.store, "test", stop_run, &stop), ERR_NONE);
    clock_advance(90 * MICROS_DAY);
    for (int i = 0; i < 3; i++)
        assert_int_equal(line_fees_run(&house->app, account, line), ERR_NONE);
    assert_int_equal(house_balance(house, account, LEDGER_WALLET),
                     38 * MONEY_UNIT - 62 * MONEY_UNIT / days * 10);
}

struct contact_job {
    struct house *house;
    int64_t account_id;
    size_t mails;
};

static enum err contact_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct contact_job *job = context;
    struct account *account;
    TRY(account_load(&job->house->app, tx, arena, job->account_id, &account));
    const struct store_contact contact = {
        .account_id = job->account_id,
        .contact_id = ids_next(clock_now()),
        .kind = CONTACT_MAIL,
        .added_at = clock_now(),
        .verified_at = clock_now(),
        .address = STR("somebody@example.com"),
    };
    return store_contact_insert(tx, arena, &account->key, &contact);
}

static enum err mails_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct contact_job *job = context;
    int64_t ids[8];
    (void)arena;
    return store_outbox_waiting(tx, job->account_id, "account", job->account_id, ids, 8, &job->mails);
}

static size_t mails(struct house *house, int64_t account)
{
    struct contact_job job = {.house = house, .account_id = account};
    assert_int_equal(sql_read(house->app.store, mails_run, house->arena, &job), ERR_NONE);
    return job.mails;
}

static void only_the_holder_of_an_unused_line_is_reminded_and_once_a_fee(void **state)
{
    struct house *house = *state;
    for (int used = 0; used <= 1; used++) {
        int64_t account = house_account(house, clock_now());
        struct contact_job contact = {.house = house, .account_id = account};
        assert_int_equal(sql_call(house->app.store, "test", contact_run, &contact), ERR_NONE);
        house_credit(house, account, 100 * MONEY_UNIT);
        int64_t line = house_line(house, account, used ? "+12025550116" : "+12025550115", MONEY_UNIT);
        clock_advance(2 * MICROS_DAY);
        struct message_receive message = {
            .carrier = STR("test"), .carrier_id = STR("id"), .from = STR("32665"), .to = STR("+12025550116")};
        if (used)
            assert_int_equal(message_receive(&house->app, &message), ERR_NONE);
        clock_advance(first_line(house, account).next_fee_at - clock_now() - 8 * MICROS_DAY);
        assert_int_equal(line_fees_run(&house->app, account, line), ERR_NONE);
        assert_int_equal(mails(house, account), 0);
        clock_advance(MICROS_DAY);
        for (int i = 0; i < 3; i++)
            assert_int_equal(line_fees_run(&house->app, account, line), ERR_NONE);
        assert_int_equal(mails(house, account), used ? 0 : 1);
        clock_advance(7 * MICROS_DAY);
        assert_int_equal(line_fees_run(&house->app, account, line), ERR_NONE);
        clock_advance(25 * MICROS_DAY);
        assert_int_equal(line_fees_run(&house->app, account, line), ERR_NONE);
        assert_int_equal(mails(house, account), used ? 1 : 2);
    }
}

static void a_line_that_the_wallet_cannot_pay_is_not_sold(void **state)
{
    struct house *house = *state;
    int64_t account = house_account(house, clock_now());
    struct number_assign assign = {.account_id = account, .e164 = STR("+12025550112"), .fee = 5};
    house_number(house, "+12025550112");
    assert_int_equal(number_assign(&house->app, &operator_actor, &assign), ERR_BALANCE);
    house_credit(house, account, 5);
    assert_int_equal(number_assign(&house->app, &operator_actor, &assign), ERR_NONE);
    assert_int_equal(number_assign(&house->app, &operator_actor, &assign), ERR_STATE);
    assert_int_equal(house_balance(house, account, LEDGER_WALLET), 0);
}

#define IN_HOUSE(test) cmocka_unit_test_setup_teardown(test, house_set_up, house_tear_down_checked)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_HOUSE(a_request_key_moves_money_once),
        IN_HOUSE(a_used_key_with_another_amount_is_refused),
        IN_HOUSE(a_wallet_pays_no_more_than_it_holds),
        IN_HOUSE(amounts_that_are_none_are_refused),
        IN_HOUSE(a_repeated_top_up_gives_the_first_order),
        IN_HOUSE(sixty_four_threads_on_one_wallet_lose_and_invent_nothing),
        IN_HOUSE(balancing_takes_what_is_there_once),
        IN_HOUSE(the_statement_goes_page_by_page_and_names_orders),
        IN_HOUSE(no_payment_gives_back_more_than_came_in),
        IN_HOUSE(a_fee_is_charged_once_a_month),
        IN_HOUSE(a_stopped_fee_is_not_charged_and_the_days_between_cost_nothing),
        IN_HOUSE(the_last_month_before_a_stop_costs_its_days),
        IN_HOUSE(only_the_holder_of_an_unused_line_is_reminded_and_once_a_fee),
        IN_HOUSE(a_line_that_the_wallet_cannot_pay_is_not_sold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
