/* Closing against closing, against top-ups and against its own refunds, many at once and round after round:
 * one closure, and what was paid in is in the wallet or in the refunds, to the last millionth, and nobody
 * waits for long. VIOLET_ROUNDS says how many rounds. */
#include "leaver.h"

#include "app/account_create.h"
#include "app/closure_request.h"
#include "app/closure_view.h"
#include "app/refund.h"
#include "app/session.h"
#include "app/wallet_credit.h"
#include "base/clock.h"
#include "base/money.h"
#include "crypto/password.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/* Five hundred on each engine, in one of the builds; the others look at the same things more slowly. */
#if defined(__clang__) || defined(__SANITIZE_ADDRESS__)
enum { ROUNDS = 40 };
#else
enum { ROUNDS = 500 };
#endif
enum { RUNNERS = 64, CROWDS = 3, FEW = 4 };

/* One account's way out. What several threads count is atomic. */
struct round {
    struct house *house;
    int runners;
    struct actor actor;
    int64_t ledger_id;
    struct closure_id closure;
    const struct store_refund *refunds;
    size_t refund_count;
    pthread_barrier_t begin;
    void (*run)(struct round *round, int number);
    _Atomic int64_t paid, sent, came_back, closures, longest_micros;
};

struct runner {
    struct round *round;
    int number;
};

static void *runner_thread(void *context)
{
    struct runner *runner = context;
    struct round *round = runner->round;
    pthread_barrier_wait(&round->begin);
    int64_t begun = clock_read().monotonic;
    round->run(round, runner->number);
    int64_t took = clock_read().monotonic - begun, longest = atomic_load(&round->longest_micros);
    while (took > longest && !atomic_compare_exchange_weak(&round->longest_micros, &longest, took))
        ;
    return NULL;
}

/* All at once, from a common start. */
static void together(struct round *round, void (*run)(struct round *round, int number))
{
    pthread_t threads[RUNNERS];
    struct runner runners[RUNNERS];
    round->run = run;
    assert_int_equal(pthread_barrier_init(&round->begin, NULL, (unsigned)round->runners), 0);
    for (int i = 0; i < round->runners; i++) {
        runners[i] = (struct runner){round, i};
        assert_int_equal(pthread_create(&threads[i], NULL, runner_thread, &runners[i]), 0);
    }
    for (int i = 0; i < round->runners; i++)
        pthread_join(threads[i], NULL);
    pthread_barrier_destroy(&round->begin);
}

static void top_up(struct round *round, int number)
{
    const struct actor operator= {.kind = ACTOR_OPERATOR};
    struct wallet_credit credit = {.account_id = round->actor.account_id,
                                   .amount = (number + 1) * MONEY_UNIT + number,
                                   .instrument = STR("Visa 4242")};
    enum err error;
    do
        error = wallet_credit(&round->house->app, &operator, & credit);
    while (error == ERR_BUSY);
    if (error == ERR_NONE)
        round->paid += credit.amount;
    else if (error != ERR_STATE && error != ERR_NOT_FOUND && error != ERR_KEY_GONE)
        fail_msg("a top-up gave %s", err_code(error));
}

static void close_once(struct round *round)
{
    struct arena *arena = arena_new_wiped(0);
    struct closure_request request = {.choice = {.scope = CLOSURE_SCOPE_ACCOUNT}};
    enum err error;
    do
        error = closure_request(&round->house->app, arena, &round->actor, &request);
    while (error == ERR_BUSY);
    if (error == ERR_NONE && !request.ret_repeated) {
        round->closures++;
        round->closure = (struct closure_id){round->actor.account_id, request.ret_closure_id};
    } else if (error != ERR_NONE && error != ERR_PROOF_NEEDED) {
        fail_msg("a closing gave %s", err_code(error));
    }
    arena_free(arena);
}

/* Half of them close, the other half pay in. */
static void close_or_pay(struct round *round, int number)
{
    if (number % 2 == 0)
        close_once(round);
    else
        top_up(round, number);
}

