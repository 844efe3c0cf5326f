#include "../test.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/err.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/money.h"
#include "base/pack.h"
#include "base/pool.h"
#include "base/str.h"

#include <stdatomic.h>
#include <string.h>

static void money_reads_and_writes_without_loss(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        enum err result;
        int64_t micros;
        const char *out;
    } rows[] = {
        {"0", ERR_NONE, 0, "0.00"},
        {"12.4", ERR_NONE, 12400000, "12.40"},
        {"-0.000001", ERR_NONE, -1, "-0.000001"},
        {"9223372036854.775807", ERR_NONE, INT64_MAX, "9223372036854.775807"},
        {"9223372036854.775808", ERR_OVERFLOW, 0, NULL},
        {"1.2345678", ERR_INVALID, 0, NULL},
        {"1,5", ERR_INVALID, 0, NULL},
        {"", ERR_INVALID, 0, NULL},
        {".5", ERR_INVALID, 0, NULL},
        {"1e3", ERR_INVALID, 0, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t micros = 0;
        char text[32];
        assert_int_equal(money_read(str_from(rows[i].in), &micros), rows[i].result);
        if (rows[i].out == NULL)
            continue;
        assert_true(micros == rows[i].micros);
        money_write(micros, text);
        assert_string_equal(text, rows[i].out);
    }
}

static void clock_knows_the_calendar(void **state)
{
    (void)state;
    int64_t micros;
    char text[21];
    assert_true(clock_parse(STR("2024-02-29"), &micros));
    clock_format(clock_add_months(micros, 12), text);
    assert_string_equal(text, "2025-02-28T00:00:00Z");
    assert_false(clock_parse(STR("2023-02-29"), &micros));
    assert_false(clock_parse(STR("2023-13-01"), &micros));
    assert_false(clock_parse(STR("2023-01-01T24:00:00Z"), &micros));
    assert_true(clock_parse(STR("2026-11-23T23:59:59Z"), &micros));
    clock_format(micros, text);
    assert_string_equal(text, "2026-11-23T23:59:59Z");
    assert_int_equal(clock_date_of(micros, 0).weekday, 1);
    clock_format(clock_add_working_days(micros, 15), text);
    assert_string_equal(text, "2026-12-15T00:00:00Z");
    for (int64_t at = -5000 * MICROS_DAY; at < 40000 * MICROS_DAY;
         at += 7 * MICROS_DAY + 12345 * MICROS_SECOND) {
        struct clock_date date = clock_date_of(at, 0);
        assert_true(clock_from_date(&date) == at);
    }
}

static void references_survive_typing_and_find_errors(void **state)
{
    (void)state;
    for (int round = 0; round < 50; round++) {
        char text[IDS_REFERENCE_SIZE], read[IDS_REFERENCE_SIZE], typed[64];
        ids_reference("VC", text);
        assert_int_equal(strlen(text), IDS_REFERENCE_SIZE - 1);
        size_t length = 0;
        for (const char *at = text; *at != '\0'; at++)
            if (*at != '-')
                typed[length++] = *at >= 'A' && *at <= 'Z' ? (char)(*at + 32) : *at;
        assert_true(ids_reference_read(str_bytes(typed, length), "VC", read));
        assert_string_equal(read, text);
        assert_false(ids_reference_read(str_from(text), "VD", read));
        char wrong[IDS_REFERENCE_SIZE];
        memcpy(wrong, text, sizeof wrong);
        wrong[5] = wrong[5] == '7' ? '8' : '7';
        assert_false(ids_reference_read(str_from(wrong), "VC", read));
    }
}

static void ids_ascend_and_carry_their_time(void **state)
{
    (void)state;
    int64_t now = clock_now(), last = 0;
    for (int i = 0; i < 10000; i++) {
        int64_t id = ids_next(now);
        assert_true(id > last);
        last = id;
    }
    assert_true(ids_time(last) / MICROS_SECOND - now / MICROS_SECOND <= 1);
}

static void ids_of_an_earlier_time_leave_those_of_now_apart(void **state)
{
    (void)state;
    int64_t now = clock_now(), last = 0;
    for (int i = 0; i < 20000; i++) {
        int64_t past = ids_next(now - MICROS_DAY), id = ids_next(now);
        assert_true(ids_time(past) < now - MICROS_HOUR);
        assert_true(id > last);
        last = id;
    }
}

/* Texts that a held store lets in all at once: thousands of one second in one inbox. */
static void ids_of_what_waited_are_all_different(void **state)
{
    (void)state;
    int64_t now = clock_now(), last = ids_next(now);
    for (int i = 0; i < 200000; i++) {
        int64_t id = ids_next_late(now - (i * INT64_C(7919)) % MICROS_SECOND);
        assert_true(id > last);
        last = id;
    }
}

static void encodings_read_back_and_refuse(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    struct str back;
    for (size_t length = 0; length < 70; length++) {
        char bytes[70];
        ids_random(bytes, sizeof bytes);
        struct str in = str_bytes(bytes, length);
        assert_int_equal(encode_base64_read(arena, encode_base64(arena, in), &back), ERR_NONE);
        assert_true(str_equal(in, back));
        assert_int_equal(encode_base64_read(arena, encode_base64url(arena, in), &back), ERR_NONE);
        assert_true(str_equal(in, back));
        assert_int_equal(encode_hex_read(arena, encode_hex(arena, in), &back), ERR_NONE);
        assert_true(str_equal(in, back));
    }
    assert_int_equal(encode_base64_read(arena, STR("QQ=A"), &back), ERR_INVALID);
    assert_int_equal(encode_base64_read(arena, STR("QR=="), &back), ERR_INVALID);
    assert_int_equal(encode_hex_read(arena, STR("0g"), &back), ERR_INVALID);
    arena_free(arena);
}

