#include "sql/postgres.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static enum err store_new(const char *url, bool view, const struct sql_statement *statements, size_t count,
                          struct postgres_store **ret_store)
{
    struct postgres_store *store = calloc(1, sizeof *store);
    if (store == NULL)
        return ERR_MEMORY;
    store->base = (struct sql_store){&postgres_engine, statements, count, 0};
    pthread_mutex_init(&store->lock_queue, NULL);
    pthread_mutex_init(&store->lock_readers, NULL);
    pthread_mutex_init(&store->turn, NULL);
    pthread_cond_init(&store->wake, NULL);
    pthread_cond_init(&store->reader_free, NULL);
    store->url = strdup(url);
    store->view = view;
    store->readers = calloc(LIMIT_SQL_READERS, sizeof *store->readers);
    store->reader_busy = calloc(LIMIT_SQL_READERS, sizeof *store->reader_busy);
    *ret_store = store;
    if (store->url == NULL || store->readers == NULL || store->reader_busy == NULL)
        return ERR_MEMORY;
    for (unsigned i = 0; i < LIMIT_SQL_READERS; i++)
        TRY(postgres_connection_new(store, &store->readers[i]));
    return ERR_NONE;
}

static void postgres_close(struct sql_store *base)
{
    struct postgres_store *store = (struct postgres_store *)base;
    atomic_store(&store->closing, true);
    postgres_workers_stop(store);
    for (unsigned i = 0; store->readers != NULL && i < LIMIT_SQL_READERS; i++)
        postgres_connection_free(&store->readers[i]);
    pthread_cond_destroy(&store->reader_free);
    pthread_cond_destroy(&store->wake);
    pthread_mutex_destroy(&store->turn);
    pthread_mutex_destroy(&store->lock_readers);
    pthread_mutex_destroy(&store->lock_queue);
    free(store->readers);
    free(store->reader_busy);
    free(store->url);
    free(store);
}

static enum err open_done(struct postgres_store *store, enum err error, const char *reason,
                          struct sql_store **ret_store, const char **ret_reason)
{
    if (ret_reason != NULL)
        *ret_reason = reason;
    if (error == ERR_NONE)
        *ret_store = &store->base;
    else if (store != NULL)
        postgres_close(&store->base);
    return error;
}

static enum err postgres_open(const struct sql_options *options, struct sql_store **ret_store,
                              const char **ret_reason)
{
    struct postgres_store *store = NULL;
    const char *reason = "";
    enum err error = store_new(options->url, false, options->statements, options->statement_count, &store);
    if (error == ERR_NONE)
        error = postgres_migrate(store, options, &reason);
    if (error == ERR_NONE)
        error = postgres_workers_start(store);
    return open_done(store, error, reason, ret_store, ret_reason);
}

/* A view has no workers; that it can be reached is shown by its first connection. */
static enum err postgres_open_view(const char *url, const struct sql_statement *statements, size_t count,
                                   struct sql_store **ret_store, const char **ret_reason)
{
    struct postgres_store *store = NULL;
    const char *reason = "";
    enum err error = store_new(url, true, statements, count, &store);
    if (error == ERR_NONE)
        error = postgres_connect(&store->readers[0], &reason);
    return open_done(store, error, reason, ret_store, ret_reason);
}

static unsigned reader_take(struct postgres_store *store)
{
    unsigned index = 0;
    pthread_mutex_lock(&store->lock_readers);
    for (;; pthread_cond_wait(&store->reader_free, &store->lock_readers)) {
        for (index = 0; index < LIMIT_SQL_READERS && store->reader_busy[index]; index++)
            ;
        if (index < LIMIT_SQL_READERS)
            break;
    }
    store->reader_busy[index] = true;
    pthread_mutex_unlock(&store->lock_readers);
    return index;
}

static void reader_give_back(struct postgres_store *store, unsigned index)
{
    pthread_mutex_lock(&store->lock_readers);
    store->reader_busy[index] = false;
    pthread_cond_signal(&store->reader_free);
    pthread_mutex_unlock(&store->lock_readers);
}

static enum err postgres_read(struct sql_store *base, sql_run_fn *run, struct arena *arena, void *context)
{
    struct postgres_store *store = (struct postgres_store *)base;
    unsigned index = reader_take(store);
    enum err error = postgres_run_read(&store->readers[index], run, arena, context);
    reader_give_back(store, index);
    atomic_fetch_add(&store->reads, 1);
    return error;
}

