#include "sql/sqlite.h"

#include "base/failpoint.h"
#include "base/limits.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static enum err lock_file(struct sqlite_store *store, const char **ret_reason)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s.lock", store->path) >= (int)sizeof path) {
        *ret_reason = "the path is too long";
        return ERR_CONFIG;
    }
    store->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (store->lock < 0) {
        *ret_reason = strerror(errno);
        return errno == EACCES ? ERR_FORBIDDEN : ERR_IO;
    }
    if (flock(store->lock, LOCK_EX | LOCK_NB) == 0)
        return ERR_NONE;
    *ret_reason = "in use by another process";
    return ERR_LOCKED;
}

/* SQLite would create the file readable by others; an existing one keeps its mode. */
static enum err create_private(const char *path, int flags)
{
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | flags, 0600);
    if (file < 0)
        return errno == EACCES ? ERR_FORBIDDEN : errno == ENOSPC ? ERR_FULL : ERR_IO;
    close(file);
    return ERR_NONE;
}

static enum err store_prepare(struct sqlite_store *store, const struct sql_options *options,
                              const char **ret_reason)
{
    store->base.statements = options->statements;
    store->base.statement_count = options->statement_count;
    store->readers = calloc(LIMIT_SQL_READERS, sizeof *store->readers);
    store->reader_uses = calloc(LIMIT_SQL_READERS, sizeof *store->reader_uses);
    if (store->readers == NULL || store->reader_uses == NULL)
        return ERR_MEMORY;
    TRY(lock_file(store, ret_reason));
    TRY(create_private(store->path, 0));
    TRY(sqlite_connect(store, false, &store->writer, ret_reason));
    TRY(sqlite_migrate(store, options, ret_reason));
    TRY(sqlite_connect(store, false, &store->checkpointer, ret_reason));
    TRY(sqlite_writer_start(store));
    return sqlite_checkpoint_start(store);
}

void sqlite_locks_init(struct sqlite_store *store)
{
    pthread_mutex_init(&store->lock_queue, NULL);
    pthread_mutex_init(&store->lock_readers, NULL);
    pthread_mutex_init(&store->lock_checkpoint, NULL);
    pthread_cond_init(&store->wake, NULL);
    pthread_cond_init(&store->checkpoint_wake, NULL);
    pthread_cond_init(&store->reader_free, NULL);
}

static enum err sqlite_open(const struct sql_options *options, struct sql_store **ret_store,
                            const char **ret_reason)
{
    static const char prefix[] = "sqlite:";
    const char *reason = "";
    if (options->url[sizeof prefix - 1] == '\0') {
        if (ret_reason != NULL)
            *ret_reason = "the url must name a file";
        return ERR_CONFIG;
    }
    struct sqlite_store *store = calloc(1, sizeof *store);
    if (store == NULL)
        return ERR_MEMORY;
    store->base.engine = &sqlite_engine;
    store->lock = store->pages = -1;
    store->path = strdup(options->url + sizeof prefix - 1);
    sqlite_locks_init(store);
    enum err error = store->path != NULL ? store_prepare(store, options, &reason) : ERR_MEMORY;
    if (ret_reason != NULL)
        *ret_reason = reason;
    if (error != ERR_NONE)
        sqlite_close(&store->base);
    else
        *ret_store = &store->base;
    return error;
}

void sqlite_close(struct sql_store *base)
{
    struct sqlite_store *store = (struct sqlite_store *)base;
    sqlite_writer_stop(store);
    sqlite_checkpoint_stop(store);
    for (unsigned i = 0; i < store->reader_count; i++)
        sqlite_disconnect(&store->readers[i]);
    sqlite_disconnect(&store->checkpointer);
    sqlite_disconnect(&store->writer); /* the last one: moves what is left in the log and removes it */
    if (store->pages >= 0)
        close(store->pages);
    free(store->readers);
    free(store->reader_uses);
    pthread_cond_destroy(&store->reader_free);
    pthread_cond_destroy(&store->checkpoint_wake);
    pthread_cond_destroy(&store->wake);
    pthread_mutex_destroy(&store->lock_checkpoint);
    pthread_mutex_destroy(&store->lock_readers);
    pthread_mutex_destroy(&store->lock_queue);
    if (store->lock >= 0)
        close(store->lock);
    free(store->path);
    free(store);
}

static bool reader_is_busy(const struct sqlite_store *store, unsigned index)
{
    return store->reader_uses[index] % 2 != 0;
}

static enum err reader_take(struct sqlite_store *store, unsigned *ret_index)
{
    enum err error = ERR_NONE;
    pthread_mutex_lock(&store->lock_readers);
    for (;;) {
        unsigned index = 0;
        while (index < store->reader_count && reader_is_busy(store, index))
            index++;
        if (index == store->reader_count && index < LIMIT_SQL_READERS) {
            const char *reason;
            error = sqlite_connect(store, true, &store->readers[index], &reason);
            store->reader_count += error == ERR_NONE;
        }
        if (error != ERR_NONE || index < store->reader_count) {
            if (error == ERR_NONE)
                store->reader_uses[index]++;
            *ret_index = index;
            break;
        }
        pthread_cond_wait(&store->reader_free, &store->lock_readers);
    }
    pthread_mutex_unlock(&store->lock_readers);
    return error;
}

static void reader_give_back(struct sqlite_store *store, unsigned index)
{
    pthread_mutex_lock(&store->lock_readers);
    store->reader_uses[index]++;
    pthread_cond_broadcast(&store->reader_free); /* readers and sql_await_readers wait for it */
    pthread_mutex_unlock(&store->lock_readers);
}

