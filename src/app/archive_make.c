#include "app/archive_make.h"

#include "app/archive_gather.h"
#include "app/journal.h"
#include "app/lease.h"
#include "app/scheduler.h"
#include "base/clock.h"
#include "base/failpoint.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/log.h"
#include "domain/types.h"
#include "store/archive.h"
#include "store/work.h"

static archive_make_fn *make_zip;

void archive_register(archive_make_fn *make)
{
    make_zip = make;
}

struct begin_job {
    struct app *app;
    const struct actor *actor;
    int64_t now, archive_id;
};

static enum err begin_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct begin_job *job = context;
    struct account *account;
    struct store_archive newest;
    TRY(account_load(job->app, tx, arena, job->actor->account_id, &account));
    if (account_is_closed(account))
        return ERR_STATE;
    enum err found = store_archive_newest(tx, account->row.account_id, &newest);
    if (found == ERR_NONE && newest.state == ARCHIVE_MAKING) {
        job->archive_id = newest.archive_id;
        return ERR_NONE;
    }
    if (found != ERR_NONE && found != ERR_NOT_FOUND)
        return found;
    struct store_archive archive = {
        .account_id = account->row.account_id,
        .archive_id = job->archive_id,
        .state = ARCHIVE_MAKING,
        .created_at = job->now,
        .steps = ARCHIVE_STEPS,
    };
    TRY(store_archive_insert(tx, &archive));
    TRY(store_queue_add(tx, "archive", archive.account_id, archive.archive_id, job->now));
    return journal_account(tx, arena, account, job->now, "archive_begun", job->actor, STR_NONE);
}

enum err archive_begin(struct app *app, const struct actor *actor, int64_t *ret_archive_id)
{
    int64_t now = clock_now();
    struct begin_job job = {.app = app, .actor = actor, .now = now, .archive_id = ids_next(now)};
    TRY(sql_call(app->store, "archive_begin", begin_run, &job));
    scheduler_wake(app->scheduler);
    *ret_archive_id = job.archive_id;
    return ERR_NONE;
}

struct show_job {
    int64_t account_id, archive_id;
    struct store_archive archive;
};

static enum err show_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct show_job *job = context;
    (void)arena;
    return job->archive_id == 0 ? store_archive_newest(tx, job->account_id, &job->archive)
                                : store_archive_get(tx, job->account_id, job->archive_id, &job->archive);
}

enum err archive_show(struct app *app, struct arena *arena, int64_t account_id, int64_t archive_id,
                      struct archive_view *ret_view)
{
    struct show_job job = {.account_id = account_id, .archive_id = archive_id};
    TRY(sql_read(app->store, show_run, arena, &job));
    *ret_view = (struct archive_view){
        .archive_id = job.archive.archive_id,
        .state = job.archive.state,
        .created_at = job.archive.created_at,
        .done_at = job.archive.done_at,
        .step = job.archive.step,
        .steps = job.archive.steps,
        .size = job.archive.size,
    };
    return ERR_NONE;
}

/* One run of the job, from the first byte. Its lease is prolonged with every chunk, so that a long run keeps
 * it to itself; one that was killed is found again as soon as its leases are ended. */
struct make_job {
    struct app *app;
    struct store_archive row;
    int64_t source_now;
    struct str chunk;
};

static enum err keep_place(struct make_job *job, struct sql_tx *tx)
{
    TRY(lease_hold(job->app, tx));
    return store_archive_update(tx, &job->row);
}

static enum err start_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct make_job *job = context;
    (void)arena;
    TRY(store_archive_clear(tx, job->row.account_id, job->row.archive_id));
    return keep_place(job, tx);
}

static enum err chunk_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct make_job *job = context;
    struct seal_key *key = ARENA_NEW(arena, struct seal_key);
    struct make_job after = *job;
    after.row.chunks++;
    after.row.size += (int64_t)job->chunk.length;
    TRY(keys_open(job->app, tx, "account", job->row.account_id, key));
    TRY(store_archive_chunk_insert(tx, arena, key, job->row.account_id, job->row.archive_id, job->row.chunks,
                                   job->chunk));
    return keep_place(&after, tx);
}

