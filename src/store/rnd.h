/* Rows of rnd_row and rnd_month: disconnects for the Reassigned Numbers Database. */
#ifndef STORE_RND_H
#define STORE_RND_H

#include "sql/sql.h"

struct store_rnd_row {
    struct str month; /* "2026-11": of the file that the row belongs to */
    struct str e164;
    int64_t disconnected_at, submitted_at;
};

/* Puts a disconnect into a month's file; does nothing where it stands there (safe to run twice). */
enum err store_rnd_add(struct sql_tx *tx, struct str month, struct str e164, int64_t disconnected_at);
/* The row of a number in a month's file; ERR_NOT_FOUND. */
enum err store_rnd_get(struct sql_tx *tx, struct str month, struct str e164, struct store_rnd_row *ret_row);
/* Rows of a month's file in the order of their digits, after the given number (STR_NONE: from the first); at
 * most limit. */
enum err store_rnd_list(struct sql_tx *tx, struct str month, struct str after, struct store_rnd_row *ret_rows,
                        size_t limit, size_t *ret_count);
/* How many rows a month's file has. */
enum err store_rnd_count(struct sql_tx *tx, struct str month, int64_t *ret_count);
/* Marks a month and all its rows as submitted and gives their number; a month without rows is said as well.
 * ERR_STATE where that month was submitted before. staff_id 0: the command line. */
enum err store_rnd_submit(struct sql_tx *tx, struct str month, int64_t now, int64_t staff_id,
                          int64_t *ret_count);
/* When a month's file was submitted; 0: not yet. */
enum err store_rnd_submitted_at(struct sql_tx *tx, struct str month, int64_t *ret_at);
/* The same, and by whom. */
enum err store_rnd_submission(struct sql_tx *tx, struct str month, int64_t *ret_at, int64_t *ret_staff_id);

#endif
