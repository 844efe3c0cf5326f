#include "edge/mail/encode.h"

#include "base/clock.h"

#include <string.h>

enum {
    LINE_CHARACTERS = 76,
    /* A line of 76 less "Subject: ", "=?UTF-8?B?" and "?=" leaves 55 of base64: 13 groups of 3 bytes. */
    WORD_BYTES = 39,
    HEADER_PLAIN_BYTES = 60,
};

static void add_base64(const unsigned char *bytes, size_t length, struct buf *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t at = 0; at < length; at += 3) {
        size_t left = length - at;
        unsigned group = (unsigned)bytes[at] << 16;
        group |= left > 1 ? (unsigned)bytes[at + 1] << 8 : 0;
        group |= left > 2 ? (unsigned)bytes[at + 2] : 0;
        buf_add_char(out, digits[group >> 18]);
        buf_add_char(out, digits[group >> 12 & 63]);
        buf_add_char(out, left > 1 ? digits[group >> 6 & 63] : '=');
        buf_add_char(out, left > 2 ? digits[group & 63] : '=');
    }
}

void mail_encode_base64(struct str bytes, struct buf *out)
{
    enum { LINE_BYTES = LINE_CHARACTERS / 4 * 3 };
    for (size_t at = 0; at < bytes.length; at += LINE_BYTES) {
        struct str line = str_part(bytes, at, LINE_BYTES);
        add_base64((const unsigned char *)line.data, line.length, out);
        buf_add_c(out, "\r\n");
    }
}

void mail_encode_lines(struct str text, struct buf *out)
{
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        bool pair = c == '\r' && i + 1 < text.length && text.data[i + 1] == '\n';
        if (pair)
            i++;
        if (c == '\r' || c == '\n')
            buf_add_c(out, "\r\n");
        else if ((unsigned char)c >= 0x20 || c == '\t')
            buf_add_char(out, c);
    }
    if (!str_ends(buf_str(out), STR("\r\n")))
        buf_add_c(out, "\r\n");
}

/* Where a line ends or a break comes, a space or tab may not stand in clear: servers cut it off. */
static bool quoted_needs_escape(struct str text, size_t at)
{
    unsigned char c = (unsigned char)text.data[at];
    bool ends = at + 1 == text.length || text.data[at + 1] == '\r' || text.data[at + 1] == '\n';
    return c == '=' || (c < 0x20 && c != '\t') || c > 0x7e || (ends && (c == ' ' || c == '\t'));
}

void mail_encode_quoted(struct str text, struct buf *out)
{
    size_t column = 0;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (c == '\r' || c == '\n') {
            i += c == '\r' && i + 1 < text.length && text.data[i + 1] == '\n';
            buf_add_c(out, "\r\n");
            column = 0;
            continue;
        }
        bool escape = quoted_needs_escape(text, i);
        size_t width = escape ? 3 : 1;
        if (column + width >= LINE_CHARACTERS) {
            buf_add_c(out, "=\r\n");
            column = 0;
        }
        if (escape)
            buf_printf(out, "=%02X", (unsigned char)c);
        else
            buf_add_char(out, c);
        column += width;
    }
    if (column != 0)
        buf_add_c(out, "\r\n");
}

/* Bytes up to WORD_BYTES that end with a whole character. */
static size_t word_length(struct str text)
{
    size_t length = text.length < WORD_BYTES ? text.length : WORD_BYTES;
    while (length < text.length && length != 0 && ((unsigned char)text.data[length] & 0xc0) == 0x80)
        length--;
    return length;
}

static bool is_plain_header(struct str text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] < 0x20 || text.data[i] == 0x7f)
            return false;
    return text.length <= HEADER_PLAIN_BYTES && str_find(text, STR("=?"), 0) == SIZE_MAX &&
           text.length == str_trim(text).length;
}

void mail_encode_words(struct str text, struct buf *out)
{
    if (is_plain_header(text))
        buf_add(out, text);
    else
        mail_encode_words_always(text, out);
}

void mail_encode_words_always(struct str text, struct buf *out)
{
    for (size_t at = 0; at < text.length;) {
        unsigned char word[WORD_BYTES];
        size_t length = word_length(str_part(text, at, text.length));
        for (size_t i = 0; i < length; i++) {
            unsigned char c = (unsigned char)text.data[at + i];
            word[i] = c < 0x20 || c == 0x7f ? ' ' : c;
        }
        buf_add_c(out, at == 0 ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?");
        add_base64(word, length, out);
        buf_add_c(out, "?=");
        at += length;
    }
}

void mail_encode_date(int64_t micros, struct buf *out)
{
    static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct clock_date date = clock_date_of(micros, 0);
    buf_printf(out, "%.3s, %02d %.3s %04d %02d:%02d:%02d +0000", days + 3 * date.weekday, date.day,
               months + 3 * (date.month - 1), date.year, date.hour, date.minute, date.second);
}
