#include "wire/sms_split.h"

#include "wire/sms_text.h"

#include <string.h>

struct range {
    uint32_t first, last;
};

/* Code points that belong to the character before them: the combining blocks and the joiners, selectors,
 * skin tones and tags of emoji (Unicode Standard Annex 29, its rule GB9, in the ranges that texts have). */
static const struct range joins_before[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489},   {0x0591, 0x05bd},   {0x0610, 0x061a},   {0x064b, 0x065f},
    {0x0900, 0x0903}, {0x093a, 0x094f},   {0x0e31, 0x0e31},   {0x0e34, 0x0e3a},   {0x0e47, 0x0e4e},
    {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},   {0x200d, 0x200d},   {0x20d0, 0x20ff},   {0xfe00, 0xfe0f},
    {0xfe20, 0xfe2f}, {0x1f3fb, 0x1f3ff}, {0xe0020, 0xe007f}, {0xe0100, 0xe01ef},
};

static bool is_joined(uint32_t c)
{
    for (size_t i = 0; i < sizeof joins_before / sizeof *joins_before; i++)
        if (c >= joins_before[i].first && c <= joins_before[i].last)
            return true;
    return false;
}

static bool is_flag(uint32_t c)
{
    return c >= 0x1f1e6 && c <= 0x1f1ff;
}

static size_t units_of(uint32_t c, bool wide)
{
    uint8_t septets[2];
    if (wide)
        return c >= 0x10000 ? 2 : 1;
    return sms_text_septets(c, septets);
}

/* What a reader takes for one character, from *cursor on: its units; 0 at the end. */
static size_t take_character(struct str text, size_t *cursor, bool wide)
{
    uint32_t c, next;
    if (!sms_text_next(text, cursor, &c))
        return 0;
    size_t units = units_of(c, wide), ahead = *cursor;
    bool joiner = false, flag = is_flag(c);
    bool cr = c == '\r';
    while (sms_text_next(text, &ahead, &next)) {
        if (!is_joined(next) && !joiner && !(flag && is_flag(next)) && !(cr && next == '\n'))
            break;
        joiner = next == 0x200d;
        flag = cr = false;
        units += units_of(next, wide);
        *cursor = ahead;
    }
    return units;
}

static bool cut(struct sms_split *split, struct str text, size_t room)
{
    size_t used = 0, cursor = 0, before = 0;
    split->parts = 1;
    split->starts[0] = 0;
    for (size_t units; (units = take_character(text, &cursor, split->wide)) != 0; before = cursor) {
        if (units > room) { /* longer than a part: cut it between code points */
            uint32_t c;
            cursor = before;
            sms_text_next(text, &cursor, &c);
            units = units_of(c, split->wide);
        }
        if (used + units > room) {
            if (split->parts == SMS_SPLIT_PARTS)
                return false;
            split->starts[split->parts++] = before;
            used = 0;
        }
        used += units;
    }
    split->starts[split->parts] = text.length;
    return true;
}

enum err sms_split(struct str utf8, bool long_reference, struct sms_split *ret_split)
{
    struct sms_split split = {.long_reference = long_reference};
    uint32_t c;
    if (utf8.length == 0 || !str_is_utf8(utf8))
        return ERR_INVALID;
    for (size_t cursor = 0; sms_text_next(utf8, &cursor, &c);)
        split.wide = split.wide || units_of(c, false) == 0;
    for (size_t cursor = 0; sms_text_next(utf8, &cursor, &c);)
        split.units += units_of(c, split.wide);
    size_t alone = split.wide ? 70 : 160;
    size_t room = (split.wide ? 67u : 153u) - long_reference;
    if (split.units > room * SMS_SPLIT_PARTS || !cut(&split, utf8, split.units <= alone ? alone : room))
        return ERR_TOO_LARGE;
    *ret_split = split;
    return ERR_NONE;
}

static size_t put_header(const struct sms_split *split, unsigned number, uint16_t reference, uint8_t *bytes)
{
    uint8_t total = (uint8_t)split->parts, part = (uint8_t)number;
    if (split->parts == 1)
        return 0;
    const uint8_t narrow[] = {5, 0, 3, (uint8_t)reference, total, part};
    const uint8_t wide[] = {6, 8, 4, (uint8_t)(reference >> 8), (uint8_t)reference, total, part};
    if (split->long_reference)
        memcpy(bytes, wide, sizeof wide);
    else
        memcpy(bytes, narrow, sizeof narrow);
    return split->long_reference ? sizeof wide : sizeof narrow;
}

static size_t put_unit(uint8_t *bytes, uint32_t unit)
{
    bytes[0] = (uint8_t)(unit >> 8);
    bytes[1] = (uint8_t)unit;
    return 2;
}

size_t sms_split_part(const struct sms_split *split, struct str utf8, unsigned number, uint16_t reference,
                      uint8_t ret_bytes[SMS_SPLIT_BYTES])
{
    struct str text = str_part(utf8, 0, split->starts[number]);
    size_t length = put_header(split, number, reference, ret_bytes);
    uint32_t c;
    for (size_t cursor = split->starts[number - 1]; sms_text_next(text, &cursor, &c);) {
        if (!split->wide) {
            uint8_t septets[2];
            size_t count = sms_text_septets(c, septets);
            memcpy(ret_bytes + length, septets, count);
            length += count;
        } else if (c >= 0x10000) {
            length += put_unit(ret_bytes + length, 0xd800 + ((c - 0x10000) >> 10));
            length += put_unit(ret_bytes + length, 0xdc00 + ((c - 0x10000) & 0x3ff));
        } else {
            length += put_unit(ret_bytes + length, c);
        }
    }
    return length;
}
