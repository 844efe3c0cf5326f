/* Texts of carriers without ids that come again. */
#include "../test.h"

#include "base/clock.h"
#include "edge/smpp/internal.h"

static const int64_t NOW = INT64_C(1800000000000000);

struct places {
    struct repeats *repeats;
    int64_t lost_at;
};

static int set_up(void **state)
{
    static struct places places;
    places = (struct places){.repeats = repeats_new(), .lost_at = NOW - MICROS_HOUR};
    *state = &places;
    return places.repeats == NULL;
}

static int tear_down(void **state)
{
    struct places *places = *state;
    repeats_free(places->repeats);
    return 0;
}

/* A text comes; what is said of it. A new one is stored, or not, or stays under way (-1). */
static enum repeat come(struct places *places, int64_t content, int64_t at, int stored)
{
    uint64_t number;
    enum repeat repeat = repeats_look(places->repeats, content, at, places->lost_at, &number);
    assert_true((repeat == REPEAT_NONE) == (number != 0));
    if (repeat == REPEAT_NONE && stored >= 0)
        repeats_end(places->repeats, number, stored == 1);
    return repeat;
}

static void two_like_each_other_are_two(void **state)
{
    assert_int_equal(come(*state, 7, NOW, 1), REPEAT_NONE);
    assert_int_equal(come(*state, 7, NOW + 1, 1), REPEAT_NONE);
}

static void after_a_lost_answer_one_is_known_once(void **state)
{
    struct places *places = *state;
    come(places, 7, NOW, 1);
    come(places, 8, NOW + 1, 1);
    places->lost_at = NOW + 2;
    assert_int_equal(come(places, 7, NOW + 3, 1), REPEAT_STORED);
    assert_int_equal(come(places, 7, NOW + 4, 1), REPEAT_NONE);
    assert_int_equal(come(places, 8, NOW + 5, 1), REPEAT_STORED);
    assert_int_equal(come(places, 9, NOW + 6, 1), REPEAT_NONE);
}

static void each_of_two_alike_explains_one_repetition(void **state)
{
    struct places *places = *state;
    come(places, 7, NOW, 1);
    come(places, 7, NOW, 1);
    places->lost_at = NOW + 2;
    assert_int_equal(come(places, 7, NOW + 3, 1), REPEAT_STORED);
    assert_int_equal(come(places, 7, NOW + 3, 1), REPEAT_STORED);
    assert_int_equal(come(places, 7, NOW + 3, 1), REPEAT_NONE);
}

static void the_answer_to_a_repetition_may_be_lost_as_well(void **state)
{
    struct places *places = *state;
    come(places, 7, NOW, 1);
    places->lost_at = NOW + 2;
    come(places, 7, NOW + 3, 1);
    places->lost_at = NOW + 4;
    assert_int_equal(come(places, 7, NOW + 5, 1), REPEAT_STORED);
}

static void one_that_came_after_the_loss_was_answered(void **state)
{
    struct places *places = *state;
    places->lost_at = NOW;
    come(places, 7, NOW + 1, 1);
    assert_int_equal(come(places, 7, NOW + 2, 1), REPEAT_NONE);
}

static void one_that_was_not_stored_comes_anew(void **state)
{
    struct places *places = *state;
    come(places, 7, NOW, 0);
    places->lost_at = NOW + 1;
    assert_int_equal(come(places, 7, NOW + 2, 1), REPEAT_NONE);
}

static void while_the_first_is_under_way_nobody_knows(void **state)
{
    struct places *places = *state;
    uint64_t number, none;
    assert_int_equal(repeats_look(places->repeats, 7, NOW, places->lost_at, &number), REPEAT_NONE);
    assert_int_equal(repeats_look(places->repeats, 7, NOW + 2, NOW + 1, &none), REPEAT_UNDER_WAY);
    repeats_end(places->repeats, number, true);
    assert_int_equal(repeats_look(places->repeats, 7, NOW + 3, NOW + 1, &none), REPEAT_STORED);
}

static void a_repetition_comes_within_a_quarter_of_an_hour(void **state)
{
    struct places *places = *state;
    come(places, 7, NOW, 1);
    come(places, 8, NOW, 1);
    places->lost_at = NOW + 1;
    assert_int_equal(come(places, 7, NOW + SMPP_REPEAT_MINUTES * MICROS_MINUTE, 1), REPEAT_STORED);
    assert_int_equal(come(places, 8, NOW + SMPP_REPEAT_MINUTES * MICROS_MINUTE + 1, 1), REPEAT_NONE);
}

static void one_long_before_the_last_was_answered(void **state)
{
    struct places *places = *state;
    come(places, 7, NOW, 1);
    come(places, 8, NOW + 1, 1);
    come(places, 9, NOW + 1 + SMPP_DOUBT_SECONDS * MICROS_SECOND, 1);
    places->lost_at = NOW + 5 * MICROS_MINUTE;
    assert_int_equal(come(places, 7, NOW + 6 * MICROS_MINUTE, 1), REPEAT_NONE);
    assert_int_equal(come(places, 8, NOW + 6 * MICROS_MINUTE, 1), REPEAT_STORED);
    assert_int_equal(come(places, 9, NOW + 6 * MICROS_MINUTE, 1), REPEAT_STORED);
}

static void the_last_ones_are_known_however_many_came(void **state)
{
    struct places *places = *state;
    const int64_t count = 2 * SMPP_REPEATS + 5;
    for (int64_t i = 1; i <= count; i++)
        come(places, i, NOW + i, 1);
    places->lost_at = NOW + count;
    assert_int_equal(come(places, count - SMPP_REPEATS, NOW + count, -1), REPEAT_NONE);
    for (int64_t i = count - SMPP_REPEATS + 2; i <= count; i += 101)
        assert_int_equal(come(places, i, NOW + count + 1, 1), REPEAT_STORED);
}

#define IN_PLACES(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACES(two_like_each_other_are_two),
        IN_PLACES(after_a_lost_answer_one_is_known_once),
        IN_PLACES(each_of_two_alike_explains_one_repetition),
        IN_PLACES(the_answer_to_a_repetition_may_be_lost_as_well),
        IN_PLACES(one_that_came_after_the_loss_was_answered),
        IN_PLACES(one_that_was_not_stored_comes_anew),
        IN_PLACES(while_the_first_is_under_way_nobody_knows),
        IN_PLACES(a_repetition_comes_within_a_quarter_of_an_hour),
        IN_PLACES(one_long_before_the_last_was_answered),
        IN_PLACES(the_last_ones_are_known_however_many_came),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
