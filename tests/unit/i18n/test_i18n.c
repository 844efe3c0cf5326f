#include "../test.h"

#include "base/clock.h"
#include "base/err.h"
#include "i18n/i18n.h"

#include <string.h>

static void assert_text(struct str text, const char *wanted)
{
    if (!str_is(text, wanted))
        fail_msg("\"%.*s\" is not \"%s\"", STR_ARG(text), wanted);
}

static void every_error_has_a_text_in_both_languages(void **state)
{
    (void)state;
    for (int error = 0; error < ERR_COUNT; error++) {
        enum text_id id = text_find(str_from(err_message_id((enum err)error)));
        assert_int_not_equal(id, TEXT_NONE);
        assert_true(text_get(LANGUAGE_EN, id).length > 0);
        assert_false(str_equal(text_get(LANGUAGE_EN, id), text_get(LANGUAGE_ZH, id)));
    }
}

static void names_that_are_not_in_the_catalogue_give_nothing(void **state)
{
    (void)state;
    static const char *const rows[] = {"", "error", "error.", "error.not_foun", "error.not_found2", "zzz"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(text_find(str_from(rows[i])), TEXT_NONE);
    assert_int_equal(text_find(STR("error.not_found")), TEXT_ERROR_NOT_FOUND);
    assert_int_equal(text_get(LANGUAGE_EN, TEXT_NONE).length, 0);
    assert_int_equal(text_get(LANGUAGE_EN, TEXT_COUNT).length, 0);
}

static void money_reads_like_money(void **state)
{
    (void)state;
    static const struct {
        int64_t micros;
        const char *text;
    } rows[] = {
        {12400000, "$12.40"},
        {0, "$0.00"},
        {-7900, "\u2212$0.0079"},
        {999990000, "$999.99"},
        {1234567890000, "$1,234,567.89"},
        {INT64_MIN, "\u2212$9,223,372,036,854.775808"},
    };
    struct arena *arena = arena_new(0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_text(i18n_money(arena, LANGUAGE_EN, rows[i].micros), rows[i].text);
    arena_free(arena);
}

static void times_name_their_zone(void **state)
{
    (void)state;
    static const struct {
        enum language language;
        int offset;
        const char *date, *time;
    } rows[] = {
        {LANGUAGE_EN, 0, "3 December 2026", "3 December 2026, 14:05 UTC"},
        {LANGUAGE_ZH, 0, "2026年12月3日", "2026年12月3日 14:05（UTC）"},
        {LANGUAGE_ZH, 480, "2026年12月3日", "2026年12月3日 22:05（UTC+8）"},
        {LANGUAGE_EN, 600, "4 December 2026", "4 December 2026, 00:05 UTC+10"},
        {LANGUAGE_EN, -210, "3 December 2026", "3 December 2026, 10:35 UTC\u22123:30"},
    };
    struct arena *arena = arena_new(0);
    int64_t at = 0;
    assert_true(clock_parse(STR("2026-12-03T14:05:59Z"), &at));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_text(i18n_date(arena, rows[i].language, at, rows[i].offset), rows[i].date);
        assert_text(i18n_date_time(arena, rows[i].language, at, rows[i].offset), rows[i].time);
    }
    arena_free(arena);
}

static void spans_count_in_their_largest_unit(void **state)
{
    (void)state;
    static const struct {
        int64_t micros;
        const char *english, *chinese;
    } rows[] = {
        {3 * MICROS_DAY + MICROS_HOUR, "3 days", "3 天"},
        {MICROS_DAY, "1 day", "1 天"},
        {MICROS_DAY - 1, "23 hours", "23 小时"},
        {MICROS_HOUR, "1 hour", "1 小时"},
        {MICROS_MINUTE, "1 minute", "1 分钟"},
        {0, "0 minutes", "0 分钟"},
        {-MICROS_DAY, "0 minutes", "0 分钟"},
    };
    struct arena *arena = arena_new(0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_text(i18n_span(arena, LANGUAGE_EN, rows[i].micros), rows[i].english);
        assert_text(i18n_span(arena, LANGUAGE_ZH, rows[i].micros), rows[i].chinese);
    }
    arena_free(arena);
}

static void the_reader_gets_the_language_wanted_most(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        enum language language;
    } rows[] = {
        {"", LANGUAGE_EN},
        {"zh-CN,zh;q=0.9,en;q=0.8", LANGUAGE_ZH},
        {"en-GB,en;q=0.9,zh;q=0.8", LANGUAGE_EN},
        {"fr, zh;q=0.1", LANGUAGE_ZH},
        {"zh;q=0.2, en;q=0.9", LANGUAGE_EN},
        {"ZH-hans", LANGUAGE_ZH},
        {"zh;q=0", LANGUAGE_EN},
        {"zh;q=1.5", LANGUAGE_EN},
        {"zh;q=abc", LANGUAGE_EN},
        {"zh; q=0.5", LANGUAGE_ZH},
        {"*, zh;q=0.5", LANGUAGE_EN},
        {";;;,,,q=1", LANGUAGE_EN},
        {"zhx", LANGUAGE_EN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (i18n_negotiate(str_from(rows[i].header)) != rows[i].language)
            fail_msg("\"%s\" gives the wrong language", rows[i].header);
}

static void arguments_are_filled_in_and_escaped(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    struct text_argument count = {"count", TEXT_KIND_INT, .number = 1};
    assert_text(text_format(arena, LANGUAGE_EN, TEXT_SPAN_DAYS, &count, 1), "1 day");
    count.number = 2;
    assert_text(text_format(arena, LANGUAGE_EN, TEXT_SPAN_DAYS, &count, 1), "2 days");
    assert_text(text_format(arena, LANGUAGE_ZH, TEXT_SPAN_DAYS, &count, 1), "2 天");
    assert_text(text_format(arena, LANGUAGE_EN, TEXT_SPAN_DAYS, NULL, 0), "{count} days");
    struct text_argument loop = {"count", TEXT_KIND_TEXT, .text = STR("{count}")};
    assert_text(text_format(arena, LANGUAGE_EN, TEXT_SPAN_DAYS, &loop, 1), "{count} days");
    arena_free(arena);
}

static void tags_are_read_and_written(void **state)
{
    (void)state;
    enum language language = LANGUAGE_COUNT;
    assert_true(i18n_read_tag(STR("zh-CN"), &language));
    assert_int_equal(language, LANGUAGE_ZH);
    assert_true(i18n_read_tag(STR("en"), &language));
    assert_int_equal(language, LANGUAGE_EN);
    assert_false(i18n_read_tag(STR("de"), &language));
    assert_false(i18n_read_tag(STR_NONE, &language));
    assert_text(i18n_tag(LANGUAGE_ZH), "zh-CN");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_has_a_text_in_both_languages),
        cmocka_unit_test(names_that_are_not_in_the_catalogue_give_nothing),
        cmocka_unit_test(money_reads_like_money),
        cmocka_unit_test(times_name_their_zone),
        cmocka_unit_test(spans_count_in_their_largest_unit),
        cmocka_unit_test(the_reader_gets_the_language_wanted_most),
        cmocka_unit_test(arguments_are_filled_in_and_escaped),
        cmocka_unit_test(tags_are_read_and_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