/* The end is due: several runs of its job, and those who still want to pay in. */
static void end_or_pay(struct round *round, int number)
{
    if (number % 2 == 0)
        closure_job(&round->house->app, round->closure.account_id, round->closure.closure_id);
    else
        top_up(round, number);
}

/* Finance, in several windows: marks each refund as sent, as arrived, as come back. */
static void refund(struct round *round, int number)
{
    const struct actor fay = {.kind = ACTOR_STAFF, .staff_id = 7, .role = ROLE_FINANCE};
    struct app *app = &round->house->app;
    for (size_t i = 0; i < round->refund_count; i++) {
        const struct store_refund *row = &round->refunds[i];
        struct refund_id id = {round->closure, row->payment_id, row->attempt};
        enum err error;
        do
            error = refund_mark_sent(app, &fay, id, STR("BANK"), STR_NONE);
        while (error == ERR_BUSY);
        round->sent += error == ERR_NONE ? row->amount : 0;
        do
            error = (number % 2 == 0 ? refund_mark_settled : refund_mark_failed)(app, &fay, id);
        while (error == ERR_BUSY);
        round->came_back += number % 2 != 0 && error == ERR_NONE ? row->amount : 0;
    }
}

static enum err ledger_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct round *round = context;
    struct account *account;
    TRY(account_load(&round->house->app, tx, arena, round->actor.account_id, &account));
    round->ledger_id = account->row.ledger_id;
    return ERR_NONE;
}

static void somebody(struct round *round, int number)
{
    char name[32], e164[20], address[20], token[SESSION_TOKEN_SIZE];
    snprintf(name, sizeof name, "person.%d", number);
    snprintf(address, sizeof address, "10.0.%d.%d", number / 250, 1 + number % 250);
    snprintf(e164, sizeof e164, "+1202%07d", 5550000 + number);
    struct account_create create = {.name = str_from(name),
                                    .password = STR("correct horse"),
                                    .mail = STR("ann@example.org"),
                                    .now = clock_now() - 100 * MICROS_DAY};
    assert_int_equal(account_create(&round->house->app, &create), ERR_NONE);
    house_line(round->house, create.ret_account_id, e164, 0);
    assert_int_equal(session_login(&round->house->app, str_from(name), STR("correct horse"),
                                   str_from(address), false, token, &round->actor),
                     ERR_NONE);
    assert_int_equal(sql_read(round->house->app.store, ledger_run, round->house->arena, round), ERR_NONE);
}

struct balance_job {
    int64_t ledger_id, code, balance;
};

static enum err balance_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct balance_job *job = context;
    (void)arena;
    return store_ledger_balance(tx, job->ledger_id, job->code, &job->balance);
}

/* By the ledger's own id: the account, whose key knows it, may be gone. */
static int64_t balance(struct round *round, int64_t code)
{
    struct balance_job job = {.ledger_id = round->ledger_id, .code = code};
    assert_int_equal(sql_read(round->house->app.store, balance_run, round->house->arena, &job), ERR_NONE);
    return job.balance;
}

static void ledger_holds(struct round *round, int64_t wallet, int64_t payable)
{
    int64_t sum = 0;
    for (int64_t code = LEDGER_WALLET; code <= LEDGER_WRITTEN_OFF; code++)
        sum += balance(round, code);
    assert_true(sum == 0);
    assert_true(balance(round, LEDGER_WALLET) == wallet);
    assert_true(balance(round, LEDGER_REFUND_PAYABLE) == payable);
}

/* Reads the refunds into the round; what they come to, the newest attempt of each payment only. */
static int64_t read_refunds(struct round *round)
{
    struct closure_view *view;
    int64_t total = 0;
    assert_int_equal(closure_view(&round->house->app, round->house->arena, round->closure, &view), ERR_NONE);
    round->refunds = view->refunds;
    round->refund_count = view->refund_count;
    for (size_t i = 0; i < view->refund_count; i++) {
        bool newest = true;
        for (size_t j = 0; j < view->refund_count; j++)
            newest = newest && !(view->refunds[j].payment_id == view->refunds[i].payment_id &&
                                 view->refunds[j].attempt > view->refunds[i].attempt);
        total += newest ? view->refunds[i].amount : 0;
    }
    return total;
}

