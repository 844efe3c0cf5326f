#include "../test.h"

#include "wire/sms_header.h"
#include "wire/sms_split.h"
#include "wire/sms_text.h"

#include <string.h>

#define BYTES(literal) ("" literal), sizeof(literal) - 1

static void every_character_set_is_read(void **state)
{
    (void)state;
    static const struct {
        enum sms_charset charset;
        const char *bytes;
        size_t length;
        const char *text;
    } rows[] = {
        {SMS_CHARSET_GSM7, BYTES("Hi \x00\x02 \x1b\x65\x1b\x28"), "Hi @$ €{"},
        {SMS_CHARSET_GSM7, BYTES("\x1b\x41\x1b"), "A\uFFFD"}, /* no such extension; an escape at the end */
        {SMS_CHARSET_GSM7, BYTES("a\x80"), "a\uFFFD"},
        {SMS_CHARSET_GSM7, BYTES("\x10\x5f\x7f"), "Δ§à"},
        {SMS_CHARSET_GSM7_PACKED, BYTES("\xe8\x32\x9b\xfd\x46\x97\xd9\xec\x37"), "hellohello"},
        {SMS_CHARSET_GSM7_PACKED, BYTES("\x31\xd9\x8c\x56\xb3\xdd\x1a"), "1234567"}, /* padded with CR */
        {SMS_CHARSET_ASCII, BYTES("code 1\x80"), "code 1\uFFFD"},
        {SMS_CHARSET_LATIN1, BYTES("caf\xe9 \xa3"), "café £"},
        {SMS_CHARSET_CYRILLIC, BYTES("\xba\xde\xd4 \xf0 1"), "Код № 1"},
        {SMS_CHARSET_HEBREW, BYTES("\xf7\xe5\xe3 1"), "קוד 1"},
        {SMS_CHARSET_UTF16, BYTES("\x9a\x8c\x8b\xc1\x78\x01\0 \0001"), "验证码 1"},
        {SMS_CHARSET_UTF16, BYTES("\xfe\xff\xd8\x3d\xde\x00"), "😀"},
        {SMS_CHARSET_UTF16, BYTES("\xd8\x3d\0A"), "\uFFFDA"}, /* a lone high surrogate */
        {SMS_CHARSET_UTF16, BYTES("\xde\x00\0A"), "\uFFFDA"}, /* a lone low one */
        {SMS_CHARSET_UTF16, BYTES("\0A\0"), "A\uFFFD"},       /* half a unit */
        {SMS_CHARSET_UTF16, BYTES("\0\0\0A"), "\uFFFDA"},     /* a NUL can't be stored */
        {SMS_CHARSET_BINARY, BYTES("\x00\x1f\xfe"), "[8 bit] 00 1F FE"},
        {SMS_CHARSET_BINARY, BYTES(""), "[8 bit]"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[64];
        struct sms_out out = {text, sizeof text - 1, 0, false};
        sms_text_read(&out, str_bytes(rows[i].bytes, rows[i].length), rows[i].charset, 0);
        text[out.length] = '\0';
        assert_string_equal(text, rows[i].text);
        assert_false(out.full);
    }
}

static void data_coding_says_the_character_set_and_the_class(void **state)
{
    (void)state;
    static const struct {
        uint8_t data_coding;
        enum sms_charset charset;
        int message_class;
    } rows[] = {
        {0x00, SMS_CHARSET_LATIN1, -1}, /* what this carrier means by its default */
        {0x01, SMS_CHARSET_ASCII, -1},  {0x02, SMS_CHARSET_BINARY, -1}, {0x03, SMS_CHARSET_LATIN1, -1},
        {0x04, SMS_CHARSET_BINARY, -1}, {0x05, SMS_CHARSET_BINARY, -1}, {0x06, SMS_CHARSET_CYRILLIC, -1},
        {0x07, SMS_CHARSET_HEBREW, -1}, {0x08, SMS_CHARSET_UTF16, -1},  {0x0e, SMS_CHARSET_BINARY, -1},
        {0x10, SMS_CHARSET_GSM7, 0},    {0x18, SMS_CHARSET_UTF16, 0},   {0x15, SMS_CHARSET_BINARY, 1},
        {0x80, SMS_CHARSET_BINARY, -1}, {0xc8, SMS_CHARSET_GSM7, -1},   {0xe0, SMS_CHARSET_UTF16, -1},
        {0xf0, SMS_CHARSET_GSM7, 0},    {0xf2, SMS_CHARSET_GSM7, 2},    {0xf5, SMS_CHARSET_BINARY, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sms_coding coding = sms_coding_read(rows[i].data_coding, SMS_CHARSET_LATIN1);
        assert_int_equal(coding.charset, rows[i].charset);
        assert_int_equal(coding.message_class, rows[i].message_class);
        assert_int_equal(coding.flash, rows[i].message_class == 0);
    }
}

static void memory_that_ends_cuts_no_character(void **state)
{
    (void)state;
    char text[8];
    for (size_t capacity = 0; capacity < sizeof text; capacity++) {
        struct sms_out out = {text, capacity, 0, false};
        sms_text_read(&out, str_bytes("\x9a\x8c\x8b\xc1\0A", 6), SMS_CHARSET_UTF16, 0);
        assert_true(str_is_utf8(str_bytes(text, out.length)));
        assert_int_equal(out.length, capacity >= 7 ? 7 : capacity / 3 * 3);
        assert_int_equal(out.full, capacity < 7);
    }
}

static void headers_are_read_and_those_that_lie_are_not(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
        bool read;
        struct sms_part part;
    } rows[] = {
        {BYTES("\5\0\3\x7a\2\1Hi"), true, {0x7a, 2, 1}},
        {BYTES("\6\x08\4\1\2\3\2Hi"), true, {0x102, 3, 2}},
        {BYTES("\x0a\x70\2ab\0\3\1\2\2Hi"), false, {0}},      /* the last element is cut off by its length */
        {BYTES("\x09\x70\2ab\0\3\1\2\2Hi"), true, {1, 2, 2}}, /* an unknown one before it */
        {BYTES("\5\0\3\1\2\3"), true, {0}},                   /* part 3 of 2 */
        {BYTES("\5\0\3\1\2\0"), true, {0}},
        {BYTES("\5\0\3\1\0\1"), true, {0}},
        {BYTES("\4\0\2\1\2Hi"), true, {0}}, /* of another length */
        {BYTES("\0Hi"), true, {0}},
        {BYTES("\3Hi"), false, {0}},
        {BYTES(""), false, {0}},
        {BYTES("\xff\0\3\1\2\1"), false, {0}},
        {BYTES("\2\0\3\1\2\1"), false, {0}},
        {BYTES("\1\0Hi"), false, {0}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sms_header header = {0};
        assert_int_equal(sms_header_read(str_bytes(rows[i].bytes, rows[i].length), &header), rows[i].read);
        assert_int_equal(header.part.total, rows[i].part.total);
        assert_int_equal(header.part.number, rows[i].part.number);
        assert_int_equal(header.part.reference, rows[i].part.reference);
    }
}

static void a_packed_text_begins_behind_the_fill_bits(void **state)
{
    (void)state;
    struct sms_header header;
    char text[16];
    struct sms_out out = {text, sizeof text, 0, false};
    /* "hi" behind six bytes of header: one fill bit */
    struct str message = str_bytes("\5\0\3\1\2\1\xd0\x69", 8);
    assert_true(sms_header_read(message, &header));
    assert_int_equal(header.fill_bits, 1);
    sms_text_read(&out, str_part(message, header.length, 2), SMS_CHARSET_GSM7_PACKED, header.fill_bits);
    assert_true(str_is(str_bytes(text, out.length), "hi"));
}

static void receipts_are_read_from_tlvs_and_from_text(void **state)
{
    (void)state;
    static const struct {
        const char *text, *id;
        enum sms_state state;
        const char *error;
    } rows[] = {
        {"id:ab12 sub:001 dlvrd:001 submit date:2611230001 done date:2611230002 stat:DELIVRD err:000 text:hi",
         "ab12", SMS_STATE_DELIVERED, "000"},
        {"ID:7 STAT:undeliv ERR:12", "7", SMS_STATE_UNDELIVERABLE, "12"},
        {"id:9 stat:REJECTD text:stat:DELIVRD err:5", "9", SMS_STATE_REJECTED, ""},
        {"text:id:9 stat:DELIVRD", NULL, 0, NULL},
        {"id:9 stat:SOMETHING", NULL, 0, NULL},
        {"stat:DELIVRD", NULL, 0, NULL},
        {"", NULL, 0, NULL},
    };
    struct sms_receipt receipt;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct smpp_pdu pdu = {.short_message = str_from(rows[i].text)};
        assert_int_equal(sms_receipt_read(&pdu, &receipt), rows[i].id != NULL);
        if (rows[i].id == NULL)
            continue;
        assert_true(str_is(receipt.id, rows[i].id));
        assert_int_equal(receipt.state, rows[i].state);
        assert_true(str_is(receipt.error, rows[i].error));
    }
    struct smpp_pdu pdu = {.short_message = STR("id:123 stat:ENROUTE"),
                           .tlvs = str_bytes("\0\x1e\0\3"
                                             "7b\0"
                                             "\x04\x27\0\1\2",
                                             12)};
    assert_true(sms_receipt_read(&pdu, &receipt));
    assert_true(str_is(receipt.id, "7b"));
    assert_int_equal(receipt.state, SMS_STATE_DELIVERED);
}

static void a_part_is_known_by_header_or_sar(void **state)
{
    (void)state;
    struct str text;
    unsigned fill_bits;
    bool broken;
    struct smpp_pdu pdu = {.short_message = str_bytes("\5\0\3\1\2\1Hi", 8), .esm_class = SMPP_ESM_UDHI};
    assert_int_equal(sms_part_of(&pdu, &text, &fill_bits, &broken).total, 2);
    assert_true(str_is(text, "Hi"));
    pdu.esm_class = 0; /* nothing says that it is a header */
    assert_int_equal(sms_part_of(&pdu, &text, &fill_bits, &broken).total, 0);
    assert_int_equal(text.length, 8);
    pdu = (struct smpp_pdu){.short_message = STR("Hi"),
                            .tlvs = str_bytes("\x02\x0c\0\2\1\2\x02\x0e\0\1\3\x02\x0f\0\1\2", 16)};
    struct sms_part part = sms_part_of(&pdu, &text, &fill_bits, &broken);
    assert_int_equal(part.reference, 0x102);
    assert_int_equal(part.total, 3);
    assert_int_equal(part.number, 2);
    assert_false(broken);
    pdu = (struct smpp_pdu){.short_message = STR("Hi"), .esm_class = SMPP_ESM_UDHI};
    assert_int_equal(sms_part_of(&pdu, &text, &fill_bits, &broken).total, 0);
    assert_true(broken);
    assert_true(str_is(text, "Hi"));
}

static struct str repeated(char *memory, const char *piece, unsigned count)
{
    size_t length = strlen(piece);
    for (unsigned i = 0; i < count; i++)
        memcpy(memory + i * length, piece, length);
    return str_bytes(memory, count * length);
}

static void texts_are_cut_where_nothing_is_divided(void **state)
{
    (void)state;
    static const struct {
        const char *piece;
        unsigned count;
        bool long_reference, wide;
        unsigned parts;
        size_t first; /* bytes of the first part */
    } rows[] = {
        {"a", 160, false, false, 1, 160},
        {"a", 161, false, false, 2, 153},
        {"a", 161, true, false, 2, 152},
        {"€", 80, false, false, 1, 240},
        {"€", 81, false, false, 2, 228}, /* 76 pairs: the 77th would be cut by septet 153 */
        {"短", 70, false, true, 1, 210},
        {"短", 71, false, true, 2, 201},
        {"短", 71, true, true, 2, 198},
        {"😀", 35, false, true, 1, 140},
        {"😀", 36, false, true, 2, 132},              /* 33 pairs of 67 units */
        {"e\u0301", 36, false, true, 2, 99},         /* letter and accent stay together */
        {"👨\u200d👩\u200d👧", 9, false, true, 2, 144}, /* eight families of 8 units */
        {"🇺🇸", 18, false, true, 2, 128},             /* 16 flags of 4 units */
    };
    char memory[1024];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sms_split split;
        struct str text = repeated(memory, rows[i].piece, rows[i].count);
        assert_int_equal(sms_split(text, rows[i].long_reference, &split), ERR_NONE);
        assert_int_equal(split.wide, rows[i].wide);
        assert_int_equal(split.parts, rows[i].parts);
        assert_int_equal(split.starts[1], rows[i].first);
    }
}

