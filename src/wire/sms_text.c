#include "wire/sms_text.h"

#include <string.h>

#define REPLACEMENT UINT32_C(0xfffd)
enum { ESCAPE = 0x1b };

/* TS 23.038, section 6.2.1. Position 0x1b is the escape. */
static const uint16_t alphabet[128] = {
    '@',   0xa3, '$',   0xa5,  0xe8,  0xe9,  0xf9,  0xec,  0xf2,  0xc7,  '\n',
    0xd8,  0xf8, '\r',  0xc5,  0xe5, /* 0x00 */
    0x394, '_',  0x3a6, 0x393, 0x39b, 0x3a9, 0x3a0, 0x3a8, 0x3a3, 0x398, 0x39e,
    0,     0xc6, 0xe6,  0xdf,  0xc9,  ' ',   '!',   '"',   '#',   0xa4,  '%',
    '&',   '\'', '(',   ')',   '*',   '+',   ',',   '-',   '.',   '/', /* 0x20 */
    '0',   '1',  '2',   '3',   '4',   '5',   '6',   '7',   '8',   '9',   ':',
    ';',   '<',  '=',   '>',   '?', /* 0x30 */
    0xa1,  'A',  'B',   'C',   'D',   'E',   'F',   'G',   'H',   'I',   'J',
    'K',   'L',  'M',   'N',   'O', /* 0x40 */
    'P',   'Q',  'R',   'S',   'T',   'U',   'V',   'W',   'X',   'Y',   'Z',
    0xc4,  0xd6, 0xd1,  0xdc,  0xa7,  0xbf,  'a',   'b',   'c',   'd',   'e',
    'f',   'g',  'h',   'i',   'j',   'k',   'l',   'm',   'n',   'o', /* 0x60 */
    'p',   'q',  'r',   's',   't',   'u',   'v',   'w',   'x',   'y',   'z',
    0xe4,  0xf6, 0xf1,  0xfc,  0xe0,
};

/* TS 23.038, section 6.2.1.1. */
static const struct {
    uint8_t septet;
    uint16_t code_point;
} extension[] = {
    {0x0a, '\f'}, {0x14, '^'}, {0x28, '{'}, {0x29, '}'}, {0x2f, '\\'},
    {0x3c, '['},  {0x3d, '~'}, {0x3e, ']'}, {0x40, '|'}, {0x65, 0x20ac},
};

static struct sms_coding coding(enum sms_charset charset, int message_class)
{
    return (struct sms_coding){charset, message_class == 0, message_class};
}

/* Sets of SMPP's own values 0 to 15. */
static enum sms_charset smpp_charset(uint8_t data_coding, enum sms_charset plain)
{
    switch (data_coding) {
    case 0:
        return plain;
    case 1:
        return SMS_CHARSET_ASCII;
    case 3:
        return SMS_CHARSET_LATIN1;
    case 6:
        return SMS_CHARSET_CYRILLIC;
    case 7:
        return SMS_CHARSET_HEBREW;
    case 8:
        return SMS_CHARSET_UTF16;
    default:
        return SMS_CHARSET_BINARY;
    }
}

/* The alphabet bits of TS 23.038's general group. */
static enum sms_charset general_charset(uint8_t data_coding)
{
    switch (data_coding >> 2 & 3) {
    case 0:
        return SMS_CHARSET_GSM7;
    case 2:
        return SMS_CHARSET_UTF16;
    default:
        return SMS_CHARSET_BINARY;
    }
}

/* SMPP gives the groups from 0xc0 on to GSM; carriers pass the general group on as well, and its first
 * sixteen values with a class (0x10 to 0x1f) mean the same everywhere. Bit 5 is compression, which nobody
 * uses. */
struct sms_coding sms_coding_read(uint8_t data_coding, enum sms_charset plain)
{
    if (data_coding < 0x10)
        return coding(smpp_charset(data_coding, plain), -1);
    if (data_coding < 0x20)
        return coding(general_charset(data_coding), data_coding & 3);
    if (data_coding >= 0xf0)
        return coding((data_coding & 4) != 0 ? SMS_CHARSET_BINARY : SMS_CHARSET_GSM7, data_coding & 3);
    if (data_coding >= 0xe0)
        return coding(SMS_CHARSET_UTF16, -1); /* message waiting, section 4 of TS 23.038 */
    if (data_coding >= 0xc0)
        return coding(SMS_CHARSET_GSM7, -1);
    return coding(SMS_CHARSET_BINARY, -1);
}

