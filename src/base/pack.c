#include "base/pack.h"

#include <string.h>

enum { PACK_HEAD = 5 };

void pack_add(struct buf *box, unsigned field, struct str value)
{
    if (value.length == 0)
        return;
    if (field == 0 || field > 255 || value.length > UINT32_MAX) {
        box->failed = true;
        return;
    }
    unsigned char head[PACK_HEAD] = {(unsigned char)field};
    for (unsigned i = 0; i < 4; i++)
        head[1 + i] = (unsigned char)(value.length >> (8 * i) & 255);
    buf_add_bytes(box, head, sizeof head);
    buf_add(box, value);
}

void pack_add_int(struct buf *box, unsigned field, int64_t value)
{
    unsigned char bytes[8];
    if (value == 0)
        return;
    for (unsigned i = 0; i < 8; i++)
        bytes[i] = (unsigned char)((uint64_t)value >> (8 * i) & 255);
    pack_add(box, field, str_bytes(bytes, sizeof bytes));
}

bool pack_next(struct str box, size_t *cursor, unsigned *ret_field, struct str *ret_value)
{
    if (*cursor > box.length || box.length - *cursor < PACK_HEAD)
        return false;
    const unsigned char *head = (const unsigned char *)box.data + *cursor;
    size_t length = 0;
    for (unsigned i = 0; i < 4; i++)
        length |= (size_t)head[1 + i] << (8 * i);
    if (length > box.length - *cursor - PACK_HEAD)
        return false;
    *ret_field = head[0];
    *ret_value = str_part(box, *cursor + PACK_HEAD, length);
    *cursor += PACK_HEAD + length;
    return true;
}

struct str pack_get(struct str box, unsigned field)
{
    size_t cursor = 0;
    unsigned found;
    struct str value;
    while (pack_next(box, &cursor, &found, &value))
        if (found == field)
            return value;
    return STR_NONE;
}

int64_t pack_get_int(struct str box, unsigned field)
{
    struct str value = pack_get(box, field);
    uint64_t number = 0;
    if (value.length != 8)
        return 0;
    for (unsigned i = 0; i < 8; i++)
        number |= (uint64_t)(unsigned char)value.data[i] << (8 * i);
    return (int64_t)number;
}

enum err pack_check(struct str box)
{
    size_t cursor = 0;
    unsigned field;
    struct str value;
    while (pack_next(box, &cursor, &field, &value))
        ;
    return cursor == box.length ? ERR_NONE : ERR_CORRUPT;
}