static void parts_put_together_are_the_text(void **state)
{
    (void)state;
    static const char *const pieces[] = {"{[€]} hello ", "你的验证码 😀 ", "👨\u200d👩\u200d👧 é"};
    char memory[4096], joined[4096];
    for (size_t i = 0; i < 6; i++) {
        struct sms_split split;
        struct sms_out out = {joined, sizeof joined, 0, false};
        struct str text = repeated(memory, pieces[i / 2], 60);
        assert_int_equal(sms_split(text, i % 2 != 0, &split), ERR_NONE);
        assert_true(split.parts > 1);
        for (unsigned part = 1; part <= split.parts; part++) {
            uint8_t bytes[SMS_SPLIT_BYTES];
            struct sms_header header;
            size_t length = sms_split_part(&split, text, part, 0xabcd, bytes);
            assert_true(sms_header_read(str_bytes(bytes, length), &header));
            assert_int_equal(header.part.number, part);
            assert_int_equal(header.part.reference, i % 2 != 0 ? 0xabcd : 0xcd);
            sms_text_read(&out, str_bytes(bytes + header.length, length - header.length),
                          split.wide ? SMS_CHARSET_UTF16 : SMS_CHARSET_GSM7, 0);
        }
        assert_true(str_equal(str_bytes(joined, out.length), text));
    }
}

