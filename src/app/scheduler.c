#include "app/scheduler.h"

#include "app/job_tries.h"
#include "app/lease.h"
#include "app/node.h"
#include "app/steady.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/pool.h"
#include "store/work.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The queue is short because a lease runs while its job waits in it. */
enum { SCHEDULER_WORKERS = 4, SCHEDULER_QUEUE = 16, SCHEDULER_POLL_MILLIS = 200 };

struct scheduler {
    struct app *app;
    const struct scheduler_kind *kinds;
    size_t kind_count;
    struct pool *pool;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool woken, stopping;
    int64_t next_bucket, renewed_at; /* monotonic, of the running leases */
    struct scheduler_work *running;
    struct steady steady;
};

/* One job with its lease, from the claim to its end. */
struct scheduler_work {
    struct scheduler_work *next, *previous;
    struct scheduler *scheduler;
    scheduler_job *job;
    struct lease lease;
    struct app app; /* as the job sees it */
};

struct scheduler_look {
    int64_t now, node_id, first_bucket;
    size_t limit, count;
    struct store_queue_item items[SCHEDULER_QUEUE];
    bool claimed[SCHEDULER_QUEUE];
};

static enum err look_due(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct scheduler_look *look = context;
    look->count = 0;
    for (int64_t i = 0; i < LIMIT_BUCKETS && look->count < look->limit; i++) {
        int64_t bucket = (look->first_bucket + i) % LIMIT_BUCKETS;
        size_t found;
        TRY(store_queue_due(tx, arena, bucket, look->now, look->items + look->count,
                            look->limit - look->count, &found));
        look->count += found;
    }
    return ERR_NONE;
}

static enum err look_claim(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct scheduler_look *look = context;
    (void)arena;
    for (size_t i = 0; i < look->count; i++) {
        enum err error = store_queue_claim(tx, &look->items[i], look->node_id,
                                           look->now + LIMIT_LEASE_SECONDS * MICROS_SECOND);
        if (error != ERR_NONE && error != ERR_CHANGED)
            return error;
        look->claimed[i] = error == ERR_NONE;
    }
    return ERR_NONE;
}

static void work_add(struct scheduler_work *work)
{
    struct scheduler *scheduler = work->scheduler;
    pthread_mutex_lock(&scheduler->lock);
    work->next = scheduler->running;
    if (work->next != NULL)
        work->next->previous = work;
    scheduler->running = work;
    pthread_mutex_unlock(&scheduler->lock);
}

static void work_remove(struct scheduler_work *work)
{
    struct scheduler *scheduler = work->scheduler;
    pthread_mutex_lock(&scheduler->lock);
    if (work->previous != NULL)
        work->previous->next = work->next;
    else
        scheduler->running = work->next;
    if (work->next != NULL)
        work->next->previous = work->previous;
    pthread_mutex_unlock(&scheduler->lock);
}

typedef enum err lease_change_fn(struct sql_tx *tx, const char *kind, int64_t account_id, int64_t subject_id,
                                 int64_t fence, int64_t lease_until);

struct lease_change {
    lease_change_fn *change;
    const struct lease *leases;
    size_t count;
    int64_t until;
};

static enum err change_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct lease_change *change = context;
    (void)arena;
    for (size_t i = 0; i < change->count; i++) {
        const struct lease *lease = &change->leases[i];
        enum err error = change->change(tx, lease->kind, lease->account_id, lease->subject_id, lease->fence,
                                        change->until);
        if (error != ERR_NONE && error != ERR_CHANGED) /* lost or ended, or its place is off the clock */
            return error;
    }
    return ERR_NONE;
}

static enum err leases_change(struct scheduler *scheduler, lease_change_fn *how, const struct lease *leases,
                              size_t count, int64_t until)
{
    struct lease_change change = {how, leases, count, until};
    return sql_call_claim(scheduler->app->store, "lease", change_run, &change);
}

/* What failed is tried again later, not as soon as a lease ends; what ended without saying so may be claimed
 * at once, as its place may be due again. */
