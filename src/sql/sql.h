/* The port to the SQL engines. SQLite and PostgreSQL live only behind it.
 *
 * A command is a function that reads and writes inside one transaction and may be run again (busy,
 * serialisation failure, a group that was thrown away): it takes all it needs from its context, does no I/O
 * and no password hashing, and leaves its results in the context only. It is answered after its COMMIT is
 * durable. */
#ifndef SQL_SQL_H
#define SQL_SQL_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

struct sql_store;
struct sql_tx;

/* One named statement; the table is generated from the files in store/statements. */
struct sql_statement {
    const char *name, *text;
};

/* One migration; its text is a script that sets its version in the same transaction (done by the port). */
struct sql_migration {
    int version;
    const char *name, *text;
};

struct sql_options {
    const char *url; /* "sqlite:/path/file.db", "postgresql://user@host/database" (libpq's) */
    const struct sql_statement *statements;
    size_t statement_count;
    const struct sql_migration *migrations; /* ascending, versions 1, 2, 3 … */
    size_t migration_count;
    bool migrate; /* false: refuse (ERR_STATE) a database that is older than the last migration */
};

/* Opens the database, reads every setting back, migrates where asked and starts the writer. reason (NULL
 * allowed) gets a static text. ERR_VERSION_NEWER for a newer database, ERR_LOCKED where another process holds
 * it, ERR_CORRUPT where it is none, ERR_IO, ERR_CONFIG. */
enum err sql_open(const struct sql_options *options, struct sql_store **ret_store, const char **ret_reason);
/* Opens a database beside whoever writes it, with statements of one's own: for sql_read alone (a check, a
 * backup that is verified). ERR_NOT_FOUND, ERR_CORRUPT, ERR_IO. */
enum err sql_open_view(const char *url, const struct sql_statement *statements, size_t count,
                       struct sql_store **ret_store, const char **ret_reason);
/* True where a store is at the url: the file is there, the database has a schema of ours. ERR_CONFIG, and for
 * a server what sql_open says. */
enum err sql_exists(const char *url, bool *ret_exists, const char **ret_reason);
/* Adds the url to a text for people or a log: without a password. */
void sql_url_show(const char *url, struct buf *out);
/* True where the url names a file of this machine (SQLite), false for a server. */
bool sql_is_file(const char *url);
/* Finishes what was submitted, stops the writer, closes; accepts NULL. */
void sql_close(struct sql_store *store);

typedef enum err sql_run_fn(struct sql_tx *tx, struct arena *arena, void *context);
/* Called once, on the writer's thread, after the COMMIT (ERR_NONE) or with the reason why nothing was
 * changed. It must be short and must not call the port's blocking functions. */
typedef void sql_done_fn(enum err result, void *context);

/* A claim is one compare-and-swap by key (a lease, a number) that must hold under READ COMMITTED already:
 * many claimers of one place would only undo one another at SERIALIZABLE, where commands and bulk work run.
 */
enum sql_lane { SQL_LANE_COMMAND, SQL_LANE_CLAIM, SQL_LANE_BULK, SQL_LANES };

struct sql_command {
    const char *name; /* for logs and metrics */
    enum sql_lane lane;
    sql_run_fn *run;
    sql_done_fn *done;
    void *context; /* must stay alive until done */
};

/* Queues a command. ERR_BUSY when the queue is full, ERR_STOPPING while closing; then done is not called. */
enum err sql_submit(struct sql_store *store, const struct sql_command *command);
/* Submits and waits; the command's own error or the store's. Not on event threads or the writer's thread. */
enum err sql_call(struct sql_store *store, const char *name, sql_run_fn *run, void *context);
/* Like sql_call, for a claim. */
enum err sql_call_claim(struct sql_store *store, const char *name, sql_run_fn *run, void *context);
/* Like sql_call in the low lane. */
enum err sql_call_bulk(struct sql_store *store, const char *name, sql_run_fn *run, void *context);
/* Runs reads on the calling thread in one read transaction of a reader connection; arena is the caller's. */
enum err sql_read(struct sql_store *store, sql_run_fn *run, struct arena *arena, void *context);

