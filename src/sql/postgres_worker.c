#include "sql/postgres.h"

#include "base/limits.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>

enum { BULK_EVERY = 8, COMMAND_ARENA_LIMIT = 16 * 1024 * 1024 };

static bool take_bulk(struct postgres_store *store, struct sql_queued *ret_queued)
{
    return store->bulk_running < LIMIT_SQL_BULK_CONNECTIONS &&
           sql_queue_take(&store->lanes[SQL_LANE_BULK], ret_queued);
}

/* Claims and commands first; the low lane where there is no other work or its turn has come, and never on all
 * connections. */
static bool take_now(struct postgres_store *store, struct sql_queued *ret_queued)
{
    return (++store->round % BULK_EVERY == 0 && take_bulk(store, ret_queued)) ||
           sql_queue_take(&store->lanes[SQL_LANE_CLAIM], ret_queued) ||
           sql_queue_take(&store->lanes[SQL_LANE_COMMAND], ret_queued) || take_bulk(store, ret_queued);
}

static bool is_empty(const struct postgres_store *store)
{
    for (unsigned lane = 0; lane < SQL_LANES; lane++)
        if (store->lanes[lane].count != 0)
            return false;
    return true;
}

/* False when the store closes and nothing is left. */
static bool take(struct postgres_store *store, struct sql_queued *ret_queued)
{
    bool taken;
    pthread_mutex_lock(&store->lock_queue);
    while (!(taken = take_now(store, ret_queued)) && !(store->stopping && is_empty(store)))
        pthread_cond_wait(&store->wake, &store->lock_queue);
    store->bulk_running += taken && ret_queued->command.lane == SQL_LANE_BULK;
    pthread_mutex_unlock(&store->lock_queue);
    return taken;
}

static void finished(struct postgres_store *store, enum sql_lane lane)
{
    if (lane != SQL_LANE_BULK)
        return;
    pthread_mutex_lock(&store->lock_queue);
    store->bulk_running--;
    pthread_cond_broadcast(&store->wake);
    pthread_mutex_unlock(&store->lock_queue);
}

static void *worker_thread(void *context)
{
    struct postgres_worker *worker = context;
    struct postgres_store *store = worker->store;
    struct sql_queued queued;
    pthread_setname_np(pthread_self(), "store");
    while (take(store, &queued)) {
        enum err result =
            postgres_run_command(&worker->connection, &queued.command, worker->arena, queued.at);
        arena_reset(worker->arena);
        finished(store, queued.command.lane);
        queued.command.done(result, queued.command.context);
        postgres_prune_marks(&worker->connection);
    }
    return NULL;
}

enum err postgres_submit(struct sql_store *base, const struct sql_command *command)
{
    struct postgres_store *store = (struct postgres_store *)base;
    enum err result = ERR_STOPPING;
    pthread_mutex_lock(&store->lock_queue);
    if (!store->stopping)
        result = sql_queue_put(&store->lanes[command->lane], command, postgres_now());
    if (result == ERR_NONE)
        pthread_cond_signal(&store->wake);
    pthread_mutex_unlock(&store->lock_queue);
    return result;
}

static enum err worker_start(struct postgres_store *store, struct postgres_worker *worker)
{
    worker->store = store;
    worker->arena = arena_new_wiped(COMMAND_ARENA_LIMIT);
    TRY(postgres_connection_new(store, &worker->connection));
    if (worker->arena == NULL || pthread_create(&worker->thread, NULL, worker_thread, worker) != 0)
        return ERR_MEMORY;
    worker->running = true;
    return ERR_NONE;
}

enum err postgres_workers_start(struct postgres_store *store)
{
    for (unsigned lane = 0; lane < SQL_LANES; lane++)
        TRY(sql_queue_new(LIMIT_SQL_QUEUE, &store->lanes[lane]));
    store->workers = calloc(LIMIT_SQL_CONNECTIONS, sizeof *store->workers);
    if (store->workers == NULL)
        return ERR_MEMORY;
    for (unsigned i = 0; i < LIMIT_SQL_CONNECTIONS; i++)
        TRY(worker_start(store, &store->workers[i]));
    return ERR_NONE;
}

void postgres_workers_stop(struct postgres_store *store)
{
    pthread_mutex_lock(&store->lock_queue);
    store->stopping = true;
    pthread_cond_broadcast(&store->wake);
    pthread_mutex_unlock(&store->lock_queue);
    for (unsigned i = 0; store->workers != NULL && i < LIMIT_SQL_CONNECTIONS; i++) {
        struct postgres_worker *worker = &store->workers[i];
        if (worker->running)
            pthread_join(worker->thread, NULL);
        if (worker->store != NULL)
            postgres_connection_free(&worker->connection);
        arena_free(worker->arena);
    }
    free(store->workers);
    for (unsigned lane = 0; lane < SQL_LANES; lane++)
        sql_queue_free(&store->lanes[lane]);
}
