#include "house.h"

#include "app/number_aging.h"
#include "app/number_assign.h"
#include "app/rnd_month.h"
#include "base/clock.h"
#include "domain/number/aging.h"
#include "domain/types.h"
#include "store/number.h"

#include <stdio.h>

#define DAY MICROS_DAY
#define HOUR MICROS_HOUR
#define MINUTE MICROS_MINUTE

static void a_number_leaves_its_rest_by_these_rules_only(void **state)
{
    (void)state;
    /* Disconnected on day 100, to rest until day 185. */
    static const struct {
        int64_t number_state;
        struct clock_reading seen;
        int64_t rnd;
        struct clock_reading now;
        enum aging_step step;
        int64_t look_at, seen_wall;
        bool alarm;
    } rows[] = {
        {NUMBER_ASSIGNED, {0}, 1, {500 * DAY, 0}, AGING_WAIT, 0, 0, false},
        {NUMBER_AGING, {0}, 1, {184 * DAY, 0}, AGING_WAIT, 185 * DAY, 0, false},
        {NUMBER_AGING, {0}, 0, {185 * DAY, 0}, AGING_WAIT, 186 * DAY, 0, false},
        {NUMBER_AGING, {0}, 0, {188 * DAY, 0}, AGING_WAIT, 189 * DAY, 0, true},
        {NUMBER_AGING, {0}, 1, {185 * DAY, HOUR}, AGING_WAIT, 185 * DAY + HOUR, 185 * DAY, false},
        {NUMBER_AGING,
         {185 * DAY, HOUR},
         1,
         {185 * DAY + MINUTE, HOUR + MINUTE},
         AGING_WAIT,
         185 * DAY + HOUR,
         185 * DAY,
         false},
        {NUMBER_AGING, {185 * DAY, HOUR}, 1, {185 * DAY + HOUR, 2 * HOUR}, AGING_FREE, 0, 0, false},
        /* the wall clock jumped between the observations: they begin anew */
        {NUMBER_AGING,
         {185 * DAY, HOUR},
         1,
         {187 * DAY, 2 * HOUR},
         AGING_WAIT,
         187 * DAY + HOUR,
         187 * DAY,
         false},
        /* the machine was started anew */
        {NUMBER_AGING,
         {185 * DAY, 9 * HOUR},
         1,
         {186 * DAY, HOUR},
         AGING_WAIT,
         186 * DAY + HOUR,
         186 * DAY,
         false},
        /* it was not its time after all: what was observed counts no more */
        {NUMBER_AGING, {185 * DAY, HOUR}, 1, {120 * DAY, 2 * HOUR}, AGING_WAIT, 185 * DAY, 0, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct aging_facts facts = {
            .state = rows[i].number_state,
            .number_class = NUMBER_RESIDENTIAL,
            .disconnected_at = 100 * DAY,
            .aging_until = 185 * DAY,
            .seen = rows[i].seen,
            .rnd_submitted_at = rows[i].rnd,
        };
        struct aging_decision decision = aging_decide(&facts, rows[i].now);
        assert_int_equal(decision.step, rows[i].step);
        assert_true(decision.look_at == rows[i].look_at);
        assert_true(decision.seen.wall == rows[i].seen_wall);
        assert_int_equal(decision.alarm, rows[i].alarm);
    }
}

struct release_job {
    const char *e164;
    int64_t now;
    struct store_number number;
};

static enum err release_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct release_job *job = context;
    struct store_number before, number;
    (void)arena;
    TRY(store_number_get(tx, str_from(job->e164), &before));
    number = before;
    number.state = NUMBER_AGING;
    number.account_id = number.line_id = 0;
    number.disconnected_at = job->now;
    number.aging_until = job->now + 85 * DAY;
    TRY(store_number_update(tx, &number, &before));
    TRY(rnd_month_add(tx, number.e164, job->now));
    TRY(rnd_month_add(tx, number.e164, job->now));
    return number_aging_plan(tx, number.e164, number.aging_until);
}

static enum err look_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct release_job *job = context;
    (void)arena;
    return store_number_get(tx, str_from(job->e164), &job->number);
}

static struct store_number look(struct house *house, const char *e164)
{
    struct release_job job = {.e164 = e164};
    assert_int_equal(sql_read(house->app.store, look_run, house->arena, &job), ERR_NONE);
    return job.number;
}