static enum err sqlite_await_readers(struct sql_store *base)
{
    struct sqlite_store *store = (struct sqlite_store *)base;
    uint64_t uses[LIMIT_SQL_READERS] = {0};
    pthread_mutex_lock(&store->lock_readers);
    unsigned count = store->reader_count;
    memcpy(uses, store->reader_uses, count * sizeof *uses);
    for (unsigned index = 0; index < count; index++)
        while (uses[index] % 2 != 0 && store->reader_uses[index] == uses[index])
            pthread_cond_wait(&store->reader_free, &store->lock_readers);
    pthread_mutex_unlock(&store->lock_readers);
    return ERR_NONE;
}

static enum err sqlite_read(struct sql_store *base, sql_run_fn *run, struct arena *arena, void *context)
{
    struct sqlite_store *store = (struct sqlite_store *)base;
    unsigned index;
    TRY(reader_take(store, &index));
    struct sqlite_tx tx = {.base = {&sqlite_engine, arena, ERR_NONE}, .connection = &store->readers[index]};
    enum err error = sqlite_error(sqlite_run_frame(tx.connection, SQLITE_FRAME_BEGIN));
    if (error == ERR_NONE) {
        error = run(&tx.base, arena, context);
        sqlite_end_walks(&tx);
        if (error == ERR_NONE)
            error = tx.base.error;
        if (!sqlite3_get_autocommit(tx.connection->db))
            sqlite_run_frame(tx.connection, SQLITE_FRAME_COMMIT);
    }
    reader_give_back(store, index);
    atomic_fetch_add(&store->reads, 1);
    return error;
}

static enum err copy_pages(sqlite3 *from, sqlite3 *to)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (backup == NULL)
        return sqlite_error(sqlite3_errcode(to));
    /* All in one step: between two steps a commit would make it begin again, and so for ever under load. */
    int code = sqlite3_backup_step(backup, -1);
    FAILPOINT("sql.backup_copied");
    int finished = sqlite3_backup_finish(backup);
    return sqlite_error(code == SQLITE_DONE ? finished : code);
}

static enum err sync_path(const char *path, int flags)
{
    int file = open(path, flags | O_CLOEXEC);
    if (file < 0)
        return ERR_IO;
    enum err error = fsync(file) == 0 ? ERR_NONE : ERR_IO;
    close(file);
    return error;
}

static enum err sync_directory_of(const char *path)
{
    char directory[4096];
    const char *slash = strrchr(path, '/');
    snprintf(directory, sizeof directory, "%.*s", slash != NULL ? (int)(slash - path) + 1 : 1,
             slash != NULL ? path : ".");
    return sync_path(directory, O_RDONLY | O_DIRECTORY);
}

static enum err backup_to(struct sqlite_store *store, const char *part)
{
    sqlite3 *to = NULL;
    unsigned index;
    enum err error = sqlite_error(sqlite3_open_v2(part, &to, SQLITE_OPEN_READWRITE, NULL));
    if (error == ERR_NONE)
        error = reader_take(store, &index);
    if (error == ERR_NONE) {
        error = copy_pages(store->readers[index].db, to);
        reader_give_back(store, index);
    }
    sqlite3_close(to);
    return error == ERR_NONE ? sync_path(part, O_RDONLY) : error;
}

static enum err sqlite_backup(struct sql_store *base, const char *path)
{
    struct sqlite_store *store = (struct sqlite_store *)base;
    char part[4096];
    if (access(path, F_OK) == 0)
        return ERR_EXISTS;
    if (snprintf(part, sizeof part, "%s.part", path) >= (int)sizeof part)
        return ERR_CONFIG;
    unlink(part);
    enum err error = create_private(part, O_EXCL | O_NOFOLLOW);
    if (error == ERR_NONE)
        error = backup_to(store, part);
    /* link, not rename: it never replaces what has come to be there meanwhile. */
    if (error == ERR_NONE && link(part, path) != 0)
        error = errno == EEXIST ? ERR_EXISTS : ERR_IO;
    unlink(part);
    return error == ERR_NONE ? sync_directory_of(path) : error;
}

static void sqlite_count(struct sql_store *base, struct sql_counters *ret_counters)
{
    struct sqlite_store *store = (struct sqlite_store *)base;
    pthread_mutex_lock(&store->lock_queue);
    int64_t queue = (int64_t)store->lanes[SQL_LANE_COMMAND].count + store->lanes[SQL_LANE_BULK].count;
    pthread_mutex_unlock(&store->lock_queue);
    *ret_counters = (struct sql_counters){
        .commands = atomic_load(&store->commands),
        .commits = atomic_load(&store->commits),
        .reruns = atomic_load(&store->reruns),
        .reads = atomic_load(&store->reads),
        .checkpoints = atomic_load(&store->checkpoints),
        .wal_bytes = atomic_load(&store->wal_bytes),
        .queue = queue,
        .commit_micros_last = atomic_load(&store->commit_micros_last),
    };
}

const struct sql_engine sqlite_engine = {
    .open = sqlite_open,
    .open_view = sqlite_open_view,
    .exists = sqlite_exists,
    .close = sqlite_close,
    .submit = sqlite_submit,
    .read = sqlite_read,
    .await_readers = sqlite_await_readers,
    .backup = sqlite_backup,
    .count = sqlite_count,
    .exec = sqlite_exec,
    .query = sqlite_query,
    .next = sqlite_next,
    .end = sqlite_end,
    .column_int = sqlite_column_int,
    .column_bytes = sqlite_column_bytes,
    .column_is_null = sqlite_column_is_null,
};
