/* Rows of archive and archive_chunk: the finished ZIP as sealed chunks, opened while it streams. */
#ifndef STORE_ARCHIVE_H
#define STORE_ARCHIVE_H

#include "crypto/seal.h"
#include "sql/sql.h"

struct store_archive {
    int64_t account_id, archive_id;
    int64_t state; /* enum archive_state */
    int64_t created_at, done_at;
    int64_t step, steps; /* progress: step of steps */
    int64_t size;        /* bytes of the ZIP so far */
    int64_t chunks;
};

enum err store_archive_insert(struct sql_tx *tx, const struct store_archive *archive);
/* ERR_NOT_FOUND. */
enum err store_archive_get(struct sql_tx *tx, int64_t account_id, int64_t archive_id,
                           struct store_archive *ret_archive);
/* The newest archive of an account; ERR_NOT_FOUND. */
enum err store_archive_newest(struct sql_tx *tx, int64_t account_id, struct store_archive *ret_archive);
/* Writes state, times, progress, size and chunks; ERR_CHANGED unless it is still being made. */
enum err store_archive_update(struct sql_tx *tx, const struct store_archive *archive);
/* Deletes all archives of an account that are older than this one, with their chunks. */
enum err store_archive_delete_older(struct sql_tx *tx, int64_t account_id, int64_t archive_id);
/* Deletes the chunks of one archive (before it is made anew). */
enum err store_archive_clear(struct sql_tx *tx, int64_t account_id, int64_t archive_id);

/* Seals and keeps the chunk number seq (0, 1 …), at most LIMIT_ARCHIVE_CHUNK_BYTES. */
enum err store_archive_chunk_insert(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                                    int64_t account_id, int64_t archive_id, int64_t seq, struct str bytes);
/* Opened; ERR_NOT_FOUND past the last. */
enum err store_archive_chunk_get(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                                 int64_t account_id, int64_t archive_id, int64_t seq, struct str *ret_bytes);

#endif