static void a_number_is_assigned_again_only_after_its_rest_and_its_report(void **state)
{
    struct house *house = *state;
    static const char e164[] = "+12025550171";
    const int64_t digits = INT64_C(12025550171);
    const struct actor operator= {.kind = ACTOR_OPERATOR};
    int64_t account = house_account(house, clock_now());
    house_line(house, account, e164, 0);
    struct release_job release = {.e164 = e164, .now = clock_now()};
    struct number_assign assign = {.account_id = account, .e164 = str_from(e164)};
    char month[RND_MONTH_SIZE];
    assert_int_equal(sql_call(house->app.store, "test", release_run, &release), ERR_NONE);
    for (int run = 0; run < 5; run++) {
        clock_advance(run == 0 ? 86 * DAY : HOUR);
        assert_int_equal(number_aging_run(&house->app, 0, digits), ERR_NONE);
        assert_int_equal(look(house, e164).state, NUMBER_AGING);
        assert_int_equal(number_assign(&house->app, &operator, & assign), ERR_STATE);
    }
    rnd_month_of(release.now, month);
    assert_int_equal(rnd_month_submit(&house->app, &operator, str_from(month), 0), ERR_CHANGED);
    assert_int_equal(rnd_month_submit(&house->app, &operator, str_from(month), 1), ERR_NONE);
    assert_int_equal(number_aging_run(&house->app, 0, digits), ERR_NONE);
    assert_int_equal(look(house, e164).state, NUMBER_AGING);
    clock_advance(HOUR + MINUTE);
    assert_int_equal(number_aging_run(&house->app, 0, digits), ERR_NONE);
    struct store_number freed = look(house, e164);
    assert_int_equal(freed.state, NUMBER_AVAILABLE);
    assert_int_equal(freed.rested_days, 86);
    assert_int_equal(number_assign(&house->app, &operator, & assign), ERR_NONE);
}

struct add_job {
    const char *e164;
    int64_t at;
};

static enum err add_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct add_job *job = context;
    (void)arena;
    return rnd_month_add(tx, str_from(job->e164), job->at);
}

static void a_disconnect_after_the_month_was_submitted_stands_in_the_next_file(void **state)
{
    struct house *house = *state;
    const struct actor operator= {.kind = ACTOR_OPERATOR};
    struct add_job first = {"+12025550172", clock_now()}, second = {"+12025550173", clock_now()};
    char month[RND_MONTH_SIZE], next[RND_MONTH_SIZE];
    struct rnd_month file;
    rnd_month_of(first.at, month);
    rnd_month_of(clock_add_months(first.at, 1), next);
    assert_int_equal(sql_call(house->app.store, "test", add_run, &first), ERR_NONE);
    assert_int_equal(rnd_month_submit(&house->app, &operator, str_from(month), 1), ERR_NONE);
    assert_int_equal(rnd_month_submit(&house->app, &operator, str_from(month), 1), ERR_STATE);
    assert_int_equal(rnd_month_submit(&house->app, &operator, str_from(next), 0), ERR_INVALID);
    assert_int_equal(sql_call(house->app.store, "test", add_run, &first), ERR_NONE);
    assert_int_equal(sql_call(house->app.store, "test", add_run, &second), ERR_NONE);
    assert_int_equal(rnd_month_read(&house->app, house->arena, str_from(month), &file), ERR_NONE);
    assert_int_equal(file.count, 1);
    assert_true(file.submitted_at != 0);
    assert_int_equal(rnd_month_read(&house->app, house->arena, str_from(next), &file), ERR_NONE);
    assert_int_equal(file.count, 1);
    assert_true(str_is(file.rows[0].e164, "+12025550173"));
    assert_int_equal(rnd_month_read(&house->app, house->arena, STR("2026-13"), &file), ERR_INVALID);
}

/* These bend rows by hand, so the oracle would find that. */
#define IN_BENT_HOUSE(test) cmocka_unit_test_setup_teardown(test, house_set_up, house_tear_down)
#define IN_HOUSE(test) cmocka_unit_test_setup_teardown(test, house_set_up, house_tear_down_checked)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_leaves_its_rest_by_these_rules_only),
        IN_BENT_HOUSE(a_number_is_assigned_again_only_after_its_rest_and_its_report),
        IN_HOUSE(a_disconnect_after_the_month_was_submitted_stands_in_the_next_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
