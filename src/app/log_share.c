#include "app/log_share.h"

#include "base/clock.h"
#include "base/encode.h"
#include "base/limits.h"
#include "store/log_share.h"

#include <stdlib.h>

/* A record's time is taken before its commit: what was looked at just before may have got company since. */
#define OVERLAP (2 * MICROS_MINUTE)

struct pull {
    int64_t from;
    struct store_log_record rows[LIMIT_BULK_ROWS];
    size_t count;
};

static enum err read_leaves(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct pull *pull = context;
    return store_leaf_since(tx, arena, pull->from, pull->rows, LIMIT_BULK_ROWS, &pull->count);
}

static enum err read_tombstones(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct pull *pull = context;
    return store_tombstone_since(tx, arena, pull->from, pull->rows, LIMIT_BULK_ROWS, &pull->count);
}

static enum err append(struct app *app, struct arena *arena, enum logs_file file, const struct pull *pull)
{
    for (size_t i = 0; i < pull->count; i++) {
        struct str record = pull->rows[i].record;
        if (file == LOGS_LOG) {
            struct str hash = encode_hex(arena, record);
            record = arena_printf(arena, "%.*s %.*s", STR_ARG(pull->rows[i].kind), STR_ARG(hash));
        }
        TRY(logs_append(app->logs, file, record));
    }
    return ERR_NONE;
}

/* Few records share one microsecond, so the last one's time is where the next page begins. */
static enum err pull_file(struct app *app, enum logs_file file, sql_run_fn *read, int64_t *at)
{
    struct pull *pull = calloc(1, sizeof *pull);
    struct arena *arena = arena_new(0);
    enum err error = arena != NULL && pull != NULL ? ERR_NONE : ERR_MEMORY;
    int64_t from = *at > OVERLAP ? *at - OVERLAP : 1;
    for (bool more = true; more && error == ERR_NONE;) {
        arena_reset(arena);
        pull->from = from;
        error = sql_read(app->store, read, arena, pull);
        if (error == ERR_NONE)
            error = append(app, arena, file, pull);
        more = pull->count == LIMIT_BULK_ROWS;
        if (error == ERR_NONE && pull->count != 0)
            *at = from = pull->rows[pull->count - 1].at;
    }
    free(pull);
    arena_free(arena);
    return error;
}

enum err log_share_pull(struct app *app, struct log_share *share)
{
    TRY(pull_file(app, LOGS_TOMBSTONES, read_tombstones, &share->tombstones));
    return pull_file(app, LOGS_LOG, read_leaves, &share->leaves);
}
