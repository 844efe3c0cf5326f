#include "app/leaves.h"

#include "app/lease.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/failpoint.h"
#include "base/limits.h"
#include "store/closure.h"
#include "store/work.h"

#include <pthread.h>

struct leaves_job {
    struct app *app;
    struct arena *arena;
    int64_t account_id, subject_id;
    struct str hashes[LIMIT_BULK_ROWS], kinds[LIMIT_BULK_ROWS];
    size_t count, left;
};

/* Each receipt has its own place in the queue, so that no closings meet in one row; whoever comes first
 * writes for all, and two at once would write a leaf twice. */
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

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

/* Their times are their order in the log. Whatever came meanwhile is written, too, before the job leaves the
 * clock. */
static enum err leaves_mark(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct leaves_job *job = context;
    struct str hash, kind;
    int64_t now = clock_now();
    TRY(lease_hold(job->app, tx));
    for (size_t i = 0; i < job->count; i++)
        TRY(store_leaf_written(tx, job->hashes[i], now + (int64_t)i));
    TRY(store_leaf_unwritten(tx, arena, &hash, &kind, 1, &job->left));
    return job->left == 0 ? store_queue_remove(tx, "leaves", job->account_id, job->subject_id) : ERR_NONE;
}

static enum err leaves_write(struct leaves_job *job)
{
    do {
        arena_reset(job->arena);
        TRY(sql_read(job->app->store, leaves_read, job->arena, job));
        TRY(leaves_append(job));
        TRY(sql_call_bulk(job->app->store, "leaves_mark", leaves_mark, job));
    } while (job->left != 0);
    return ERR_NONE;
}

enum err leaves_run(struct app *app, int64_t account_id, int64_t subject_id)
{
    struct arena *arena = arena_new(0);
    struct leaves_job job = {.app = app, .arena = arena, .account_id = account_id, .subject_id = subject_id};
    if (arena == NULL)
        return ERR_MEMORY;
    pthread_mutex_lock(&one_at_a_time);
    enum err error = leaves_write(&job);
    pthread_mutex_unlock(&one_at_a_time);
    arena_free(arena);
    return error;
}