static enum err postgres_backup(struct sql_store *base, const char *path)
{
    (void)base;
    (void)path;
    log_error("backup_unsupported", LOG_TEXT("why", "a PostgreSQL server is backed up by its own tools"));
    return ERR_CONFIG;
}

static void postgres_count(struct sql_store *base, struct sql_counters *ret_counters)
{
    struct postgres_store *store = (struct postgres_store *)base;
    int64_t queue = 0;
    pthread_mutex_lock(&store->lock_queue);
    for (unsigned lane = 0; lane < SQL_LANES; lane++)
        queue += store->lanes[lane].count;
    pthread_mutex_unlock(&store->lock_queue);
    *ret_counters = (struct sql_counters){
        .commands = atomic_load(&store->commands),
        .commits = atomic_load(&store->commits),
        .reruns = atomic_load(&store->reruns),
        .reads = atomic_load(&store->reads),
        .connections = atomic_load(&store->connections),
        .reconnects = atomic_load(&store->reconnects),
        .queue = queue,
        .commit_micros_last = atomic_load(&store->commit_micros_last),
    };
}

/* What a statement reads is one picture of the server's activity; its clock decides what "before" is. */
static const char await_text[] =
    "SELECT COUNT(*) FROM (SELECT xact_start FROM pg_stat_activity WHERE datname = current_database() "
    "AND application_name = 'violet' AND pid <> pg_backend_pid() AND xact_start IS NOT NULL "
    "UNION ALL SELECT prepared FROM pg_prepared_xacts WHERE database = current_database()) AS open "
    "WHERE xact_start < $1::timestamptz";

static bool ask_one(PGconn *link, const char *text, const char *argument, char *ret_answer, size_t size)
{
    PGresult *result = PQexecParams(link, text, argument != NULL, NULL, &argument, NULL, NULL, 0);
    bool good = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1 &&
                PQgetlength(result, 0, 0) < (int)size;
    if (good)
        memcpy(ret_answer, PQgetvalue(result, 0, 0), (size_t)PQgetlength(result, 0, 0) + 1);
    PQclear(result);
    return good;
}

/* ERR_NONE: none is open; ERR_CHANGED: the connection broke. *heard: when the server answered last. */
static enum err await_on(PGconn *link, char began[64], int64_t *heard, int64_t deadline)
{
    static const struct timespec pause = {0, 20 * 1000 * 1000};
    char open[24] = "";
    if (began[0] == '\0' && !ask_one(link, "SELECT clock_timestamp()", NULL, began, 64))
        return ERR_CHANGED;
    while (ask_one(link, await_text, began, open, sizeof open)) {
        *heard = postgres_now();
        if (strcmp(open, "0") == 0)
            return ERR_NONE;
        if (*heard > deadline)
            return ERR_BUSY;
        nanosleep(&pause, NULL);
    }
    return ERR_CHANGED;
}

static enum err postgres_await_readers(struct sql_store *base)
{
    struct postgres_store *store = (struct postgres_store *)base;
    int64_t heard = postgres_now(), deadline = heard + LIMIT_SQL_VIEW_SECONDS * MICROS_SECOND;
    char began[64] = "";
    enum err error = ERR_CHANGED;
    while (error == ERR_CHANGED && postgres_now() - heard < LIMIT_SQL_DEADLINE_SECONDS * MICROS_SECOND) {
        PGconn *link = NULL;
        const char *reason = "";
        if (postgres_link(store->url, false, &link, &reason) == ERR_NONE) {
            error = await_on(link, began, &heard, deadline);
            PQfinish(link);
        }
        if (error == ERR_CHANGED)
            postgres_pause(MICROS_SECOND);
    }
    if (error != ERR_NONE)
        log_warn("await_readers",
                 LOG_TEXT("why", error == ERR_BUSY ? "a transaction stays open" : "no server"));
    return error == ERR_CHANGED ? ERR_BUSY : error;
}

const struct sql_engine postgres_engine = {
    .open = postgres_open,
    .open_view = postgres_open_view,
    .exists = postgres_exists,
    .close = postgres_close,
    .submit = postgres_submit,
    .read = postgres_read,
    .await_readers = postgres_await_readers,
    .backup = postgres_backup,
    .count = postgres_count,
    .exec = postgres_exec,
    .query = postgres_query,
    .next = postgres_next,
    .end = postgres_end,
    .column_int = postgres_column_int,
    .column_bytes = postgres_column_bytes,
    .column_is_null = postgres_column_is_null,
};
