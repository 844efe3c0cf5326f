/* Inside of the port for SQLite; not for other folders. */
#ifndef SQL_SQLITE_H
#define SQL_SQLITE_H

#include "sql/sql.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

/* How long a statement waits for another process's lock. */
enum { SQLITE_BUSY_MILLIS = 10000 };

/* One connection with its prepared statements. */
struct sqlite_connection {
    sqlite3 *db;
    sqlite3_stmt **prepared;
    const struct sql_statement *statements;
    size_t statement_count;
};

/* What sql.h calls a transaction: a connection in use by one command. */
struct sql_tx {
    struct sqlite_connection *connection;
    struct arena *arena;
    enum err error; /* the first error of the engine: the command's own result must not hide it */
    bool writer;
    unsigned walks; /* begun and not ended */
};

struct sqlite_item {
    struct sql_command command;
    struct arena *arena;
    enum err result;
};

struct sqlite_queue {
    struct sqlite_item *ring;
    unsigned limit, first, count;
};

struct sql_store {
    char *path;
    int lock;
    int version;
    const struct sql_statement *statements;
    size_t statement_count;

    struct sqlite_connection writer;
    pthread_t writer_thread;
    bool writer_running, stopping;
    pthread_mutex_t lock_queue;
    pthread_cond_t wake;
    struct sqlite_queue lanes[2];
    struct sqlite_item *group; /* what is committed together */

    pthread_mutex_t lock_readers;
    pthread_cond_t reader_free;
    struct sqlite_connection *readers;
    uint64_t *reader_uses; /* counts takes and returns: odd while a connection is in use */
    unsigned reader_count;

    struct sqlite_connection checkpointer;
    pthread_t checkpoint_thread;
    bool checkpoint_running;
    pthread_cond_t checkpoint_wake;
    pthread_mutex_t lock_checkpoint; /* one pass at a time: SQLite would answer the second one with BUSY */
    int64_t wal_retry_bytes;         /* the writer's own; 0: its next pass is at LIMIT_WAL_BYTES */

    _Atomic int64_t commands, commits, reruns, reads, checkpoints, wal_bytes, commit_micros_last;
};

/* The error that a result code of SQLite means. */
enum err sqlite_error(int code);
/* The state on disk is not known any more (a failed write, fsync or read of the writer's): only a restart,
 * which reads it again, is honest. Logs and ends the process where the code is such an error. */
void sqlite_stop_on_disk_error(int code);
/* Ends the walks that a command left open: they would hold its transaction. */
void sqlite_end_walks(struct sql_tx *tx);
/* Mutexes and conditions of a store that was just allocated; sql_close destroys them. */
void sqlite_locks_init(struct sql_store *store);
/* Opens a connection with its settings, each read back; ret_reason gets a static text. */
enum err sqlite_connect(struct sql_store *store, bool reader, struct sqlite_connection *ret_connection,
                        const char **ret_reason);
/* Finalizes and closes; a zeroed connection is fine. */
void sqlite_disconnect(struct sqlite_connection *connection);
/* Runs a text without parameters (BEGIN, SAVEPOINT …). */
int sqlite_run(struct sqlite_connection *connection, const char *text);
/* Applies what the store lacks, one transaction a migration; reads the version. */
enum err sqlite_migrate(struct sql_store *store, const struct sql_options *options, const char **ret_reason);
/* Starts the writer and the checkpointer; stops them after what was queued. */
enum err sqlite_writer_start(struct sql_store *store);
void sqlite_writer_stop(struct sql_store *store);
/* Called by the writer after each commit. */
void sqlite_checkpoint_hint(struct sql_store *store);
enum err sqlite_checkpoint_start(struct sql_store *store);
void sqlite_checkpoint_stop(struct sql_store *store);

#endif
