/* Everything of one store into another, engine to engine, by the tables of the schema. */
#ifndef STORE_MOVE_H
#define STORE_MOVE_H

#include "sql/sql.h"

#include "base/str.h"

enum move_phase { MOVE_COPIES, MOVE_VERIFIES };

/* Called after each batch: rows done of the table, and all that it has in the source. */
typedef void move_progress_fn(void *context, enum move_phase phase, const char *table, int64_t done,
                              int64_t all);

struct move {
    struct sql_store *from, *to; /* opened with move_statements; nobody else may have them open */
    move_progress_fn *progress;  /* NULL allowed */
    void *context;
    int64_t ret_rows, ret_new; /* in the source; of these copied by this run */
    struct buf ret_why;        /* one line where it fails: which table, which row; the caller frees it */
};

/* Copies what the target lacks, in batches in key order, and compares all rows of both. May be killed at any
 * time and run again: it goes on where it was. The target carries a mark from the first row until all were
 * compared (setting "move"): nobody may serve it before. ERR_EXISTS: the target holds something that is no
 * part of this move; ERR_CORRUPT: a row differs. */
enum err store_move(struct move *move);

#endif