static void texts_that_nobody_can_send_are_refused(void **state)
{
    (void)state;
    static char memory[8192];
    struct sms_split split;
    assert_int_equal(sms_split(STR(""), false, &split), ERR_INVALID);
    assert_int_equal(sms_split(STR("\xff"), false, &split), ERR_INVALID);
    assert_int_equal(sms_split(repeated(memory, "a", 153 * SMS_SPLIT_PARTS), false, &split), ERR_NONE);
    assert_int_equal(split.parts, SMS_SPLIT_PARTS);
    assert_int_equal(sms_split(repeated(memory, "a", 153 * SMS_SPLIT_PARTS + 1), false, &split),
                     ERR_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_character_set_is_read),
        cmocka_unit_test(data_coding_says_the_character_set_and_the_class),
        cmocka_unit_test(memory_that_ends_cuts_no_character),
        cmocka_unit_test(headers_are_read_and_those_that_lie_are_not),
        cmocka_unit_test(a_packed_text_begins_behind_the_fill_bits),
        cmocka_unit_test(receipts_are_read_from_tlvs_and_from_text),
        cmocka_unit_test(a_part_is_known_by_header_or_sar),
        cmocka_unit_test(texts_are_cut_where_nothing_is_divided),
        cmocka_unit_test(parts_put_together_are_the_text),
        cmocka_unit_test(texts_that_nobody_can_send_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