/* One second; more for a crowd where other tests run beside it, and where the sanitizers are slow. */
static int64_t longest_wait(int runners)
{
#ifdef __SANITIZE_ADDRESS__
    (void)runners;
    return 5 * MICROS_SECOND;
#else
    return runners == FEW || getenv("VIOLET_ROUNDS") != NULL ? MICROS_SECOND : 3 * MICROS_SECOND;
#endif
}

static void one_round(struct house *house, int number, int runners)
{
    struct round round = {.house = house, .runners = runners};
    arena_reset(house->arena);
    mail_count = 0;
    work(house); /* the mails of the round before */
    mail_count = 0;
    somebody(&round, number);
    top_up(&round, runners);
    prove(house, &round.actor);
    together(&round, close_or_pay);
    assert_int_equal(round.closures, 1);
    ledger_holds(&round, round.paid, 0);
    clock_advance(3 * MICROS_DAY + MICROS_HOUR);
    together(&round, end_or_pay);
    work(house);
    ledger_holds(&round, 0, round.paid);
    assert_true(read_refunds(&round) == round.paid);
    together(&round, refund);
    assert_true(round.sent == round.paid);
    ledger_holds(&round, 0, round.came_back);
    assert_true(read_refunds(&round) == round.paid);
    assert_true(round.longest_micros < longest_wait(runners));
}

static void closing_against_top_ups_and_refunds_loses_and_invents_nothing(void **state)
{
    struct house *house = *state;
    const char *wanted = getenv("VIOLET_ROUNDS");
    int rounds = wanted != NULL ? atoi(wanted) : ROUNDS;
    assert_true(rounds > 0);
    for (int i = 0; i < rounds; i++)
        one_round(house, i, FEW);
}

static void a_crowd_at_one_account_makes_one_closure(void **state)
{
    for (int i = 0; i < CROWDS; i++)
        one_round(*state, i, RUNNERS);
}

/* Everybody leaves an account of their own: runner n ends round n. */
static void leave_own(struct round *rounds, int number)
{
    close_once(&rounds[number]);
}

static void end_own(struct round *rounds, int number)
{
    closure_job(&rounds->house->app, rounds[number].closure.account_id, rounds[number].closure.closure_id);
}

static void a_crowd_that_leaves_at_once_is_gone_at_once(void **state)
{
    static struct round rounds[RUNNERS];
    struct house *house = *state;
    for (int i = 0; i < RUNNERS; i++) {
        rounds[i] = (struct round){.house = house, .runners = RUNNERS};
        mail_count = 0;
        somebody(&rounds[i], i);
        top_up(&rounds[i], i);
        prove(house, &rounds[i].actor);
    }
    together(rounds, leave_own);
    clock_advance(3 * MICROS_DAY + MICROS_HOUR);
    together(rounds, end_own);
    work(house);
    for (int i = 0; i < RUNNERS; i++) {
        assert_int_equal(rounds[i].closures, 1);
        ledger_holds(&rounds[i], 0, rounds[i].paid);
        assert_true(read_refunds(&rounds[i]) == rounds[i].paid);
    }
    assert_true(rounds->longest_micros < longest_wait(RUNNERS));
}

static int group_set_up(void **state)
{
    (void)state;
    return password_start() == ERR_NONE ? 0 : -1;
}

static int group_tear_down(void **state)
{
    (void)state;
    password_stop();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(closing_against_top_ups_and_refunds_loses_and_invents_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_crowd_at_one_account_makes_one_closure, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_crowd_that_leaves_at_once_is_gone_at_once, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, group_set_up, group_tear_down);
}
