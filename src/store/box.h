/* What every file of store does with the sealed column of its rows. */
#ifndef STORE_BOX_H
#define STORE_BOX_H

#include "base/pack.h"
#include "crypto/seal.h"
#include "sql/sql.h"

/* Where a box stands; version is 0 for rows that are written once. */
#define BOX_PLACE(table_, owner_, row_, version_)                                                            \
    (&(const struct seal_place){.table = (table_), .owner = (owner_), .row = (row_), .version = (version_)})

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
