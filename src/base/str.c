#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct str str_from(const char *text)
{
    return (struct str){text, text != NULL ? strlen(text) : 0};
}

struct str str_bytes(const void *data, size_t length)
{
    return (struct str){data, length};
}

bool str_equal(struct str a, struct str b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

static char ascii_lower(char character)
{
    return character >= 'A' && character <= 'Z' ? (char)(character - 'A' + 'a') : character;
}

bool str_equal_nocase(struct str a, struct str b)
{
    if (a.length != b.length)
        return false;
    for (size_t i = 0; i < a.length; i++)
        if (ascii_lower(a.data[i]) != ascii_lower(b.data[i]))
            return false;
    return true;
}

bool str_is(struct str a, const char *b)
{
    return str_equal(a, str_from(b));
}

bool str_starts(struct str text, struct str prefix)
{
    return text.length >= prefix.length && str_equal(str_part(text, 0, prefix.length), prefix);
}

bool str_ends(struct str text, struct str suffix)
{
    return text.length >= suffix.length &&
           str_equal(str_part(text, text.length - suffix.length, suffix.length), suffix);
}

size_t str_find(struct str text, struct str needle, size_t from)
{
    if (from > text.length || needle.length > text.length - from)
        return SIZE_MAX;
    if (needle.length == 0)
        return from;
    const char *found = memmem(text.data + from, text.length - from, needle.data, needle.length);
    return found != NULL ? (size_t)(found - text.data) : SIZE_MAX;
}

struct str str_part(struct str text, size_t from, size_t length)
{
    if (from > text.length)
        from = text.length;
    if (length > text.length - from)
        length = text.length - from;
    return (struct str){text.data != NULL ? text.data + from : NULL, length};
}

static bool ascii_space(char character)
{
    return character == ' ' || (character >= '\t' && character <= '\r');
}

struct str str_trim(struct str text)
{
    while (text.length != 0 && ascii_space(text.data[0]))
        text = str_part(text, 1, text.length);
    while (text.length != 0 && ascii_space(text.data[text.length - 1]))
        text.length--;
    return text;
}

bool str_split(struct str *rest, char separator, struct str *ret_piece)
{
    if (rest->data == NULL)
        return false;
    const char *found = rest->length != 0 ? memchr(rest->data, separator, rest->length) : NULL;
    if (found == NULL) {
        *ret_piece = *rest;
        *rest = STR_NONE;
        return true;
    }
    size_t length = (size_t)(found - rest->data);
    *ret_piece = str_part(*rest, 0, length);
    *rest = str_part(*rest, length + 1, rest->length);
    return true;
}

bool str_to_int64(struct str text, int64_t *ret_value)
{
    bool negative = text.length != 0 && text.data[0] == '-';
    size_t at = text.length != 0 && (text.data[0] == '-' || text.data[0] == '+') ? 1 : 0;
    if (at == text.length || text.length - at > 19)
        return false;
    int64_t value = 0;
    for (; at < text.length; at++) {
        if (text.data[at] < '0' || text.data[at] > '9')
            return false;
        int digit = text.data[at] - '0';
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, negative ? -digit : digit, &value))
            return false;
    }
    *ret_value = value;
    return true;
}

