/* When the wall clock may be believed. */
#include "../test.h"
#include "base/watch.h"

static void a_clock_is_believed_after_an_hour_without_a_jump(void **context)
{
    static const struct {
        int64_t wall, monotonic; /* since the row before, seconds */
        bool steady;
        const char *what;
    } rows[] = {
        {0, 0, false, "first observation"},
        {3599, 3599, false, "not yet an hour"},
        {1, 1, true, "an hour"},
        {60, 0, true, "a correction of a minute is borne"},
        {61, 0, false, "a jump ahead"},
        {3600, 3600, true, "steady again"},
        {0, 61, false, "the wall clock stood still"},
        {3600, 3600, true, "steady again"},
        {-7200, 60, false, "a jump back"},
        {3600, 3600, true, "steady again"},
        {259200, 259200, true, "both clocks moved on together"},
        {60, -10, false, "another boot"},
    };
    struct watch watch = {.begun = false};
    struct clock_reading now = {.wall = INT64_C(1795424400000000), .monotonic = 5 * MICROS_HOUR};
    (void)context;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        now.wall += rows[i].wall * MICROS_SECOND;
        now.monotonic += rows[i].monotonic * MICROS_SECOND;
        if (watch_observe(&watch, now) != rows[i].steady)
            fail_msg("%s", rows[i].what);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_clock_is_believed_after_an_hour_without_a_jump)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
