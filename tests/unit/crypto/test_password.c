#include "../test.h"

#include "base/clock.h"
#include "base/limits.h"
#include "crypto/password.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

static void a_hash_matches_its_password_only(void **state)
{
    (void)state;
    char hash[PASSWORD_HASH_SIZE], again[PASSWORD_HASH_SIZE];
    assert_int_equal(password_hash(STR("correct horse"), hash), ERR_NONE);
    assert_int_equal(password_hash(STR("correct horse"), again), ERR_NONE);
    assert_string_not_equal(hash, again);
    assert_int_equal(strncmp(hash, "$argon2id$v=19$m=19456,t=2,p=1$", 31), 0);
    static const struct {
        struct str password;
        enum err result;
    } rows[] = {
        {{"correct horse", 13}, ERR_NONE},        {{"correct horsf", 13}, ERR_WRONG_LOGIN},
        {{"correct hors", 12}, ERR_WRONG_LOGIN},  {{"correct horse\0", 14}, ERR_WRONG_LOGIN},
        {{"Correct horse", 13}, ERR_WRONG_LOGIN}, {{NULL, 0}, ERR_WRONG_LOGIN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(password_verify(rows[i].password, str_from(hash)), rows[i].result);
}

static void what_is_no_hash_of_ours_never_matches(void **state)
{
    (void)state;
    static const char *const hashes[] = {
        "",
        "x",
        "$argon2id$",
        "$argon2id$v=19$m=19456,t=2,p=1$",
        "$argon2id$v=19$m=19456,t=2,p=1$ORFamTe/9n9jcAFhAD1XJw$",
        "$argon2id$v=19$m=4194304,t=99,p=1$ORFamTe/9n9jcAFhAD1XJw$/D6v2r4ifjbHj7l+pvCHGQ",
        "$2b$12$GhvMmNVjRW29ulnudl.LbuAnUtN/LRfe1JsBm1Xu6LE3059z5Tr8m",
    };
    char endless[300];
    memset(endless, '$', sizeof endless);
    for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++)
        assert_int_equal(password_verify(STR("abc"), str_from(hashes[i])), ERR_WRONG_LOGIN);
    assert_int_equal(password_verify(STR("abc"), str_bytes(endless, sizeof endless)), ERR_WRONG_LOGIN);
}

static void a_password_past_the_limit_is_refused(void **state)
{
    (void)state;
    char long_password[LIMIT_PASSWORD_MAX_BYTES + 1], hash[PASSWORD_HASH_SIZE];
    memset(long_password, 'a', sizeof long_password);
    struct str longest = str_bytes(long_password, LIMIT_PASSWORD_MAX_BYTES);
    struct str too_long = str_bytes(long_password, sizeof long_password);
    assert_int_equal(password_hash(too_long, hash), ERR_INVALID);
    assert_int_equal(password_hash(longest, hash), ERR_NONE);
    assert_int_equal(password_verify(longest, str_from(hash)), ERR_NONE);
    assert_int_equal(password_verify(too_long, str_from(hash)), ERR_WRONG_LOGIN);
}

static void an_unknown_account_costs_the_same_time(void **state)
{
    (void)state;
    char hash[PASSWORD_HASH_SIZE];
    int64_t spent[2] = {0};
    assert_int_equal(password_hash(STR("correct horse"), hash), ERR_NONE);
    for (unsigned i = 0; i < 6; i++) {
        int64_t start = clock_read().monotonic;
        assert_int_equal(password_verify(STR("wrong"), i % 2 == 0 ? str_from(hash) : STR_NONE),
                         ERR_WRONG_LOGIN);
        spent[i % 2] += clock_read().monotonic - start;
    }
    assert_true(spent[1] > spent[0] / 4);
}

enum { CALLERS = LIMIT_PASSWORD_QUEUE * 3 };
static atomic_int hashed, refused;

static void *call(void *context)
{
    char hash[PASSWORD_HASH_SIZE];
    (void)context;
    enum err error = password_hash(STR("abc"), hash);
    atomic_fetch_add(error == ERR_NONE ? &hashed : &refused,
                     error == ERR_NONE || error == ERR_BUSY ? 1 : CALLERS * 2);
    return NULL;
}

static void callers_past_the_queue_are_told_to_come_later(void **state)
{
    (void)state;
    pthread_t threads[CALLERS];
    for (unsigned i = 0; i < CALLERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, call, NULL), 0);
    for (unsigned i = 0; i < CALLERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(hashed + refused, CALLERS);
    assert_true(hashed >= LIMIT_PASSWORD_QUEUE);
}

static void after_the_stop_nothing_waits_for_ever(void **state)
{
    (void)state;
    char hash[PASSWORD_HASH_SIZE];
    password_stop();
    assert_int_equal(password_hash(STR("abc"), hash), ERR_STOPPING);
    assert_int_equal(password_verify(STR("abc"), STR_NONE), ERR_STOPPING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hash_matches_its_password_only),
        cmocka_unit_test(what_is_no_hash_of_ours_never_matches),
        cmocka_unit_test(a_password_past_the_limit_is_refused),
        cmocka_unit_test(an_unknown_account_costs_the_same_time),
        cmocka_unit_test(callers_past_the_queue_are_told_to_come_later),
        cmocka_unit_test(after_the_stop_nothing_waits_for_ever),
    };
    if (password_start() != ERR_NONE)
        return 1;
    return cmocka_run_group_tests_name("crypto password", tests, NULL, NULL);
}