/* Waits until every read that is under way at the call has ended: none older than what is committed now is
 * open any more. Not inside a read or a command. ERR_BUSY where that can't be said: a server that is away for
 * LIMIT_SQL_DEADLINE_SECONDS, or something that is open for LIMIT_SQL_VIEW_SECONDS. */
enum err sql_await_readers(struct sql_store *store);

enum sql_kind { SQL_KIND_NULL, SQL_KIND_INT, SQL_KIND_TEXT, SQL_KIND_BYTES };

struct sql_value {
    enum sql_kind kind;
    int64_t number;
    struct str bytes;
};

#define SQL_NULL ((struct sql_value){SQL_KIND_NULL, 0, {0}})
#define SQL_INT(value) ((struct sql_value){SQL_KIND_INT, (value), {0}})
#define SQL_TEXT(value) ((struct sql_value){SQL_KIND_TEXT, 0, (value)})
#define SQL_BYTES(value) ((struct sql_value){SQL_KIND_BYTES, 0, (value)})

/* Rows of one statement. Texts and bytes of a row live in the command's arena. */
struct sql_rows {
    struct sql_tx *tx;
    void *engine;
    struct arena *arena;
    enum err error;
};

/* The arguments are $1, $2 … in order. At most LIMIT_SQL_ARGUMENTS. A row whose key stands there already
 * gives ERR_EXISTS. On SQLite a command may go on after it. PostgreSQL ends the transaction with it: the
 * command is run again, because the other one may have come in between, and is answered ERR_EXISTS when that
 * does not help. So a command that wants to go on looks first, or says ON CONFLICT DO NOTHING. */
enum err sql_exec_values(struct sql_tx *tx, unsigned statement, int64_t *ret_changes,
                         const struct sql_value *values, size_t count);
enum err sql_query_values(struct sql_tx *tx, unsigned statement, struct sql_rows *ret_rows,
                          const struct sql_value *values, size_t count);

#define SQL_VALUES_(...) ((const struct sql_value[]){{0}, ##__VA_ARGS__})
#define SQL_COUNT_(...) (sizeof SQL_VALUES_(__VA_ARGS__) / sizeof(struct sql_value) - 1)
/* Runs a statement without rows; ret_changes (NULL allowed) gets the number of changed rows. */
#define sql_exec(tx, statement, ret_changes, ...)                                                            \
    sql_exec_values((tx), (statement), (ret_changes), SQL_VALUES_(__VA_ARGS__) + 1, SQL_COUNT_(__VA_ARGS__))
/* Runs a statement with rows (a SELECT or RETURNING). Walk with sql_next to the end, or call sql_end. */
#define sql_query(tx, statement, ret_rows, ...)                                                              \
    sql_query_values((tx), (statement), (ret_rows), SQL_VALUES_(__VA_ARGS__) + 1, SQL_COUNT_(__VA_ARGS__))

/* Steps to the next row; false at the end or on an error (which sql_end returns). */
bool sql_next(struct sql_rows *rows);
/* Ends the walk (at any row; may be called more than once) and returns the first error. */
enum err sql_end(struct sql_rows *rows);
/* Columns of the present row, from 0. NULL reads as 0 or as the empty text. */
int64_t sql_int(struct sql_rows *rows, int column);
struct str sql_text(struct sql_rows *rows, int column);
struct str sql_bytes(struct sql_rows *rows, int column);
bool sql_is_null(struct sql_rows *rows, int column);

/* Copies the database as it is now, consistent, into a new file (ERR_EXISTS where it is there) and syncs it.
 */
enum err sql_backup(struct sql_store *store, const char *path);
/* The schema version of the open database. */
int sql_version(struct sql_store *store);

/* What the store has done since it was opened, for /metrics. */
struct sql_counters {
    int64_t commands, commits, reruns, reads, checkpoints, wal_bytes, queue, commit_micros_last;
    int64_t connections, reconnects; /* PostgreSQL's: open now, made again after a loss */
};
void sql_count(struct sql_store *store, struct sql_counters *ret_counters);

#endif
