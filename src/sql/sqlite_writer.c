#include "sql/sqlite.h"

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/limits.h"
#include "base/log.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

/* Each command of a group has its own arena, so that what it bound and read lives until the group is known.
 */
enum { LOOK_MICROS = 150, BULK_EVERY = 8, COMMAND_ARENA_LIMIT = 16 * 1024 * 1024 };

/* Whoever waits for one command often sends the next as soon as it is answered: looking for it a moment costs
 * less than to sleep and be woken. */
static void look_for_next(const struct sqlite_store *store)
{
    int64_t end = clock_read().monotonic + LOOK_MICROS;
    while (atomic_load(&store->waiting) == 0 && clock_read().monotonic < end)
        sched_yield();
}

/* What has gathered: commands first; of the low lane one, where there is no other work or its turn has come.
 */
static unsigned take_group(struct sqlite_store *store, unsigned round)
{
    unsigned count = 0;
    pthread_mutex_lock(&store->lock_queue);
    while (store->lanes[SQL_LANE_COMMAND].count == 0 && store->lanes[SQL_LANE_BULK].count == 0 &&
           !store->stopping)
        pthread_cond_wait(&store->wake, &store->lock_queue);
    while (count < LIMIT_SQL_GROUP &&
           sql_queue_take(&store->lanes[SQL_LANE_COMMAND], &store->group[count].queued))
        count++;
    if ((count == 0 || round % BULK_EVERY == 0) && count < LIMIT_SQL_GROUP &&
        sql_queue_take(&store->lanes[SQL_LANE_BULK], &store->group[count].queued))
        count++;
    atomic_fetch_sub(&store->waiting, (int)count);
    pthread_mutex_unlock(&store->lock_queue);
    return count;
}

static enum err run_command(struct sqlite_store *store, struct sqlite_item *item)
{
    arena_reset(item->arena);
    struct sqlite_tx tx = {
        .base = {&sqlite_engine, item->arena, ERR_NONE}, .connection = &store->writer, .writer = true};
    int64_t started = clock_read().monotonic;
    enum err result = item->queued.command.run(&tx.base, item->arena, item->queued.command.context);
    sqlite_end_walks(&tx);
    int64_t took = clock_read().monotonic - started;
    if (took > LIMIT_SQL_COMMAND_MICROS && item->queued.command.lane == SQL_LANE_COMMAND)
        log_warn("sql_command_slow", LOG_TEXT("name", item->queued.command.name), LOG_INT("micros", took));
    /* A command must not succeed over an error that it did not see. */
    return result == ERR_NONE ? tx.base.error : result;
}

/* False where the engine threw the whole group away. */
static bool run_in_savepoint(struct sqlite_store *store, struct sqlite_item *item)
{
    if (sqlite_run_frame(&store->writer, SQLITE_FRAME_SAVEPOINT) != SQLITE_OK)
        return false;
    item->result = run_command(store, item);
    if (sqlite3_get_autocommit(store->writer.db))
        return false;
    if (item->result != ERR_NONE && sqlite_run_frame(&store->writer, SQLITE_FRAME_ROLLBACK_TO) != SQLITE_OK)
        return false;
    return sqlite_run_frame(&store->writer, SQLITE_FRAME_RELEASE) == SQLITE_OK;
}

static enum err commit_group(struct sqlite_store *store)
{
    int64_t started = clock_read().monotonic;
    FAILPOINT("sql.before_commit");
    int code = sqlite_run_frame(&store->writer, SQLITE_FRAME_COMMIT);
    FAILPOINT("sql.after_commit");
    sqlite_stop_on_disk_error(code);
    if (code != SQLITE_OK && !sqlite3_get_autocommit(store->writer.db))
        sqlite_run(&store->writer, "ROLLBACK");
    atomic_store(&store->commit_micros_last, clock_read().monotonic - started);
    atomic_fetch_add(&store->commits, code == SQLITE_OK);
    return sqlite_error(code);
}

static enum err begin_group(struct sqlite_store *store)
{
    int code = sqlite_run_frame(&store->writer, SQLITE_FRAME_BEGIN_WRITE);
    sqlite_stop_on_disk_error(code);
    return sqlite_error(code);
}

static void roll_back(struct sqlite_store *store)
{
    if (!sqlite3_get_autocommit(store->writer.db))
        sqlite_run(&store->writer, "ROLLBACK");
}

/* False where the command left something that only a savepoint could take back, or the engine threw the whole
 * group away. */
static bool run_plainly(struct sqlite_store *store, struct sqlite_item *item)
{
    sqlite3_int64 before = sqlite3_total_changes64(store->writer.db);
    item->result = run_command(store, item);
    return !sqlite3_get_autocommit(store->writer.db) &&
           (item->result == ERR_NONE || sqlite3_total_changes64(store->writer.db) == before);
}

