/* What each node's own files of the logs are made of: the same records, kept in the store. */
#ifndef STORE_LOG_SHARE_H
#define STORE_LOG_SHARE_H

#include "sql/sql.h"

struct store_log_record {
    int64_t at;        /* microseconds UTC: when a tombstone was made, a leaf written */
    struct str record; /* of a tombstone; the hash of a leaf */
    struct str kind;   /* of a leaf */
};

/* Keeps the parts of one tombstone; the same again changes nothing. */
enum err store_tombstone_insert(struct sql_tx *tx, int64_t at, int64_t closure_id, const struct str *records,
                                size_t count);
/* Tombstones made at `at` or later, oldest first; at most limit. */
enum err store_tombstone_since(struct sql_tx *tx, struct arena *arena, int64_t at,
                               struct store_log_record *ret_records, size_t limit, size_t *ret_count);
/* Leaves that the log got at `at` or later, in its order; at must be over 0. At most limit. */
enum err store_leaf_since(struct sql_tx *tx, struct arena *arena, int64_t at,
                          struct store_log_record *ret_records, size_t limit, size_t *ret_count);

#endif
