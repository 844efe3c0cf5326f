#include "../test.h"

#include "base/clock.h"
#include "demo/seed_texts.h"

#include <string.h>

#define NOW INT64_C(1795392371000000)

static void the_table_is_varied(void **state)
{
    (void)state;
    size_t count, chinese = 0, kinds[4] = {0};
    const struct demo_seed_text *texts = demo_seed_texts(&count);
    assert_true(count >= 120);
    for (size_t i = 0; i < count; i++) {
        assert_true(texts[i].weight > 0);
        assert_true(str_is_utf8(str_from(texts[i].text)));
        kinds[texts[i].kind]++;
        chinese += strstr(texts[i].text, "，") != NULL || strstr(texts[i].text, "。") != NULL;
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(texts[i].text, texts[j].text);
    }
    assert_true(chinese >= 25);
    assert_true(kinds[DEMO_SEED_CODE] >= 60 && kinds[DEMO_SEED_NOTE] >= 25);
    assert_true(kinds[DEMO_SEED_TALK] >= 8 && kinds[DEMO_SEED_TRICK] >= 10);
}

static void people_have_numbers_that_nobody_has(void **state)
{
    (void)state;
    size_t count;
    const struct demo_seed_text *texts = demo_seed_texts(&count);
    for (size_t i = 0; i < count; i++)
        if (texts[i].sender[0] == '+') {
            assert_int_equal(strlen(texts[i].sender), 12);
            assert_int_equal(strncmp(texts[i].sender + 5, "55501", 5), 0);
        }
}

static void every_placeholder_is_filled_and_the_code_stands_in_the_text(void **state)
{
    (void)state;
    struct demo_seed_message message;
    for (uint64_t random = 0; random < 20000; random++) {
        demo_seed_arriving(random * 7919, NOW, &message);
        assert_null(strpbrk(message.text, "{}"));
        assert_true(str_is_utf8(str_from(message.text)));
        assert_int_equal(message.kind == DEMO_SEED_CODE, message.code[0] != '\0');
        assert_non_null(strstr(message.text, message.code));
        assert_true(message.line == 0 || message.line == 1);
        assert_true(message.at == NOW);
    }
}

static void a_year_rises_to_now_and_comes_again_the_same(void **state)
{
    (void)state;
    struct demo_seed_message message, again;
    int64_t before = NOW - 366 * MICROS_DAY;
    size_t lines[2] = {0}, kinds[4] = {0};
    for (size_t index = 0; index < DEMO_SEED_YEAR; index++) {
        demo_seed_message(index, 42, NOW, &message);
        demo_seed_message(index, 42, NOW, &again);
        assert_string_equal(message.text, again.text);
        assert_true(message.at > before && message.at < NOW);
        before = message.at;
        lines[message.line]++;
        kinds[message.kind]++;
    }
    assert_true(before > NOW - MICROS_DAY);
    assert_true(lines[0] > DEMO_SEED_YEAR / 5 && lines[1] > DEMO_SEED_YEAR / 5);
    for (size_t kind = 0; kind < 4; kind++)
        assert_true(kinds[kind] > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_varied),
        cmocka_unit_test(people_have_numbers_that_nobody_has),
        cmocka_unit_test(every_placeholder_is_filled_and_the_code_stands_in_the_text),
        cmocka_unit_test(a_year_rises_to_now_and_comes_again_the_same),
    };
    return cmocka_run_group_tests_name("the demo's texts", tests, NULL, NULL);
}