typedef bool run_one(struct sqlite_store *store, struct sqlite_item *item);

/* Runs the commands in one transaction; false where it was thrown away and nothing of it stands. */
static bool run_group(struct sqlite_store *store, unsigned count, run_one *run)
{
    enum err begun = begin_group(store);
    for (unsigned i = 0; begun != ERR_NONE && i < count; i++)
        store->group[i].result = begun;
    if (begun != ERR_NONE)
        return true;
    for (unsigned i = 0; i < count; i++) {
        if (run(store, &store->group[i]))
            continue;
        sqlite_stop_on_disk_error(sqlite3_extended_errcode(store->writer.db));
        roll_back(store);
        return false;
    }
    return commit_group(store) == ERR_NONE;
}

static enum err run_alone(struct sqlite_store *store, struct sqlite_item *item)
{
    TRY(begin_group(store));
    item->result = run_command(store, item);
    if (item->result == ERR_NONE && !sqlite3_get_autocommit(store->writer.db))
        return commit_group(store);
    roll_back(store);
    return item->result != ERR_NONE ? item->result : ERR_FULL;
}

/* A savepoint keeps a copy of every page that its command changes, which is a tenth of the writer's time; so
 * a group is tried without them, and again with them where a command failed after it had written. What even
 * that does not bring about is tried one by one. */
static void run_all(struct sqlite_store *store, unsigned count)
{
    atomic_fetch_add(&store->commands, count);
    if (count > 1 && run_group(store, count, run_plainly))
        return;
    if (count > 1) {
        atomic_fetch_add(&store->reruns, 1);
        if (run_group(store, count, run_in_savepoint))
            return;
    }
    for (unsigned i = 0; i < count; i++)
        store->group[i].result = run_alone(store, &store->group[i]);
}

static void answer_group(struct sqlite_store *store, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct sqlite_item *item = &store->group[i];
        arena_reset(item->arena);
        item->queued.command.done(item->result, item->queued.command.context);
    }
}

static void make_arenas(struct sqlite_store *store, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (store->group[i].arena == NULL)
            store->group[i].arena = arena_new_wiped(COMMAND_ARENA_LIMIT);
        if (store->group[i].arena == NULL) {
            log_error("writer_out_of_memory");
            abort();
        }
    }
}

static void *writer_thread(void *context)
{
    struct sqlite_store *store = context;
    pthread_setname_np(pthread_self(), "writer");
    unsigned count = 0;
    for (unsigned round = 1;; round++) {
        if (count == 1)
            look_for_next(store);
        count = take_group(store, round);
        if (count == 0)
            return NULL;
        make_arenas(store, count);
        run_all(store, count);
        answer_group(store, count);
        sqlite_checkpoint_hint(store);
    }
}

enum err sqlite_writer_start(struct sqlite_store *store)
{
    store->group = calloc(LIMIT_SQL_GROUP, sizeof *store->group);
    TRY(sql_queue_new(LIMIT_SQL_QUEUE, &store->lanes[SQL_LANE_COMMAND]));
    TRY(sql_queue_new(LIMIT_SQL_QUEUE, &store->lanes[SQL_LANE_BULK]));
    if (store->group == NULL || pthread_create(&store->writer_thread, NULL, writer_thread, store) != 0)
        return ERR_MEMORY;
    store->writer_running = true;
    return ERR_NONE;
}

void sqlite_writer_stop(struct sqlite_store *store)
{
    pthread_mutex_lock(&store->lock_queue);
    store->stopping = true;
    pthread_cond_broadcast(&store->wake);
    pthread_mutex_unlock(&store->lock_queue);
    if (store->writer_running)
        pthread_join(store->writer_thread, NULL);
    for (unsigned i = 0; store->group != NULL && i < LIMIT_SQL_GROUP; i++)
        arena_free(store->group[i].arena);
    free(store->group);
    sql_queue_free(&store->lanes[SQL_LANE_COMMAND]);
    sql_queue_free(&store->lanes[SQL_LANE_BULK]);
}

enum err sqlite_submit(struct sql_store *base, const struct sql_command *command)
{
    struct sqlite_store *store = (struct sqlite_store *)base;
    enum err result = ERR_STOPPING;
    /* There is one writer: a claim is a command like the others. */
    enum sql_lane lane = command->lane == SQL_LANE_CLAIM ? SQL_LANE_COMMAND : command->lane;
    pthread_mutex_lock(&store->lock_queue);
    if (!store->stopping)
        result = sql_queue_put(&store->lanes[lane], command, 0);
    if (result == ERR_NONE) {
        atomic_fetch_add(&store->waiting, 1);
        pthread_cond_signal(&store->wake);
    }
    pthread_mutex_unlock(&store->lock_queue);
    return result;
}