static enum err take_chunk(void *context, struct str bytes)
{
    struct make_job *job = context;
    job->chunk = bytes;
    TRY(sql_call_bulk(job->app->store, "archive_chunk", chunk_run, job));
    job->row.chunks++;
    job->row.size += (int64_t)bytes.length;
    FAILPOINT("archive.chunk");
    return ERR_NONE;
}

static enum err step_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    (void)arena;
    return keep_place(context, tx);
}

/* Progress is for the eye: where it can't be written, making goes on. */
static void take_step(void *context, int done)
{
    struct make_job *job = context;
    job->row.step = done;
    if (sql_call_bulk(job->app->store, "archive_step", step_run, job) != ERR_NONE)
        log_warn("archive_step");
}

static enum err finish_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct make_job *job = context;
    struct account *account;
    TRY(lease_end(job->app, tx));
    TRY(account_load(job->app, tx, arena, job->row.account_id, &account));
    TRY(store_archive_update(tx, &job->row));
    TRY(store_archive_delete_older(tx, job->row.account_id, job->row.archive_id));
    TRY(store_queue_remove(tx, "archive", job->row.account_id, job->row.archive_id));
    account->row.archived_at = job->source_now;
    TRY(account_save(tx, arena, account));
    return journal_account(tx, arena, account, job->row.done_at, "archive_made",
                           &(struct actor){.kind = ACTOR_SYSTEM}, STR_NONE);
}

static enum err fail_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct make_job *job = context;
    (void)arena;
    TRY(lease_end(job->app, tx));
    TRY(store_queue_remove(tx, "archive", job->row.account_id, job->row.archive_id));
    TRY(store_archive_clear(tx, job->row.account_id, job->row.archive_id));
    enum err error = store_archive_update(tx, &job->row);
    return error == ERR_CHANGED ? ERR_NONE : error;
}

/* What a second run can't mend. Everything else is tried again when the lease ends. */
static bool is_final(enum err error)
{
    return error == ERR_TOO_LARGE || error == ERR_CORRUPT || error == ERR_INTERNAL || error == ERR_KEY_GONE ||
           error == ERR_NOT_FOUND || error == ERR_STATE;
}

static enum err make(struct make_job *job, struct arena *arena)
{
    struct archive_source *source;
    const struct archive_sink sink = {.chunk = take_chunk, .step = take_step, .context = job};
    TRY(archive_gather(job->app, arena, job->row.account_id, &source));
    job->source_now = source->now;
    TRY(sql_call_bulk(job->app->store, "archive_start", start_run, job));
    TRY(make_zip(source, &sink));
    job->row.state = ARCHIVE_READY;
    job->row.step = ARCHIVE_STEPS;
    job->row.done_at = clock_now();
    FAILPOINT("archive.finish");
    return sql_call(job->app->store, "archive_finish", finish_run, job);
}

enum err archive_run(struct app *app, int64_t account_id, int64_t archive_id)
{
    struct make_job job = {.app = app,
                           .row = {.account_id = account_id,
                                   .archive_id = archive_id,
                                   .state = ARCHIVE_MAKING,
                                   .steps = ARCHIVE_STEPS}};
    struct arena *arena = arena_new_wiped(0);
    if (arena == NULL)
        return ERR_MEMORY;
    enum err error = make(&job, arena);
    arena_free(arena);
    if (is_final(error)) {
        log_error("archive_failed", LOG_ERR(error));
        job.row.state = ARCHIVE_FAILED;
        TRY(sql_call(app->store, "archive_fail", fail_run, &job));
    }
    if (error == ERR_NONE && app->publish != NULL)
        app->publish(app->publish_context, account_id, "archive", STR("ready"));
    return error;
}
