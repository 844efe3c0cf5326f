#include "app/leaves.h"

#include "base/clock.h"
#include "base/encode.h"
#include "base/failpoint.h"
#include "base/limits.h"
#include "store/closure.h"
#include "store/work.h"

struct leaves_job {
    struct app *app;
    struct arena *arena;
    struct str hashes[LIMIT_BULK_ROWS], kinds[LIMIT_BULK_ROWS];
    size_t count;
};

static enum err leaves_read(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct leaves_job *job = context;
    return store_leaf_unwritten(tx, arena, job->hashes, job->kinds, LIMIT_BULK_ROWS, &job->count);
}

static enum err leaves_append(struct leaves_job *job)
{
    for (size_t i = 0; i < job->count; i++) {
        struct str hash = encode_hex(job->arena, job->hashes[i]);
        struct str record = arena_printf(job->arena, "%.*s %.*s", STR_ARG(job->kinds[i]), STR_ARG(hash));
        TRY(logs_append(job->app->logs, LOGS_LOG, record));
        FAILPOINT("leaves.appended");
    }
    return ERR_NONE;
}

/* Their times are their order in the log. Whatever came meanwhile keeps the job on the clock. */
static enum err leaves_mark(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct leaves_job *job = context;
    struct str hash, kind;
    size_t left;
    int64_t now = clock_now();
    for (size_t i = 0; i < job->count; i++)
        TRY(store_leaf_written(tx, job->hashes[i], now + (int64_t)i));
    TRY(store_leaf_unwritten(tx, arena, &hash, &kind, 1, &left));
    return left == 0 ? store_queue_remove(tx, "leaves", 0, 0) : ERR_NONE;
}

enum err leaves_run(struct app *app, int64_t account_id, int64_t subject_id)
{
    struct arena *arena = arena_new(0);
    enum err error = arena != NULL ? ERR_NONE : ERR_MEMORY;
    struct leaves_job job = {.app = app, .arena = arena, .count = LIMIT_BULK_ROWS};
    (void)account_id;
    (void)subject_id;
    while (error == ERR_NONE && job.count == LIMIT_BULK_ROWS) {
        arena_reset(arena);
        error = sql_read(app->store, leaves_read, arena, &job);
        if (error == ERR_NONE)
            error = leaves_append(&job);
        if (error == ERR_NONE)
            error = sql_call_bulk(app->store, "leaves_mark", leaves_mark, &job);
    }
    arena_free(arena);
    return error;
}
