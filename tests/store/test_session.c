/* A session ends by itself: after its days, and sooner where nobody uses it. */
#include "house.h"

#include "app/account_create.h"
#include "app/session.h"
#include "base/clock.h"
#include "base/limits.h"
#include "crypto/password.h"

struct visitor {
    struct house *house;
    char token[SESSION_TOKEN_SIZE];
};

static struct visitor log_in(struct house *house)
{
    struct visitor visitor = {.house = house};
    struct actor actor;
    struct account_create create = {.name = STR("ann"), .password = STR("a long password")};
    assert_int_equal(account_create(&house->app, &create), ERR_NONE);
    assert_int_equal(session_login(&house->app, create.name, create.password, STR("198.51.100.7"), false,
                                   visitor.token, &actor),
                     ERR_NONE);
    return visitor;
}

typedef enum err find_fn(struct app *app, struct arena *arena, struct str token, bool staff,
                         struct actor *ret_actor);

/* Moves the clock on and comes again. */
static enum err comes_after(const struct visitor *visitor, int64_t micros, find_fn *find)
{
    struct actor actor;
    clock_advance(micros);
    return find(&visitor->house->app, visitor->house->arena, str_from(visitor->token), false, &actor);
}

static void who_comes_back_in_time_stays_in(void **state)
{
    const int64_t nearly = LIMIT_SESSION_IDLE_DAYS * MICROS_DAY - MICROS_HOUR;
    struct visitor ann = log_in(*state);
    assert_int_equal(comes_after(&ann, nearly, session_find), ERR_NONE);
    assert_int_equal(comes_after(&ann, nearly, session_find), ERR_NONE);
}

static void who_stays_away_for_too_long_logs_in_again(void **state)
{
    struct visitor ann = log_in(*state);
    assert_int_equal(comes_after(&ann, LIMIT_SESSION_IDLE_DAYS * MICROS_DAY, session_find),
                     ERR_UNAUTHENTICATED);
    assert_int_equal(comes_after(&ann, 0, session_find), ERR_UNAUTHENTICATED);
}

static void a_page_that_only_stays_open_is_no_use(void **state)
{
    const int64_t half = LIMIT_SESSION_IDLE_DAYS * MICROS_DAY / 2;
    struct visitor ann = log_in(*state);
    assert_int_equal(comes_after(&ann, half, session_look), ERR_NONE);
    assert_int_equal(comes_after(&ann, half, session_look), ERR_UNAUTHENTICATED);
}

static void no_use_makes_it_last_beyond_its_days(void **state)
{
    struct visitor ann = log_in(*state);
    for (int day = 1; day < LIMIT_SESSION_DAYS; day++)
        assert_int_equal(comes_after(&ann, MICROS_DAY, session_find), ERR_NONE);
    assert_int_equal(comes_after(&ann, MICROS_DAY, session_find), ERR_UNAUTHENTICATED);
}

static void its_use_is_written_down_once_an_hour(void **state)
{
    struct visitor ann = log_in(*state);
    struct sql_counters before, after;
    assert_int_equal(comes_after(&ann, MICROS_HOUR, session_find), ERR_NONE);
    sql_count(ann.house->app.store, &before);
    for (int i = 0; i < 5; i++)
        assert_int_equal(comes_after(&ann, MICROS_MINUTE, session_find), ERR_NONE);
    sql_count(ann.house->app.store, &after);
    assert_int_equal(after.commands, before.commands);
}

#define SESSION_TEST(name) cmocka_unit_test_setup_teardown(name, house_set_up, house_tear_down)

static int start(void **state)
{
    (void)state;
    return password_start() == ERR_NONE ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    password_stop();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SESSION_TEST(who_comes_back_in_time_stays_in),
        SESSION_TEST(who_stays_away_for_too_long_logs_in_again),
        SESSION_TEST(a_page_that_only_stays_open_is_no_use),
        SESSION_TEST(no_use_makes_it_last_beyond_its_days),
        SESSION_TEST(its_use_is_written_down_once_an_hour),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
