#include "store/archive.h"

#include "base/limits.h"
#include "domain/types.h"
#include "store/box.h"
#include "store/statements.h"

enum err store_archive_insert(struct sql_tx *tx, const struct store_archive *archive)
{
    return sql_exec(tx, STATEMENT_ARCHIVE_INSERT, NULL, SQL_INT(archive->account_id),
                    SQL_INT(archive->archive_id), SQL_INT(archive->state), SQL_INT(archive->created_at),
                    SQL_INT(archive->steps));
}

static enum err archive_one(struct sql_rows *rows, int64_t account_id, struct store_archive *ret_archive)
{
    bool found = sql_next(rows);
    if (found)
        *ret_archive = (struct store_archive){
            .account_id = account_id,
            .archive_id = sql_int(rows, 0),
            .state = sql_int(rows, 1),
            .created_at = sql_int(rows, 2),
            .done_at = sql_int(rows, 3),
            .step = sql_int(rows, 4),
            .steps = sql_int(rows, 5),
            .size = sql_int(rows, 6),
            .chunks = sql_int(rows, 7),
        };
    TRY(sql_end(rows));
    return found ? ERR_NONE : ERR_NOT_FOUND;
}

enum err store_archive_get(struct sql_tx *tx, int64_t account_id, int64_t archive_id,
                           struct store_archive *ret_archive)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_ARCHIVE_GET, &rows, SQL_INT(account_id), SQL_INT(archive_id)));
    return archive_one(&rows, account_id, ret_archive);
}

enum err store_archive_newest(struct sql_tx *tx, int64_t account_id, struct store_archive *ret_archive)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_ARCHIVE_NEWEST, &rows, SQL_INT(account_id)));
    return archive_one(&rows, account_id, ret_archive);
}

enum err store_archive_update(struct sql_tx *tx, const struct store_archive *archive)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_ARCHIVE_UPDATE, &changes, SQL_INT(archive->account_id),
                 SQL_INT(archive->archive_id), SQL_INT(archive->state), SQL_INT(archive->done_at),
                 SQL_INT(archive->step), SQL_INT(archive->steps), SQL_INT(archive->size),
                 SQL_INT(archive->chunks), SQL_INT(ARCHIVE_MAKING)));
    return box_expect_one(changes);
}

enum err store_archive_delete_older(struct sql_tx *tx, int64_t account_id, int64_t archive_id)
{
    TRY(sql_exec(tx, STATEMENT_ARCHIVE_CHUNK_DELETE_OLDER, NULL, SQL_INT(account_id), SQL_INT(archive_id)));
    return sql_exec(tx, STATEMENT_ARCHIVE_DELETE_OLDER, NULL, SQL_INT(account_id), SQL_INT(archive_id));
}

enum err store_archive_clear(struct sql_tx *tx, int64_t account_id, int64_t archive_id)
{
    return sql_exec(tx, STATEMENT_ARCHIVE_CHUNK_DELETE, NULL, SQL_INT(account_id), SQL_INT(archive_id));
}

/* A chunk moved to another place of the file, or to another archive, does not open. */
static struct seal_place chunk_place(int64_t account_id, int64_t archive_id, int64_t seq)
{
    return (struct seal_place){
        .table = "archive_chunk", .owner = account_id, .row = archive_id, .version = seq};
}

enum err store_archive_chunk_insert(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                                    int64_t account_id, int64_t archive_id, int64_t seq, struct str bytes)
{
    if (bytes.length > LIMIT_ARCHIVE_CHUNK_BYTES)
        return ERR_TOO_LARGE;
    struct seal_place place = chunk_place(account_id, archive_id, seq);
    struct str box = seal_box(arena, key, &place, bytes);
    return sql_exec(tx, STATEMENT_ARCHIVE_CHUNK_INSERT, NULL, SQL_INT(account_id), SQL_INT(archive_id),
                    SQL_INT(seq), SQL_BYTES(box));
}

enum err store_archive_chunk_get(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                                 int64_t account_id, int64_t archive_id, int64_t seq, struct str *ret_bytes)
{
    struct sql_rows rows;
    struct str box = STR_NONE;
    TRY(sql_query(tx, STATEMENT_ARCHIVE_CHUNK_GET, &rows, SQL_INT(account_id), SQL_INT(archive_id),
                  SQL_INT(seq)));
    bool found = sql_next(&rows);
    if (found)
        box = sql_bytes(&rows, 0);
    TRY(sql_end(&rows));
    struct seal_place place = chunk_place(account_id, archive_id, seq);
    return found ? seal_open(arena, key, &place, box, ret_bytes) : ERR_NOT_FOUND;
}