/* Length of the well-formed sequence at the start, or 0 (RFC 3629, section 4). */
static size_t utf8_sequence(const unsigned char *bytes, size_t length)
{
    static const struct {
        unsigned char low, high, second_low, second_high, length;
    } rows[] = {
        {0x01, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (bytes[0] < rows[i].low || bytes[0] > rows[i].high)
            continue;
        if (rows[i].length > length)
            return 0;
        if (rows[i].length > 1 && (bytes[1] < rows[i].second_low || bytes[1] > rows[i].second_high))
            return 0;
        for (size_t at = 2; at < rows[i].length; at++)
            if ((bytes[at] & 0xc0) != 0x80)
                return 0;
        return rows[i].length;
    }
    return 0;
}

bool str_is_utf8(struct str text)
{
    for (size_t at = 0; at < text.length;) {
        if ((signed char)text.data[at] > 0) { /* most texts are ASCII */
            at++;
            continue;
        }
        size_t step = utf8_sequence((const unsigned char *)text.data + at, text.length - at);
        if (step == 0)
            return false;
        at += step;
    }
    return true;
}

size_t str_edits(struct str from, struct str to)
{
    size_t row[STR_EDITS + 1]; /* one row of the table at a time */
    from = str_part(from, 0, STR_EDITS);
    to = str_part(to, 0, STR_EDITS);
    for (size_t j = 0; j <= to.length; j++)
        row[j] = j;
    for (size_t i = 0; i < from.length; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < to.length; j++) {
            size_t replaced = diagonal + (from.data[i] != to.data[j]);
            diagonal = row[j + 1];
            size_t other = (row[j] < row[j + 1] ? row[j] : row[j + 1]) + 1;
            row[j + 1] = replaced < other ? replaced : other;
        }
    }
    return row[to.length];
}

bool str_equal_secret(struct str a, struct str b)
{
    if (a.length != b.length)
        return false;
    volatile unsigned char difference = 0;
    for (size_t i = 0; i < a.length; i++)
        difference = (unsigned char)(difference | (a.data[i] ^ b.data[i]));
    return difference == 0;
}

struct buf buf_new(size_t limit)
{
    return (struct buf){.limit = limit != 0 ? limit : (size_t)64 * 1024 * 1024};
}

void buf_free(struct buf *buffer)
{
    free(buffer->data);
    *buffer = buf_new(buffer->limit);
}

static bool buf_reserve(struct buf *buffer, size_t more)
{
    if (buffer->failed || more > buffer->limit - buffer->length) {
        buffer->failed = true;
        return false;
    }
    size_t needed = buffer->length + more;
    if (needed <= buffer->capacity)
        return true;
    size_t capacity = buffer->capacity != 0 ? buffer->capacity : 256;
    while (capacity < needed)
        capacity *= 2;
    char *data = realloc(buffer->data, capacity);
    if (data == NULL) {
        buffer->failed = true;
        return false;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

void buf_add_bytes(struct buf *buffer, const void *data, size_t length)
{
    if (length == 0 || !buf_reserve(buffer, length))
        return;
    memcpy(buffer->data + buffer->length, data, length);
    buffer->length += length;
}

void buf_add(struct buf *buffer, struct str text)
{
    buf_add_bytes(buffer, text.data, text.length);
}

void buf_add_c(struct buf *buffer, const char *text)
{
    buf_add(buffer, str_from(text));
}

void buf_add_char(struct buf *buffer, char character)
{
    buf_add_bytes(buffer, &character, 1);
}

void buf_printf(struct buf *buffer, const char *format, ...)
{
    va_list arguments;
    size_t room = buffer->capacity - buffer->length;
    va_start(arguments, format);
    int length = vsnprintf(room != 0 ? buffer->data + buffer->length : NULL, room, format, arguments);
    va_end(arguments);
    if (length < 0 || !buf_reserve(buffer, (size_t)length + 1))
        return;
    if ((size_t)length >= room) {
        va_start(arguments, format);
        vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format, arguments);
        va_end(arguments);
    }
    buffer->length += (size_t)length;
}

void buf_add_int(struct buf *buffer, int64_t number, unsigned width)
{
    char digits[STR_INT_BYTES];
    size_t at = sizeof digits;
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
    if (width > STR_INT_BYTES - 1)
        width = STR_INT_BYTES - 1;
    for (; rest != 0 || sizeof digits - at < width || at == sizeof digits; rest /= 10)
        digits[--at] = (char)('0' + rest % 10);
    if (number < 0)
        digits[--at] = '-';
    buf_add_bytes(buffer, digits + at, sizeof digits - at);
}

struct str buf_str(const struct buf *buffer)
{
    return (struct str){buffer->data, buffer->length};
}
