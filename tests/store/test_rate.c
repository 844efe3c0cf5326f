#include "../unit/test.h"

#include "app/rate.h"

/* How many of `tries` get through, in the same instant. */
static int64_t taken(const char *const keys[2], int64_t tries)
{
    int64_t through = 0;
    for (int64_t i = 0; i < tries; i++)
        through += rate_take(RATE_LOGIN_ADDRESS, str_from(keys[i % 2]), 0) == ERR_NONE;
    return through;
}

static void an_ipv6_network_counts_as_one_and_an_ipv4_address_as_itself(void **state)
{
    (void)state;
    int64_t burst, refill;
    rate_of(RATE_LOGIN_ADDRESS, &burst, &refill);
    const struct {
        const char *keys[2];
        int64_t buckets;
    } rows[] = {
        {{"2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"}, 1},
        {{"2001:db8:1:3::1", "2001:db8:1:4::1"}, 2},
        {{"198.51.100.7", "198.51.100.8"}, 2},
        {{"ann", "ann"}, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(taken(rows[i].keys, 4 * burst), rows[i].buckets * burst);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ipv6_network_counts_as_one_and_an_ipv4_address_as_itself)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