static void work_end(struct scheduler_work *work, enum err result)
{
    int64_t until = result == ERR_NONE ? 0 : clock_now() + LIMIT_JOB_RETRY_SECONDS * MICROS_SECOND;
    if (result == ERR_NONE && atomic_load(&work->lease.ended))
        return;
    leases_change(work->scheduler, store_queue_hold, &work->lease, 1, until);
}

static void work_run(void *context)
{
    struct scheduler_work *work = context;
    struct scheduler *scheduler = work->scheduler;
    work->app = *scheduler->app;
    work->app.lease = &work->lease;
    enum err error = work->job(&work->app, work->lease.account_id, work->lease.subject_id);
    work_remove(work);
    work_end(work, error);
    job_tries_note(scheduler->app, work->lease.kind, work->lease.account_id, work->lease.subject_id, error);
    free(work);
    scheduler_wake(scheduler);
}

/* A killed node's work goes on elsewhere when its leases end; a living one's is renewed long before. */
static void renew_leases(struct scheduler *scheduler)
{
    struct lease leases[SCHEDULER_QUEUE + SCHEDULER_WORKERS];
    size_t count = 0;
    int64_t now = clock_read().monotonic;
    if (now - scheduler->renewed_at >= 0 &&
        now - scheduler->renewed_at < LIMIT_NODE_BEAT_SECONDS * MICROS_SECOND)
        return;
    scheduler->renewed_at = now;
    pthread_mutex_lock(&scheduler->lock);
    for (const struct scheduler_work *work = scheduler->running;
         work != NULL && count < sizeof leases / sizeof *leases; work = work->next)
        if (!atomic_load(&work->lease.ended))
            leases[count++] = (struct lease){.kind = work->lease.kind,
                                             .account_id = work->lease.account_id,
                                             .subject_id = work->lease.subject_id,
                                             .fence = work->lease.fence};
    pthread_mutex_unlock(&scheduler->lock);
    /* A job may end while this is on its way: an ended lease must not be brought back. */
    if (count != 0)
        leases_change(scheduler, store_queue_renew, leases, count,
                      clock_now() + LIMIT_LEASE_SECONDS * MICROS_SECOND);
}

static void hand_over(struct scheduler *scheduler, const struct store_queue_item *item)
{
    for (size_t i = 0; i < scheduler->kind_count; i++) {
        const struct scheduler_kind *kind = &scheduler->kinds[i];
        if (!str_is(item->kind, kind->kind))
            continue;
        struct scheduler_work *work = calloc(1, sizeof *work);
        if (work == NULL)
            return; /* found again when the lease ends */
        work->scheduler = scheduler;
        work->job = kind->job;
        work->lease = (struct lease){.kind = kind->kind,
                                     .account_id = item->account_id,
                                     .subject_id = item->subject_id,
                                     .fence = item->fence + 1};
        work_add(work);
        if (pool_submit(scheduler->pool, work_run, work) == ERR_NONE)
            return;
        work_remove(work);
        free(work);
        return;
    }
    log_error("job_unknown", LOG_STR("kind", item->kind));
}

/* True where there may be more. Claims no more than the pool takes, or the rest would lie idle until its
 * lease ends; begins behind the bucket that was served last, so that a full one starves no other. */
static bool look_once(struct scheduler *scheduler, struct arena *arena)
{
    struct scheduler_look look = {.now = clock_now(),
                                  .node_id = node_id(scheduler->app->node),
                                  .first_bucket = scheduler->next_bucket,
                                  .limit = pool_room(scheduler->pool)};
    arena_reset(arena);
    if (look.limit == 0)
        return false; /* a job's end wakes the scheduler */
    if (sql_read(scheduler->app->store, look_due, arena, &look) != ERR_NONE || look.count == 0)
        return false;
    if (sql_call_claim(scheduler->app->store, "queue_claim", look_claim, &look) != ERR_NONE)
        return false;
    for (size_t i = 0; i < look.count; i++)
        if (look.claimed[i])
            hand_over(scheduler, &look.items[i]);
    scheduler->next_bucket = (look.items[look.count - 1].bucket + 1) % LIMIT_BUCKETS;
    return look.count == look.limit;
}

