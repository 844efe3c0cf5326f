#include "check/internal.h"

#include "app/tombstones.h"
#include "base/encode.h"
#include "crypto/seal.h"

#include <stdlib.h>
#include <string.h>

enum { LEAF_PAGE = 500, FINGERPRINT_BYTES = 32 };

/* The records of the log as sorted fingerprints. It is read before the leaves, of which only those count that
 * were written before the check began. */
struct records {
    uint8_t (*fingerprints)[FINGERPRINT_BYTES];
    size_t count, room;
};

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, FINGERPRINT_BYTES);
}

static enum err keep_record(struct str record, void *context)
{
    struct records *records = context;
    if (records->count == records->room)
        return ERR_NONE; /* appended since it was counted */
    seal_hash(&record, 1, records->fingerprints[records->count++]);
    return ERR_NONE;
}

struct leaf_walk {
    struct check *check;
    const struct records *records;
    uint8_t hash[FINGERPRINT_BYTES];
    size_t hash_length, page;
};

static void leaf_row(struct leaf_walk *walk, struct sql_rows *rows, struct arena *arena)
{
    struct str kind = sql_text(rows, 0), hash = sql_bytes(rows, 1), hex = encode_hex(arena, hash);
    struct str record = arena_printf(arena, "%.*s %.*s", STR_ARG(kind), STR_ARG(hex));
    uint8_t fingerprint[FINGERPRINT_BYTES];
    seal_hash(&record, 1, fingerprint);
    walk->hash_length = hash.length < sizeof walk->hash ? hash.length : sizeof walk->hash;
    memcpy(walk->hash, hash.data, walk->hash_length);
    if (bsearch(fingerprint, walk->records->fingerprints, walk->records->count, FINGERPRINT_BYTES, compare) ==
        NULL)
        check_find(walk->check, "leaf_in_log", hex, STR("was written to the log and is not there"));
}

static enum err leaf_page(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct leaf_walk *walk = context;
    struct sql_rows rows;
    walk->page = 0;
    TRY(sql_query(tx, CHECK_LEAVES, &rows, SQL_BYTES(str_bytes(walk->hash, walk->hash_length)),
                  SQL_INT(LEAF_PAGE), SQL_INT(walk->check->now)));
    while (sql_next(&rows)) {
        leaf_row(walk, &rows, arena);
        walk->page++;
    }
    return sql_end(&rows);
}

static enum err walk_leaves(struct check *check, const struct records *records)
{
    struct leaf_walk walk = {.check = check, .records = records, .page = LEAF_PAGE};
    struct arena *arena = arena_new(0);
    enum err error = arena != NULL ? ERR_NONE : ERR_MEMORY;
    while (error == ERR_NONE && walk.page == LEAF_PAGE) {
        arena_reset(arena);
        error = sql_read(check->view, leaf_page, arena, &walk);
    }
    arena_free(arena);
    return error;
}

static enum err check_leaves(struct check *check)
{
    struct records records = {.room = (size_t)logs_count(check->app->logs, LOGS_LOG)};
    records.fingerprints = calloc(records.room + 1, FINGERPRINT_BYTES);
    enum err error = ERR_MEMORY;
    check->report->rules++;
    if (records.fingerprints != NULL)
        error = logs_walk(check->app->logs, LOGS_LOG, keep_record, &records);
    if (error == ERR_NONE) {
        qsort(records.fingerprints, records.count, FINGERPRINT_BYTES, compare);
        error = walk_leaves(check, &records);
    }
    check->report->log_records = (int64_t)records.count;
    free(records.fingerprints);
    return error;
}

enum err check_logs(struct check *check)
{
    int64_t missing = 0;
    struct app app = *check->app;
    TRY(check_leaves(check));
    check->report->rules++;
    check->report->tombstones = logs_count(app.logs, LOGS_TOMBSTONES);
    enum err error = app.store != NULL ? tombstones_check(&app, &missing) : ERR_NONE;
    if (error != ERR_CONFLICT)
        return error;
    check_find(check, "tombstone_is_known", STR("tombstones"),
               STR("closings that were final are not in the store: it is an older copy"));
    return ERR_NONE;
}
