/* A store looked at from beside whoever writes it: what a backup's copy must hold. */
#ifndef STORE_COPY_H
#define STORE_COPY_H

#include "sql/sql.h"

struct store_copy_counts {
    int64_t accounts, closures, transfers; /* rows of these tables are never deleted */
};

struct store_copy_key {
    int64_t owner_id, epoch;
    struct str kind, wrapped; /* valid until the next call */
};

/* Opens the store at url to be read by the functions below, inside sql_read; sql_close ends it. Errors as of
 * sql_open_view. */
enum err store_copy_open(const char *url, struct sql_store **ret_view);
enum err store_copy_count(struct sql_tx *tx, struct store_copy_counts *ret_counts);
/* Whether the engine finds the file whole (SQLite's integrity_check). */
enum err store_copy_is_sound(struct sql_tx *tx, bool *ret_sound);
/* The wrapped keys behind (owner_id, kind), in that order, at most limit: each is called with every one.
 * *ret_count: how many there were. */
enum err store_copy_keys(struct sql_tx *tx, int64_t owner_id, struct str kind, size_t limit,
                         void (*each)(const struct store_copy_key *key, void *context), void *context,
                         size_t *ret_count);

#endif