static bool wait_for_work(struct scheduler *scheduler)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += SCHEDULER_POLL_MILLIS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&scheduler->lock);
    if (!scheduler->woken && !scheduler->stopping)
        pthread_cond_timedwait(&scheduler->changed, &scheduler->lock, &until);
    scheduler->woken = false;
    bool go_on = !scheduler->stopping;
    pthread_mutex_unlock(&scheduler->lock);
    return go_on;
}

static void *scheduler_thread(void *context)
{
    struct scheduler *scheduler = context;
    struct arena *arena = arena_new(0);
    pthread_setname_np(pthread_self(), "scheduler");
    if (arena == NULL)
        return NULL;
    do {
        steady_observe(&scheduler->steady);
        renew_leases(scheduler);
        while (node_may_work(scheduler->app->node) && look_once(scheduler, arena))
            ;
    } while (wait_for_work(scheduler));
    arena_free(arena);
    return NULL;
}

struct release {
    int64_t node_id, now;
};

static enum err release_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct release *release = context;
    (void)arena;
    return store_queue_release(tx, release->node_id, release->now);
}

/* The data directory's lock says that no other process is this node: a lease of it that is left is of an
 * earlier life that was killed, and what it had begun goes on at once. */
static enum err release_leases(struct app *app)
{
    struct release release = {node_id(app->node), clock_now()};
    return sql_call(app->store, "queue_release", release_run, &release);
}

static enum err scheduler_start_threads(struct scheduler *scheduler)
{
    TRY(pool_new("job", SCHEDULER_WORKERS, SCHEDULER_QUEUE, 0, &scheduler->pool));
    if (pthread_create(&scheduler->thread, NULL, scheduler_thread, scheduler) != 0) {
        pool_free(scheduler->pool);
        return ERR_MEMORY;
    }
    return ERR_NONE;
}

enum err scheduler_start(struct app *app, const struct scheduler_kind *kinds, size_t count,
                         struct scheduler **ret_scheduler)
{
    struct scheduler *scheduler = calloc(1, sizeof *scheduler);
    if (scheduler == NULL)
        return ERR_MEMORY;
    *scheduler = (struct scheduler){.app = app, .kinds = kinds, .kind_count = count};
    pthread_mutex_init(&scheduler->lock, NULL);
    pthread_cond_init(&scheduler->changed, NULL);
    *ret_scheduler = scheduler;
    enum err error = steady_load(app, &scheduler->steady);
    app->steady = &scheduler->steady.holds;
    if (error == ERR_NONE)
        error = release_leases(app);
    app->scheduler = scheduler; /* before the threads: each job gets a copy of app */
    if (error == ERR_NONE)
        error = scheduler_start_threads(scheduler);
    if (error != ERR_NONE) {
        app->scheduler = NULL;
        free(scheduler);
        *ret_scheduler = NULL;
    }
    return error;
}

static void scheduler_signal(struct scheduler *scheduler, bool stop)
{
    pthread_mutex_lock(&scheduler->lock);
    scheduler->woken = true;
    scheduler->stopping = scheduler->stopping || stop;
    pthread_cond_signal(&scheduler->changed);
    pthread_mutex_unlock(&scheduler->lock);
}

void scheduler_wake(struct scheduler *scheduler)
{
    if (scheduler != NULL)
        scheduler_signal(scheduler, false);
}

void scheduler_stop(struct scheduler *scheduler)
{
    if (scheduler == NULL)
        return;
    scheduler_signal(scheduler, true);
    pthread_join(scheduler->thread, NULL);
    pool_free(scheduler->pool);
    scheduler->app->scheduler = NULL;
    pthread_mutex_destroy(&scheduler->lock);
    pthread_cond_destroy(&scheduler->changed);
    free(scheduler);
}
