#include "sql/sqlite.h"

#include "base/limits.h"
#include "base/log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

/* A passive pass whenever this much more has been written, or this often: pages that are written again and
 * again move once a pass, and each pass waits for the disk twice, beside the commits. */
enum {
    CHECKPOINT_BYTES = 256 * 1024 * 1024,
    CHECKPOINT_SECONDS = 30,
    LAST_PASS_BUSY_MILLIS = 200,
    FRAME_HEADER_BYTES = 24,
    PIECE_BYTES = 1024 * 1024,
    CHASES = 8,
    REST_FRAMES = 512,
    LATEST = 2 /* times LIMIT_WAL_BYTES: the writer moves all that is left, however much it is */
};

/* After a failed fsync the log still holds all; a second try could pass over pages that never reached disk.
 */
static void report_pass(int code)
{
    sqlite_stop_on_disk_error(code);
    if (code != SQLITE_OK && code != SQLITE_BUSY)
        log_warn("checkpoint", LOG_INT("code", code));
}

/* Moves what the log holds by now; returns how many frames that was, or -1. */
static int64_t passive_pass(struct sqlite_store *store)
{
    int frames = 0, moved = 0;
    pthread_mutex_lock(&store->lock_checkpoint);
    int code =
        sqlite3_wal_checkpoint_v2(store->checkpointer.db, NULL, SQLITE_CHECKPOINT_PASSIVE, &frames, &moved);
    pthread_mutex_unlock(&store->lock_checkpoint);
    report_pass(code);
    atomic_fetch_add(&store->checkpoints, 1);
    return code == SQLITE_OK ? moved : -1;
}

/* Piece by piece, so that a commit's sync finds little before it at the disk: all at once it takes four times
 * as long. What fails here fails in the sync that follows. */
static void write_out(const struct sqlite_store *store)
{
    struct stat file;
    if (store->pages < 0 || fstat(store->pages, &file) != 0)
        return;
    for (off_t at = 0; at < file.st_size; at += PIECE_BYTES)
        sync_file_range(store->pages, at, PIECE_BYTES,
                        SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
}

/* A pass that is overtaken by the writer leaves its pages to the next sync, which would be the writer's own.
 */
static void sync_pages(struct sqlite_store *store)
{
    sqlite3_file *file = NULL;
    int code = sqlite3_file_control(store->checkpointer.db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (code == SQLITE_OK && file != NULL && file->pMethods != NULL)
        code = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
    sqlite_stop_on_disk_error(code);
}

/* Follows the writer until so little is left that it can hold still for the rest. */
static void pass(struct sqlite_store *store)
{
    for (int nth = 0; nth < CHASES; nth++) {
        int64_t moved = passive_pass(store);
        if (nth < 2) /* what comes later is little */
            write_out(store);
        sync_pages(store);
        int64_t frames = atomic_load(&store->wal_bytes) / store->frame_bytes;
        if (moved < 0 || frames * store->frame_bytes <= LIMIT_WAL_BYTES || frames - moved <= REST_FRAMES)
            break;
    }
    atomic_store(&store->last_pass_due, atomic_load(&store->wal_bytes) > LIMIT_WAL_BYTES);
}

static void *checkpoint_thread(void *context)
{
    struct sqlite_store *store = context;
    pthread_setname_np(pthread_self(), "checkpoint");
    pthread_mutex_lock(&store->lock_queue);
    while (!store->stopping) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += CHECKPOINT_SECONDS;
        pthread_cond_timedwait(&store->checkpoint_wake, &store->lock_queue, &until);
        if (store->stopping)
            break;
        pthread_mutex_unlock(&store->lock_queue);
        pass(store);
        pthread_mutex_lock(&store->lock_queue);
    }
    pthread_mutex_unlock(&store->lock_queue);
    return NULL;
}

/* The hook runs on the writer after each commit and says how many frames the log has now. */
static int wal_hook(void *context, sqlite3 *db, const char *name, int frames)
{
    struct sqlite_store *store = context;
    (void)db;
    (void)name;
    atomic_store(&store->wal_bytes, frames * store->frame_bytes);
    return SQLITE_OK;
}

/* Passive passes never reset a log that is always written: here the writer holds still. A long reader may
 * hold the log: then it is let grow a little before the next try, so that the writer is not always waiting.
 */
static void last_pass(struct sqlite_store *store, int64_t bytes)
{
    int frames = -1, moved = -1;
    pthread_mutex_lock(&store->lock_checkpoint);
    sqlite3_busy_timeout(store->writer.db, LAST_PASS_BUSY_MILLIS);
    int code = sqlite3_wal_checkpoint_v2(store->writer.db, NULL, SQLITE_CHECKPOINT_RESTART, &frames, &moved);
    sqlite3_busy_timeout(store->writer.db, SQLITE_BUSY_MILLIS);
    pthread_mutex_unlock(&store->lock_checkpoint);
    report_pass(code);
    store->wal_retry_bytes = code == SQLITE_OK ? 0 : bytes + CHECKPOINT_BYTES;
    if (code == SQLITE_OK)
        atomic_store(&store->wal_bytes, 0);
    atomic_fetch_add(&store->checkpoints, 1);
}

void sqlite_checkpoint_hint(struct sqlite_store *store)
{
    int64_t bytes = atomic_load(&store->wal_bytes);
    bool due = atomic_load(&store->last_pass_due) || bytes > LATEST * LIMIT_WAL_BYTES;
    if (bytes > LIMIT_WAL_BYTES && bytes > store->wal_retry_bytes && due) {
        atomic_store(&store->last_pass_due, false);
        last_pass(store, bytes);
        return;
    }
    if (bytes < store->wal_hinted_bytes)
        store->wal_hinted_bytes = 0; /* the log began anew */
    if (bytes - store->wal_hinted_bytes >= CHECKPOINT_BYTES) {
        store->wal_hinted_bytes = bytes;
        pthread_cond_signal(&store->checkpoint_wake);
    }
}

static enum err read_frame_bytes(struct sqlite_store *store)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(store->writer.db, "PRAGMA page_size", -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        store->frame_bytes = FRAME_HEADER_BYTES + sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return sqlite_error(code);
}

enum err sqlite_checkpoint_start(struct sqlite_store *store)
{
    TRY(read_frame_bytes(store));
    sqlite3_wal_hook(store->writer.db, wal_hook, store);
    store->pages = open(store->path, O_RDWR | O_CLOEXEC);
    if (pthread_create(&store->checkpoint_thread, NULL, checkpoint_thread, store) != 0)
        return ERR_MEMORY;
    store->checkpoint_running = true;
    return ERR_NONE;
}

void sqlite_checkpoint_stop(struct sqlite_store *store)
{
    pthread_mutex_lock(&store->lock_queue);
    store->stopping = true;
    pthread_cond_broadcast(&store->checkpoint_wake);
    pthread_mutex_unlock(&store->lock_queue);
    if (store->checkpoint_running)
        pthread_join(store->checkpoint_thread, NULL);
}