static void boxes_refuse_lengths_that_lie(void **state)
{
    (void)state;
    struct buf box = buf_new(1000);
    pack_add(&box, 1, STR("name"));
    pack_add_int(&box, 2, -5);
    assert_int_equal(pack_check(buf_str(&box)), ERR_NONE);
    assert_true(str_is(pack_get(buf_str(&box), 1), "name"));
    assert_true(pack_get_int(buf_str(&box), 2) == -5);
    assert_true(pack_get(buf_str(&box), 3).length == 0);
    for (size_t cut = 1; cut < box.length; cut++)
        if (cut != 9) /* the end of the first field */
            assert_int_equal(pack_check(str_part(buf_str(&box), 0, cut)), ERR_CORRUPT);
    buf_free(&box);
}

static void utf8_is_judged_by_rfc_3629(void **state)
{
    (void)state;
    assert_true(str_is_utf8(STR("caf\xc3\xa9 \xe7\x9f\xad\xe4\xbf\xa1 \xf0\x9f\x98\x80")));
    assert_false(str_is_utf8(STR("\xc0\x80")));
    assert_false(str_is_utf8(STR("\xed\xa0\x80")));
    assert_false(str_is_utf8(STR("\xf4\x90\x80\x80")));
    assert_false(str_is_utf8(STR("\xe7\x9f")));
    assert_false(str_is_utf8(STR("a\0b")));
}

static void json_is_always_valid(void **state)
{
    (void)state;
    struct buf out = buf_new(0);
    struct json json = json_new(&out);
    json_object(&json, NULL);
    json_str(&json, "a", STR("x\"\\\n\xff"));
    json_array(&json, "b");
    json_int(&json, NULL, -1);
    json_bool(&json, NULL, true);
    json_array_end(&json);
    json_time(&json, "t", 0);
    json_money(&json, "m", 12400000);
    json_object_end(&json);
    assert_true(
        str_is(buf_str(&out),
               "{\"a\":\"x\\\"\\\\\\u000a\xef\xbf\xbd\",\"b\":[-1,true],\"t\":null,\"m\":\"12.40\"}"));
    buf_free(&out);
}

static void numbers_are_written_with_their_zeros(void **state)
{
    static const struct {
        int64_t number;
        unsigned width;
        const char *text;
    } rows[] = {
        {0, 0, "0"},
        {0, 2, "00"},
        {7, 2, "07"},
        {-7, 2, "-07"},
        {2026, 1, "2026"},
        {INT64_MAX, 1, "9223372036854775807"},
        {INT64_MIN, 20, "-09223372036854775808"},
        {1, 99, "00000000000000000001"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf out = buf_new(0);
        buf_add_int(&out, rows[i].number, rows[i].width);
        assert_true(str_is(buf_str(&out), rows[i].text));
        buf_free(&out);
    }
}

static void printing_into_a_buffer_grows_it_when_it_must(void **state)
{
    struct buf out = buf_new(0);
    (void)state;
    for (int i = 0; i < 200; i++) {
        buf_printf(&out, "%03d,", i);
        assert_int_equal(out.length, 4 * (i + 1));
    }
    assert_true(str_starts(buf_str(&out), STR("000,001,")) && str_ends(buf_str(&out), STR("198,199,")));
    buf_free(&out);
}

static void buffers_stop_at_their_limit(void **state)
{
    (void)state;
    struct buf out = buf_new(4);
    buf_add_c(&out, "abcd");
    assert_false(out.failed);
    buf_add_c(&out, "e");
    assert_true(out.failed);
    assert_int_equal(out.length, 4);
    buf_free(&out);
}

static void count_up(void *context)
{
    atomic_fetch_add((_Atomic int *)context, 1);
}

static void pools_finish_what_they_took(void **state)
{
    (void)state;
    struct pool *pool;
    _Atomic int count = 0;
    int taken = 0;
    assert_int_equal(pool_new("test", 3, 16, 0, &pool), ERR_NONE);
    for (int i = 0; i < 200; i++)
        taken += pool_submit(pool, count_up, &count) == ERR_NONE;
    pool_stop(pool);
    assert_int_equal(atomic_load(&count), taken);
    assert_true(taken >= 16);
    assert_int_equal(pool_submit(pool, count_up, &count), ERR_STOPPING);
    pool_free(pool);
}

static void errors_have_whole_rows(void **state)
{
    (void)state;
    for (int error = 0; error < ERR_COUNT; error++) {
        assert_non_null(err_code((enum err)error));
        assert_true(err_http_status((enum err)error) >= 200);
        for (int other = 0; other < error; other++)
            assert_string_not_equal(err_code((enum err)error), err_code((enum err)other));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(money_reads_and_writes_without_loss),
        cmocka_unit_test(clock_knows_the_calendar),
        cmocka_unit_test(references_survive_typing_and_find_errors),
        cmocka_unit_test(ids_ascend_and_carry_their_time),
        cmocka_unit_test(ids_of_an_earlier_time_leave_those_of_now_apart),
        cmocka_unit_test(ids_of_what_waited_are_all_different),
        cmocka_unit_test(encodings_read_back_and_refuse),
        cmocka_unit_test(boxes_refuse_lengths_that_lie),
        cmocka_unit_test(utf8_is_judged_by_rfc_3629),
        cmocka_unit_test(json_is_always_valid),
        cmocka_unit_test(buffers_stop_at_their_limit),
        cmocka_unit_test(numbers_are_written_with_their_zeros),
        cmocka_unit_test(printing_into_a_buffer_grows_it_when_it_must),
        cmocka_unit_test(pools_finish_what_they_took),
        cmocka_unit_test(errors_have_whole_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