static void add(struct sms_out *out, const char *bytes, size_t length)
{
    if (out->full || out->capacity - out->length < length) {
        out->full = true;
        return;
    }
    memcpy(out->data + out->length, bytes, length);
    out->length += length;
}

static void add_code_point(struct sms_out *out, uint32_t c)
{
    char utf8[4];
    if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        c = REPLACEMENT;
    if (c < 0x80) {
        utf8[0] = (char)c;
        add(out, utf8, 1);
    } else if (c < 0x800) {
        utf8[0] = (char)(0xc0 | c >> 6);
        utf8[1] = (char)(0x80 | (c & 0x3f));
        add(out, utf8, 2);
    } else if (c < 0x10000) {
        utf8[0] = (char)(0xe0 | c >> 12);
        utf8[1] = (char)(0x80 | (c >> 6 & 0x3f));
        utf8[2] = (char)(0x80 | (c & 0x3f));
        add(out, utf8, 3);
    } else {
        utf8[0] = (char)(0xf0 | c >> 18);
        utf8[1] = (char)(0x80 | (c >> 12 & 0x3f));
        utf8[2] = (char)(0x80 | (c >> 6 & 0x3f));
        utf8[3] = (char)(0x80 | (c & 0x3f));
        add(out, utf8, 4);
    }
}

/* A septet that the extension table lacks is shown as the default alphabet has it (section 6.2.1.1). */
static uint32_t extended(unsigned septet)
{
    for (size_t i = 0; i < sizeof extension / sizeof *extension; i++)
        if (extension[i].septet == septet)
            return extension[i].code_point;
    return septet < 128 && septet != ESCAPE ? alphabet[septet] : REPLACEMENT;
}

struct septets {
    struct sms_out *out;
    bool escaped;
};

static void add_septet(struct septets *septets, unsigned septet)
{
    if (septets->escaped) {
        septets->escaped = false;
        add_code_point(septets->out, extended(septet));
    } else if (septet == ESCAPE) {
        septets->escaped = true;
    } else {
        add_code_point(septets->out, septet < 128 ? alphabet[septet] : REPLACEMENT);
    }
}

static void read_unpacked(struct sms_out *out, struct str bytes)
{
    struct septets septets = {out, false};
    for (size_t i = 0; i < bytes.length; i++)
        add_septet(&septets, (uint8_t)bytes.data[i]);
    if (septets.escaped)
        add_code_point(out, REPLACEMENT);
}

static void read_packed(struct sms_out *out, struct str bytes, unsigned fill_bits)
{
    struct septets septets = {out, false};
    size_t bits = bytes.length * 8;
    for (size_t at = fill_bits; at + 7 <= bits; at += 7) {
        unsigned two = (uint8_t)bytes.data[at / 8];
        if (at / 8 + 1 < bytes.length)
            two |= (unsigned)(uint8_t)bytes.data[at / 8 + 1] << 8;
        unsigned septet = two >> at % 8 & 0x7f;
        bool last = at + 7 == bits;
        if (last && (septet == '\r' || septet == 0) && at != fill_bits)
            break; /* seven spare bits: CR, or zeros of those who do not follow the section */
        add_septet(&septets, septet);
    }
    if (septets.escaped)
        add_code_point(out, REPLACEMENT);
}

static void read_utf16(struct sms_out *out, struct str bytes)
{
    for (size_t i = 0; i + 1 < bytes.length; i += 2) {
        uint32_t unit = (uint32_t)(uint8_t)bytes.data[i] << 8 | (uint8_t)bytes.data[i + 1];
        if (unit >= 0xd800 && unit < 0xdc00 && i + 3 < bytes.length) {
            uint32_t low = (uint32_t)(uint8_t)bytes.data[i + 2] << 8 | (uint8_t)bytes.data[i + 3];
            if (low >= 0xdc00 && low < 0xe000) {
                unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                i += 2;
            }
        }
        if (!(i == 0 && unit == 0xfeff)) /* a byte order mark is no text */
            add_code_point(out, unit);
    }
    if (bytes.length % 2 != 0)
        add_code_point(out, REPLACEMENT);
}

