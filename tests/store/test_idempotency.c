#include "house.h"

#include "app/idempotency.h"
#include "base/clock.h"
#include "base/limits.h"

#include <string.h>

static struct idempotency request_of(int64_t account_id, const char *key, const char *body)
{
    return (struct idempotency){.account_id = account_id,
                                .scope = account_id == 0 ? STR("198.51.100.7") : STR_NONE,
                                .key = str_from(key),
                                .target = STR("/api/v1/tickets"),
                                .body = str_from(body)};
}

static enum err begin(struct house *house, struct idempotency *request)
{
    return idempotency_begin(&house->app, house->arena, request);
}

static void a_finished_request_is_answered_again_and_never_begun_again(void **state)
{
    struct house *house = *state;
    int64_t accounts[] = {house_account(house, clock_now()), 0};
    for (size_t i = 0; i < 2; i++) {
        struct idempotency first = request_of(accounts[i], "one", "body"), again = first;
        assert_int_equal(begin(house, &first), ERR_NONE);
        assert_false(first.ret_done);
        assert_int_equal(idempotency_finish(&house->app, &first, 201, STR("{\"plain\":\"answer\"}")),
                         ERR_NONE);
        assert_int_equal(begin(house, &again), ERR_NONE);
        assert_true(again.ret_done);
        assert_int_equal(again.ret_status, 201);
        assert_true(str_is(again.ret_answer, "{\"plain\":\"answer\"}"));
    }
    assert_false(house_holds(house, "\"plain\""));
}

static void a_key_is_of_one_request_and_one_owner(void **state)
{
    struct house *house = *state;
    int64_t ann = house_account(house, clock_now()), wei = house_account(house, clock_now());
    struct idempotency first = request_of(ann, "one", "body");
    assert_int_equal(begin(house, &first), ERR_NONE);
    assert_int_equal(idempotency_finish(&house->app, &first, 201, STR("{}")), ERR_NONE);

    struct idempotency body = request_of(ann, "one", "other body"), target = first, owner = first,
                       stranger = request_of(0, "one", "body"), neighbour = stranger;
    target.target = STR("/api/v1/services");
    owner.account_id = wei;
    neighbour.scope = STR("198.51.100.8");
    const struct {
        struct idempotency *request;
        enum err expected;
    } rows[] = {
        {&body, ERR_KEY_REUSED}, {&target, ERR_KEY_REUSED}, {&owner, ERR_NONE},
        {&stranger, ERR_NONE},   {&neighbour, ERR_NONE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(begin(house, rows[i].request), rows[i].expected);
        assert_false(rows[i].request->ret_done);
    }
}

static void a_request_under_way_is_refused_until_its_lease_is_over(void **state)
{
    struct house *house = *state;
    int64_t account_id = house_account(house, clock_now());
    struct idempotency lost = request_of(account_id, "one", "body"), again = lost;
    assert_int_equal(begin(house, &lost), ERR_NONE);
    assert_int_equal(begin(house, &again), ERR_IN_FLIGHT);
    clock_advance((LIMIT_IDEMPOTENCY_FLIGHT_SECONDS + 1) * MICROS_SECOND);
    assert_int_equal(begin(house, &again), ERR_NONE);
    assert_false(again.ret_done);
    /* The first one turns up after all: its answer is not that of the second. */
    assert_int_equal(idempotency_finish(&house->app, &lost, 201, STR("late")), ERR_CHANGED);
    assert_int_equal(idempotency_release(&house->app, &lost), ERR_NONE);
    assert_int_equal(begin(house, &lost), ERR_IN_FLIGHT);
    assert_int_equal(idempotency_finish(&house->app, &again, 200, STR("{}")), ERR_NONE);
}

static void a_refused_request_frees_its_key_for_another(void **state)
{
    struct house *house = *state;
    int64_t account_id = house_account(house, clock_now());
    struct idempotency first = request_of(account_id, "one", "body"),
                       other = request_of(account_id, "one", "other body");
    assert_int_equal(begin(house, &first), ERR_NONE);
    assert_int_equal(idempotency_release(&house->app, &first), ERR_NONE);
    assert_int_equal(begin(house, &other), ERR_NONE);
}

static void after_a_day_a_key_is_as_new(void **state)
{
    struct house *house = *state;
    int64_t account_id = house_account(house, clock_now());
    struct idempotency first = request_of(account_id, "one", "body"),
                       other = request_of(account_id, "one", "other body");
    assert_int_equal(begin(house, &first), ERR_NONE);
    assert_int_equal(idempotency_finish(&house->app, &first, 201, STR("{}")), ERR_NONE);
    clock_advance(LIMIT_IDEMPOTENCY_HOURS * MICROS_HOUR - MICROS_MINUTE);
    assert_int_equal(begin(house, &other), ERR_KEY_REUSED);
    clock_advance(2 * MICROS_MINUTE);
    assert_int_equal(begin(house, &other), ERR_NONE);
    assert_false(other.ret_done);
}

static void keys_that_are_none_are_refused(void **state)
{
    struct house *house = *state;
    char longest[LIMIT_IDEMPOTENCY_KEY_BYTES + 2];
    memset(longest, 'k', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    const char *const rows[] = {"", longest, "tab\t", "\xc3\xa9"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct idempotency request = request_of(0, rows[i], "body");
        assert_int_equal(begin(house, &request), ERR_INVALID);
    }
    longest[LIMIT_IDEMPOTENCY_KEY_BYTES] = '\0';
    struct idempotency fits = request_of(0, longest, "body");
    assert_int_equal(begin(house, &fits), ERR_NONE);
}

#define ROW(name_) cmocka_unit_test_setup_teardown(name_, house_set_up, house_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(a_finished_request_is_answered_again_and_never_begun_again),
        ROW(a_key_is_of_one_request_and_one_owner),
        ROW(a_request_under_way_is_refused_until_its_lease_is_over),
        ROW(a_refused_request_frees_its_key_for_another),
        ROW(after_a_day_a_key_is_as_new),
        ROW(keys_that_are_none_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
