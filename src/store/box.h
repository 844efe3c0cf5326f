/* What every file of store does with the sealed column of its rows. */
#ifndef STORE_BOX_H
#define STORE_BOX_H

#include "base/pack.h"
#include "crypto/seal.h"
#include "sql/sql.h"

#include <stddef.h>

/* Where a box stands; version is 0 for rows that are written once. */
#define BOX_PLACE(table_, owner_, row_, version_)                                                            \
    (&(const struct seal_place){.table = (table_), .owner = (owner_), .row = (row_), .version = (version_)})

/* One field of a row's sealed part: its number in the box, and where in the row it stands. */
struct box_field {
    unsigned number;
    bool is_int;
    size_t offset;
};
#define BOX_TEXT(number_, type, member)                                                                      \
    {                                                                                                        \
        (number_), false, offsetof(type, member)                                                             \
    }
#define BOX_INT(number_, type, member)                                                                       \
    {                                                                                                        \
        (number_), true, offsetof(type, member)                                                              \
    }
#define BOX_END                                                                                              \
    {                                                                                                        \
        0, false, 0                                                                                          \
    }

/* Adds the fields of a row by their table, which ends with BOX_END. */
void box_pack(struct buf *fields, const struct box_field *table, const void *row);
/* Writes what a box holds into the row; what is not in it becomes empty or 0. */
void box_unpack(struct str fields, const struct box_field *table, void *row);

/* Seals the packed fields and frees the buffer; ERR_TOO_LARGE past LIMIT_BOX_BYTES. */
enum err box_close(struct arena *arena, const struct seal_key *key, const struct seal_place *place,
                   struct buf *fields, struct str *ret_box);
/* Opens a box and checks its fields; ERR_CORRUPT. An empty (NULL) column gives empty fields. */
enum err box_open(struct arena *arena, const struct seal_key *key, const struct seal_place *place,
                  struct str box, struct str *ret_fields);
/* ERR_CHANGED unless exactly one row was changed. */
enum err box_expect_one(int64_t changes);
/* The first column of the first row (0 where there is none), and the end of the walk. */
enum err box_one_int(struct sql_rows *rows, int64_t *ret_value);

#endif
