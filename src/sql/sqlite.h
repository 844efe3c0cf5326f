/* Inside of the port for SQLite; not for other folders. */
#ifndef SQL_SQLITE_H
#define SQL_SQLITE_H

#include "sql/engine.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

/* How long a statement waits for another process's lock. */
enum { SQLITE_BUSY_MILLIS = 10000 };

/* What frames commands: prepared once, because every command runs some of them. */
enum sqlite_frame {
    SQLITE_FRAME_BEGIN,
    SQLITE_FRAME_BEGIN_WRITE,
    SQLITE_FRAME_COMMIT,
    SQLITE_FRAME_SAVEPOINT,
    SQLITE_FRAME_RELEASE,
    SQLITE_FRAME_ROLLBACK_TO,
    SQLITE_FRAMES
};

/* One connection with its prepared statements. */
struct sqlite_connection {
    sqlite3 *db;
    sqlite3_stmt *frames[SQLITE_FRAMES];
    sqlite3_stmt **prepared;
    bool *in_order; /* of a prepared one: its parameters are numbered as they are named */
    const struct sql_statement *statements;
    size_t statement_count;
};

struct sqlite_tx {
    struct sql_tx base;
    struct sqlite_connection *connection;
    bool writer;
    unsigned walks; /* begun and not ended */
};

struct sqlite_item {
    struct sql_queued queued;
    struct arena *arena;
    enum err result;
};

struct sqlite_store {
    struct sql_store base;
    char *path;
    int lock;

    struct sqlite_connection writer;
    pthread_t writer_thread;
    bool writer_running, stopping;
    pthread_mutex_t lock_queue;
    pthread_cond_t wake;
    struct sql_queue lanes[SQL_LANES];
    _Atomic int waiting;       /* in all lanes */
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
    int pages; /* the file once more, -1: not open. Closed after every connection: closing ends the process's
                  locks */
    pthread_mutex_t lock_checkpoint; /* one pass at a time: SQLite would answer the second one with BUSY */
    int64_t frame_bytes;             /* of a page in the log */
    int64_t wal_hinted_bytes;        /* the writer's own; where the checkpointer was last asked for a pass */
    _Atomic bool last_pass_due;      /* the checkpointer has come so close that the writer may do the rest */
    int64_t wal_retry_bytes;         /* the writer's own; 0: its next pass is at LIMIT_WAL_BYTES */

    _Atomic int64_t commands, commits, reruns, reads, checkpoints, wal_bytes, commit_micros_last;
};

/* The error that a result code of SQLite means. */
enum err sqlite_error(int code);
/* The state on disk is not known any more (a failed write, fsync or read of the writer's): only a restart,
 * which reads it again, is honest. Logs and ends the process where the code is such an error. */
void sqlite_stop_on_disk_error(int code);
/* Ends the walks that a command left open: they would hold its transaction. */
void sqlite_end_walks(struct sqlite_tx *tx);
/* Mutexes and conditions of a store that was just allocated; sql_close destroys them. */
void sqlite_locks_init(struct sqlite_store *store);
/* The name of the file layer that writes the frames of a commit with one call; made at its first call, which
 * one thread makes alone. NULL: SQLite's own. */
const char *sqlite_wal_layer(void);
/* Puts a thin layer over SQLite's page cache, for all connections of the process; before sqlite3_initialize.
 */
void sqlite_page_cache(void);
/* Opens a connection with its settings, each read back; ret_reason gets a static text. */
enum err sqlite_connect(struct sqlite_store *store, bool reader, struct sqlite_connection *ret_connection,
                        const char **ret_reason);
/* Finalizes and closes; a zeroed connection is fine. */
void sqlite_disconnect(struct sqlite_connection *connection);
/* Runs a text without parameters. */
int sqlite_run(struct sqlite_connection *connection, const char *text);
/* Runs a statement of the frame; SQLite's result code. */
int sqlite_run_frame(struct sqlite_connection *connection, enum sqlite_frame frame);
/* Applies what the store lacks, one transaction a migration; reads the version. */
enum err sqlite_migrate(struct sqlite_store *store, const struct sql_options *options,
                        const char **ret_reason);
/* The functions of the engine that the writer and the statements give. */
enum err sqlite_submit(struct sql_store *base, const struct sql_command *command);
enum err sqlite_exists(const char *url, bool *ret_exists, const char **ret_reason);
enum err sqlite_open_view(const char *url, const struct sql_statement *statements, size_t count,
                          struct sql_store **ret_store, const char **ret_reason);
void sqlite_close(struct sql_store *base);
enum err sqlite_exec(struct sql_tx *base, unsigned statement, int64_t *ret_changes,
                     const struct sql_value *values, size_t count);
enum err sqlite_query(struct sql_tx *base, unsigned statement, struct sql_rows *ret_rows,
                      const struct sql_value *values, size_t count);
bool sqlite_next(struct sql_rows *rows);
enum err sqlite_end(struct sql_rows *rows);
int64_t sqlite_column_int(struct sql_rows *rows, int column);
struct str sqlite_column_bytes(struct sql_rows *rows, int column);
bool sqlite_column_is_null(struct sql_rows *rows, int column);
/* Starts the writer and the checkpointer; stops them after what was queued. */
enum err sqlite_writer_start(struct sqlite_store *store);
void sqlite_writer_stop(struct sqlite_store *store);
/* Called by the writer after each commit. */
void sqlite_checkpoint_hint(struct sqlite_store *store);
enum err sqlite_checkpoint_start(struct sqlite_store *store);
void sqlite_checkpoint_stop(struct sqlite_store *store);

#endif
