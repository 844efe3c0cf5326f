#include "../test.h"

#include "base/encode.h"
#include "crypto/seal.h"

#include <string.h>

static struct seal_key counting_key(void)
{
    struct seal_key key;
    for (unsigned i = 0; i < sizeof key.bytes; i++)
        key.bytes[i] = (uint8_t)i;
    return key;
}

static void a_box_opens_only_where_it_was_sealed(void **state)
{
    (void)state;
    static const struct {
        struct seal_place place;
        enum err result;
    } rows[] = {
        {{"message", 5, 9, 0}, ERR_NONE},    {{"messages", 5, 9, 0}, ERR_CORRUPT},
        {{"messag", 5, 9, 0}, ERR_CORRUPT},  {{"message", 9, 5, 0}, ERR_CORRUPT},
        {{"message", 6, 9, 0}, ERR_CORRUPT}, {{"message", 5, 10, 0}, ERR_CORRUPT},
        {{"message", 5, 9, 1}, ERR_CORRUPT}, {{"message", 5, 9, -1}, ERR_CORRUPT},
    };
    struct arena *arena = arena_new_wiped(0);
    struct seal_key key = counting_key(), other = counting_key();
    other.bytes[31] ^= 1;
    struct str box = seal_box(arena, &key, &rows[0].place, STR("482913"));
    assert_int_equal(box.length, 6 + SEAL_OVERHEAD_BYTES);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct str plain = STR_NONE;
        assert_int_equal(seal_open(arena, &key, &rows[i].place, box, &plain), rows[i].result);
        assert_true(str_is(plain, rows[i].result == ERR_NONE ? "482913" : ""));
        assert_int_equal(seal_open(arena, &other, &rows[i].place, box, &plain), ERR_CORRUPT);
    }
    arena_free(arena);
}

static void a_changed_or_shortened_box_does_not_open(void **state)
{
    (void)state;
    struct arena *arena = arena_new_wiped(0);
    struct seal_key key = counting_key();
    const struct seal_place place = {"message", 5, 9, 0};
    struct str box = seal_box(arena, &key, &place, STR("hello")), plain;
    char *bytes = arena_cstr(arena, box);
    for (size_t i = 0; i < box.length; i++) {
        assert_int_equal(seal_open(arena, &key, &place, str_bytes(bytes, i), &plain), ERR_CORRUPT);
        bytes[i] ^= 0x10;
        assert_int_equal(seal_open(arena, &key, &place, str_bytes(bytes, box.length), &plain), ERR_CORRUPT);
        bytes[i] ^= 0x10;
    }
    assert_int_equal(seal_open(arena, &key, &place, str_bytes(bytes, box.length), &plain), ERR_NONE);
    assert_int_equal(seal_open(arena, &key, &place, STR_NONE, &plain), ERR_CORRUPT);
    arena_free(arena);
}

static void equal_texts_have_different_boxes(void **state)
{
    (void)state;
    struct arena *arena = arena_new_wiped(0);
    struct seal_key key = counting_key(), first, second;
    const struct seal_place place = {"message", 5, 9, 0};
    struct str plain = STR("x"), empty = seal_box(arena, &key, &place, STR_NONE);
    assert_false(str_equal(seal_box(arena, &key, &place, plain), seal_box(arena, &key, &place, plain)));
    assert_int_equal(seal_open(arena, &key, &place, empty, &plain), ERR_NONE);
    assert_int_equal(plain.length, 0);
    seal_key_new(&first);
    seal_key_new(&second);
    assert_memory_not_equal(&first, &second, sizeof first);
    arena_free(arena);
}

/* A box that is in somebody's database: the format must never move. */
static void a_box_of_the_first_release_still_opens(void **state)
{
    (void)state;
    static const char kept[] = "27cbc1d5c8ace4a24547ce62a3312e1d993a57ac1d65afbf1adec"
                               "a7729f798dcdaf64e3c6628f67e40634aaf19363c72211587dbf2";
    struct arena *arena = arena_new_wiped(0);
    struct seal_key key = counting_key();
    struct str box, plain;
    assert_int_equal(encode_hex_read(arena, str_from(kept), &box), ERR_NONE);
    assert_int_equal(seal_open(arena, &key, &(struct seal_place){"message", 5, -9, 3}, box, &plain),
                     ERR_NONE);
    assert_true(str_is(plain, "first release"));
    arena_free(arena);
}

/* Expected values by another implementation of RFC 7693 (Python's hashlib). */
static void hashes_are_blake2b_of_parts_with_their_lengths(void **state)
{
    (void)state;
    struct arena *arena = arena_new(0);
    uint8_t hash[32], other[32];
    const struct str parts[] = {STR("abc"), STR_NONE, STR("\xe6\xb3\xa8")};
    const struct str moved[] = {STR("ab"), STR("c"), STR("\xe6\xb3\xa8")};
    seal_hash(parts, 3, hash);
    assert_true(str_is(encode_hex(arena, str_bytes(hash, 32)),
                       "ceb0519af34be441ccdb4e584bbe19876eaf73d8b207ffe5dc1e68d6f24f8876"));
    seal_hash(moved, 3, other);
    assert_memory_not_equal(hash, other, sizeof hash);
    struct seal_key key = counting_key(), second = counting_key();
    second.bytes[0] = 1;
    assert_true(seal_id(&key, "sender", STR("Netflix")) == INT64_C(4919019566242728616));
    assert_true(seal_id(&key, "sende", STR("rNetflix")) != INT64_C(4919019566242728616));
    assert_true(seal_id(&second, "sender", STR("Netflix")) != INT64_C(4919019566242728616));
    for (char letter = 0; letter < 100; letter++)
        assert_true(seal_id(&key, "sender", str_bytes(&letter, 1)) > 0);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_box_opens_only_where_it_was_sealed),
        cmocka_unit_test(a_changed_or_shortened_box_does_not_open),
        cmocka_unit_test(equal_texts_have_different_boxes),
        cmocka_unit_test(a_box_of_the_first_release_still_opens),
        cmocka_unit_test(hashes_are_blake2b_of_parts_with_their_lengths),
    };
    return cmocka_run_group_tests_name("crypto seal", tests, NULL, NULL);
}