static uint32_t cyrillic(uint8_t byte)
{
    if (byte <= 0xa0 || byte == 0xad)
        return byte;
    if (byte == 0xf0)
        return 0x2116;
    return byte == 0xfd ? 0xa7 : byte + UINT32_C(0x360);
}

static uint32_t hebrew(uint8_t byte)
{
    if (byte < 0xa0)
        return byte;
    if (byte == 0xaa)
        return 0xd7;
    if (byte == 0xba)
        return 0xf7;
    if (byte == 0xdf)
        return 0x2017;
    if (byte >= 0xe0 && byte <= 0xfa)
        return byte + (UINT32_C(0x5d0) - 0xe0);
    if (byte == 0xfd || byte == 0xfe)
        return byte == 0xfd ? 0x200e : 0x200f;
    return byte <= 0xbe && byte != 0xa1 ? byte : REPLACEMENT;
}

static uint32_t of_byte(uint8_t byte, enum sms_charset charset)
{
    if (charset == SMS_CHARSET_CYRILLIC)
        return cyrillic(byte);
    if (charset == SMS_CHARSET_HEBREW)
        return hebrew(byte);
    return charset == SMS_CHARSET_LATIN1 || byte < 0x80 ? byte : REPLACEMENT;
}

static void read_binary(struct sms_out *out, struct str bytes)
{
    static const char digits[] = "0123456789ABCDEF";
    add(out, "[8 bit]", 7);
    for (size_t i = 0; i < bytes.length; i++) {
        uint8_t byte = (uint8_t)bytes.data[i];
        char shown[] = {' ', digits[byte >> 4], digits[byte & 15]};
        add(out, shown, sizeof shown);
    }
}

void sms_text_read(struct sms_out *out, struct str bytes, enum sms_charset charset, unsigned fill_bits)
{
    switch (charset) {
    case SMS_CHARSET_GSM7:
        read_unpacked(out, bytes);
        break;
    case SMS_CHARSET_GSM7_PACKED:
        read_packed(out, bytes, fill_bits % 7);
        break;
    case SMS_CHARSET_UTF16:
        read_utf16(out, bytes);
        break;
    case SMS_CHARSET_BINARY:
        read_binary(out, bytes);
        break;
    case SMS_CHARSET_ASCII:
    case SMS_CHARSET_LATIN1:
    case SMS_CHARSET_CYRILLIC:
    case SMS_CHARSET_HEBREW:
        for (size_t i = 0; i < bytes.length; i++)
            add_code_point(out, of_byte((uint8_t)bytes.data[i], charset));
        break;
    }
}

void sms_text_add(struct sms_out *out, struct str utf8)
{
    uint32_t code_point;
    for (size_t cursor = 0; sms_text_next(utf8, &cursor, &code_point);)
        add_code_point(out, code_point);
}

bool sms_text_next(struct str utf8, size_t *cursor, uint32_t *ret_code_point)
{
    if (*cursor >= utf8.length)
        return false;
    const uint8_t *at = (const uint8_t *)utf8.data + *cursor;
    size_t length = at[0] < 0x80 ? 1 : at[0] >> 5 == 6 ? 2 : at[0] >> 4 == 14 ? 3 : at[0] >> 3 == 30 ? 4 : 0;
    if (length == 0 || length > utf8.length - *cursor || !str_is_utf8(str_bytes(at, length))) {
        *cursor += 1;
        *ret_code_point = REPLACEMENT;
        return true;
    }
    uint32_t c = length == 1 ? at[0] : at[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++)
        c = c << 6 | (at[i] & 0x3fu);
    *cursor += length;
    *ret_code_point = c;
    return true;
}

size_t sms_text_septets(uint32_t code_point, uint8_t ret_septets[2])
{
    for (unsigned i = 0; i < 128; i++) {
        if (i == ESCAPE || alphabet[i] != code_point)
            continue;
        ret_septets[0] = (uint8_t)i;
        return 1;
    }
    for (size_t i = 0; i < sizeof extension / sizeof *extension; i++) {
        if (extension[i].code_point != code_point)
            continue;
        ret_septets[0] = ESCAPE;
        ret_septets[1] = extension[i].septet;
        return 2;
    }
    return 0;
}
