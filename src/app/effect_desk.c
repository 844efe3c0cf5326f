#include "app/effect_desk.h"

#include "app/keys.h"
#include "app/scheduler.h"
#include "base/clock.h"
#include "base/limits.h"
#include "domain/types.h"
#include "store/identity.h"

#include <string.h>

struct dead_job {
    struct app *app;
    struct arena *arena;
    const struct actor *actor;
    int64_t account_id, outbox_id, now;
    struct store_dead *rows;
    struct store_queue_kind *kinds;
    size_t count;
};

static enum err list_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct dead_job *job = context;
    (void)arena;
    return store_dead_list(tx, job->arena, job->rows, EFFECT_DEAD_ROWS, &job->count);
}

enum err effect_dead_list(struct app *app, struct arena *arena, struct store_dead **ret_rows,
                          size_t *ret_count)
{
    struct dead_job job = {
        .app = app, .arena = arena, .rows = ARENA_ARRAY(arena, EFFECT_DEAD_ROWS, struct store_dead)};
    TRY(sql_read(app->store, list_run, arena, &job));
    *ret_rows = job.rows;
    *ret_count = job.count;
    return ERR_NONE;
}

static enum err audit(const struct dead_job *job, struct sql_tx *tx, const char *event)
{
    return store_audit_insert(tx, job->now, job->actor->staff_id, event, job->account_id, job->outbox_id);
}

/* Nothing waits whose key is gone: it could never be opened. */
static enum err retry_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct dead_job *job = context;
    struct store_outbox row;
    struct str box;
    struct seal_key key;
    TRY(store_outbox_get(tx, job->account_id, job->outbox_id, &row, &box));
    TRY(keys_open(job->app, tx, arena_cstr(arena, row.key_kind), row.key_owner, &key));
    explicit_bzero(&key, sizeof key);
    TRY(store_dead_end(tx, job->account_id, job->outbox_id, OUTBOX_WAITING, job->now, STR("")));
    TRY(store_queue_move(tx, "outbox", job->account_id, job->outbox_id, job->now));
    return audit(job, tx, "effect_retried");
}

static enum err give_up_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct dead_job *job = context;
    struct store_outbox row;
    struct str box;
    (void)arena;
    TRY(store_outbox_get(tx, job->account_id, job->outbox_id, &row, &box));
    TRY(store_dead_end(tx, job->account_id, job->outbox_id, OUTBOX_CANCELLED, job->now, STR("given up")));
    return audit(job, tx, "effect_given_up");
}

static enum err dead_do(struct app *app, const struct actor *actor, int64_t account_id, int64_t outbox_id,
                        const char *name, sql_run_fn *run)
{
    struct dead_job job = {
        .app = app, .actor = actor, .account_id = account_id, .outbox_id = outbox_id, .now = clock_now()};
    if (actor->kind != ACTOR_STAFF || actor->role != ROLE_ADMIN)
        return ERR_FORBIDDEN;
    TRY(sql_call(app->store, name, run, &job));
    scheduler_wake(app->scheduler);
    return ERR_NONE;
}

enum err effect_retry(struct app *app, const struct actor *actor, int64_t account_id, int64_t outbox_id)
{
    return dead_do(app, actor, account_id, outbox_id, "effect_retry", retry_run);
}

enum err effect_give_up(struct app *app, const struct actor *actor, int64_t account_id, int64_t outbox_id)
{
    return dead_do(app, actor, account_id, outbox_id, "effect_give_up", give_up_run);
}

static void add_kind(struct dead_job *job, const struct store_queue_kind *more)
{
    for (size_t i = 0; i < job->count; i++) {
        struct store_queue_kind *kind = &job->kinds[i];
        if (!str_equal(kind->kind, more->kind))
            continue;
        kind->due += more->due;
        kind->soon += more->soon;
        if (more->oldest < kind->oldest)
            kind->oldest = more->oldest;
        return;
    }
    if (job->count < EFFECT_JOB_KINDS)
        job->kinds[job->count++] = *more;
}

static enum err jobs_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct dead_job *job = context;
    struct store_queue_kind kinds[EFFECT_JOB_KINDS];
    (void)arena;
    for (int64_t bucket = 0; bucket < LIMIT_BUCKETS; bucket++) {
        size_t count;
        TRY(store_queue_kinds(tx, job->arena, bucket, job->now, job->now + MICROS_DAY, kinds,
                              EFFECT_JOB_KINDS, &count));
        for (size_t i = 0; i < count; i++)
            add_kind(job, &kinds[i]);
    }
    return ERR_NONE;
}

enum err effect_jobs(struct app *app, struct arena *arena, struct store_queue_kind **ret_kinds,
                     size_t *ret_count)
{
    struct dead_job job = {.app = app,
                           .arena = arena,
                           .now = clock_now(),
                           .kinds = ARENA_ARRAY(arena, EFFECT_JOB_KINDS, struct store_queue_kind)};
    TRY(sql_read(app->store, jobs_run, arena, &job));
    *ret_kinds = job.kinds;
    *ret_count = job.count;
    return ERR_NONE;
}
