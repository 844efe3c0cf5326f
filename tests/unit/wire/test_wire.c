#include "../test.h"

#include "wire/json_read.h"
#include "wire/phone.h"

#include <string.h>

static void phones_are_read_as_people_write_them(void **state)
{
    (void)state;
    static const struct {
        const char *typed, *e164; /* NULL: refused */
    } rows[] = {
        {"+12025550123", "+12025550123"},
        {"12025550123", "+12025550123"},
        {"2025550123", "+12025550123"},
        {" (202) 555-0123 ", "+12025550123"},
        {"+1 202.555.0123", "+12025550123"},
        {"011 1 202 555 0123", "+12025550123"},
        {"+44 20 7946 0958", "+442079460958"},
        {"00442079460958", "+442079460958"},
        {"+123456789012345", NULL},
        {"+4912345678901234", NULL},
        {"+491234567890123", "+491234567890123"},
        {"442079460958", NULL}, /* no prefix, not of the plan */
        {"1202555012", NULL},
        {"+1202555012", NULL},
        {"+11025550123", NULL}, /* no area code begins with 1 */
        {"+19115550123", NULL}, /* a service code */
        {"+12029110123", NULL},
        {"+02025550123", NULL},
        {"202555O123", NULL},
        {"+", NULL},
        {"", NULL},
        {"++12025550123", NULL},
        {"22000", NULL}, /* a short code is no number of ours */
        {"99999999999999999999999999999", NULL},
    };
    struct arena *arena = arena_new(0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str e164;
        bool read = phone_read(arena, str_from(rows[i].typed), &e164);
        assert_int_equal(read, rows[i].e164 != NULL);
        if (read)
            assert_true(str_is(e164, rows[i].e164));
    }
    arena_free(arena);
}

static void the_north_american_plan_is_known(void **state)
{
    (void)state;
    assert_true(phone_is_nanp(STR("+12025550123")));
    assert_false(phone_is_nanp(STR("+442079460958")));
    assert_false(phone_is_nanp(STR("12025550123")));
    assert_false(phone_is_nanp(STR("+1202555012x")));
    assert_false(phone_is_nanp(STR("+14115550123")));
}

static void numbers_are_shown_in_groups_and_other_senders_as_they_are(void **state)
{
    (void)state;
    static const struct {
        const char *e164, *shown;
    } rows[] = {
        {"+12025550143", "+1 202 555 0143"},
        {"+442079460958", "+442079460958"},
        {"22395", "22395"},
        {"Amazon", "Amazon"},
        {"+1202555014x", "+1202555014x"},
    };
    struct arena *arena = arena_new(0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_true(str_is(phone_show(arena, str_from(rows[i].e164)), rows[i].shown));
    arena_free(arena);
}

static void json_is_read_by_paths(void **state)
{
    (void)state;
    static const struct {
        const char *path, *text; /* NULL: not there */
    } rows[] = {
        {"a", "one"},        {"b.c", "9007199254740993"},
        {"b.d.1.e", "deep"}, {"t", "true"},
        {"n", NULL},         {"b", NULL},
        {"b.d", NULL},       {"b.d.2", NULL},
        {"b.d.-1", NULL},    {"x", NULL},
        {"a.b", NULL},       {"", NULL},
    };
    struct arena *arena = arena_new(0);
    struct json_document *document;
    const struct str text = STR(
        "{\"a\":\"one\",\"b\":{\"c\":9007199254740993,\"d\":[0,{\"e\":\"deep\"}]},\"t\":true,\"n\":null}");
    assert_int_equal(json_document_read(text, &document), ERR_NONE);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str value;
        bool found = json_document_text(document, arena, str_from(rows[i].path), &value);
        assert_int_equal(found, rows[i].text != NULL);
        if (found)
            assert_true(str_is(value, rows[i].text));
    }
    assert_int_equal(json_document_count(document, STR("b.d")), 2);
    json_document_free(document);
    arena_free(arena);
}

static void names_that_nobody_knows_are_found_one_by_one(void **state)
{
    static const char *const known[] = {"name", "other"};
    struct arena *arena = arena_new(0);
    struct json_document *document;
    struct str name;
    (void)state;
    assert_int_equal(
        json_document_read(STR("{\"name\":\"a\",\"x\":1,\"nothing\":null,\"n.b\":2}"), &document), ERR_NONE);
    assert_true(json_document_is_object(document));
    assert_true(json_document_has(document, STR("name")));
    assert_false(json_document_has(document, STR("nothing")));
    assert_false(json_document_has(document, STR("other")));
    assert_true(json_document_is_text(document, STR("name")));
    assert_false(json_document_is_text(document, STR("x")));
    const char *const unknown[] = {"x", "nothing", "n.b"};
    for (size_t i = 0; i < 3; i++) {
        assert_true(json_document_unknown(document, arena, known, 2, i, &name));
        assert_true(str_is(name, unknown[i]));
    }
    assert_false(json_document_unknown(document, arena, known, 2, 3, &name));
    json_document_free(document);
    assert_int_equal(json_document_read(STR("[]"), &document), ERR_NONE);
    assert_false(json_document_is_object(document));
    assert_false(json_document_unknown(document, arena, known, 2, 0, &name));
    json_document_free(document);
    arena_free(arena);
}

static void bad_json_is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {"",
                                       "{",
                                       "{\"a\":1}}",
                                       "{\"a\":1,\"a\":2}",
                                       "\"text\"",
                                       "[1,]",
                                       "{\"a\":01}",
                                       "{\"a\":\"\\ud800\"}",
                                       "{\"a\":\"\xff\"}",
                                       "{\"a\":\"\\u0000\"}",
                                       "{\"a\":9223372036854775808}"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct json_document *document;
        assert_int_equal(json_document_read(str_from(rows[i]), &document), ERR_BAD_JSON);
    }
    char deep[8192];
    struct json_document *document;
    memset(deep, '[', sizeof deep);
    assert_int_equal(json_document_read(str_bytes(deep, sizeof deep), &document), ERR_BAD_JSON);
}

static void a_masked_number_tells_its_holder_and_nobody_else(void **state)
{
    (void)state;
    static const struct {
        const char *e164, *masked;
    } rows[] = {
        {"+14155550134", "+1 415 ••• ••34"},
        {"+442079460958", "+44 ••••••••58"},
        {"+999999999999999", "+99 •••••••••••99"},
        {"4155550134", "•••"},
        {"+1", "•••"},
        {"", "•••"},
    };
    struct arena *arena = arena_new(0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(phone_mask(arena, str_from(rows[i].e164)).data, rows[i].masked);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phones_are_read_as_people_write_them),
        cmocka_unit_test(the_north_american_plan_is_known),
        cmocka_unit_test(a_masked_number_tells_its_holder_and_nobody_else),
        cmocka_unit_test(numbers_are_shown_in_groups_and_other_senders_as_they_are),
        cmocka_unit_test(json_is_read_by_paths),
        cmocka_unit_test(names_that_nobody_knows_are_found_one_by_one),
        cmocka_unit_test(bad_json_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
