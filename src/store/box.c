#include "store/box.h"

#include "base/limits.h"

#include <string.h>

void box_pack(struct buf *fields, const struct box_field *table, const void *row)
{
    for (; table->number != 0; table++) {
        const char *at = (const char *)row + table->offset;
        int64_t number;
        struct str text;
        if (table->is_int) {
            memcpy(&number, at, sizeof number);
            pack_add_int(fields, table->number, number);
        } else {
            memcpy(&text, at, sizeof text);
            pack_add(fields, table->number, text);
        }
    }
}

void box_unpack(struct str fields, const struct box_field *table, void *row)
{
    for (; table->number != 0; table++) {
        char *at = (char *)row + table->offset;
        int64_t number = table->is_int ? pack_get_int(fields, table->number) : 0;
        struct str text = table->is_int ? STR_NONE : pack_get(fields, table->number);
        if (table->is_int)
            memcpy(at, &number, sizeof number);
        else
            memcpy(at, &text, sizeof text);
    }
}

enum err box_close(struct arena *arena, const struct seal_key *key, const struct seal_place *place,
                   struct buf *fields, struct str *ret_box)
{
    bool failed = fields->failed || fields->length > LIMIT_BOX_BYTES;
    if (!failed)
        *ret_box = seal_box(arena, key, place, buf_str(fields));
    if (fields->data != NULL)
        explicit_bzero(fields->data, fields->capacity);
    buf_free(fields);
    return failed ? ERR_TOO_LARGE : ERR_NONE;
}

enum err box_open(struct arena *arena, const struct seal_key *key, const struct seal_place *place,
                  struct str box, struct str *ret_fields)
{
    struct str fields = STR_NONE;
    if (box.length != 0) {
        TRY(seal_open(arena, key, place, box, &fields));
        TRY(pack_check(fields));
    }
    *ret_fields = fields;
    return ERR_NONE;
}

enum err box_expect_one(int64_t changes)
{
    return changes == 1 ? ERR_NONE : ERR_CHANGED;
}

enum err box_one_int(struct sql_rows *rows, int64_t *ret_value)
{
    int64_t value = sql_next(rows) ? sql_int(rows, 0) : 0;
    TRY(sql_end(rows));
    *ret_value = value;
    return ERR_NONE;
}
