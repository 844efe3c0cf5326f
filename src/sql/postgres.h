/* Inside of the port for PostgreSQL; not for other folders. */
#ifndef SQL_POSTGRES_H
#define SQL_POSTGRES_H

#include "sql/engine.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <stdatomic.h>

/* The engine's own statements stand behind the store's in the table of each connection. */
enum postgres_own {
    OWN_BEGIN_COMMAND,
    OWN_BEGIN_CLAIM,
    OWN_BEGIN_READ,
    OWN_MARK,
    OWN_REFUSE,
    OWN_ASK,
    OWN_PRUNE,
    OWN_COMMIT,
    OWN_ROLLBACK,
    OWN_COUNT
};

/* What an error means for the transaction that it befell. */
enum postgres_class {
    POSTGRES_FINE,
    POSTGRES_FINAL, /* the command's answer */
    POSTGRES_AGAIN, /* lost against another transaction: the command runs again */
    POSTGRES_LOST   /* this connection is of no use any more */
};

struct postgres_error {
    enum err error;
    enum postgres_class class;
};

enum { POSTGRES_PENDING = 64, POSTGRES_MARK_BYTES = 16 };

/* One connection in pipeline mode: what was sent and not yet answered stands in `pending`, oldest first. */
struct postgres_connection {
    struct postgres_store *store;
    PGconn *link; /* NULL while there is none */
    bool *prepared;
    bool was_connected;
    int64_t pause; /* back-off before the next try, microseconds */
    struct {
        unsigned statement;
        enum { PENDING_PREPARE, PENDING_RUN, PENDING_SYNC } kind;
    } pending[POSTGRES_PENDING];
    unsigned pending_first, pending_count;
};

struct postgres_walk {
    struct postgres_walk *next;
    PGresult *result;
    int row;
};

struct postgres_tx {
    struct sql_tx base;
    struct postgres_connection *connection;
    enum postgres_class class; /* of the first error */
    bool wrote, answered;      /* a statement that writes was sent; the server answered anything */
    struct postgres_walk *walks;
};

struct postgres_worker {
    struct postgres_store *store;
    struct postgres_connection connection;
    struct arena *arena;
    pthread_t thread;
    bool running;
};

struct postgres_store {
    struct sql_store base;
    char *url;
    bool view; /* for reads alone, of whole tables too */

    pthread_mutex_t lock_queue;
    pthread_cond_t wake;
    struct sql_queue lanes[SQL_LANES];
    struct postgres_worker *workers;
    unsigned bulk_running, round;
    bool stopping;
    pthread_mutex_t turn; /* held by one command that lost again and again */

    pthread_mutex_t lock_readers;
    pthread_cond_t reader_free;
    struct postgres_connection *readers;
    bool *reader_busy;

    _Atomic int64_t commands, commits, reruns, reads, connections, reconnects, commit_micros_last;
    _Atomic bool closing;
    _Atomic int64_t prune_at; /* postgres_now of the next pruning of marks */
};

/* Microseconds of the kernel's monotonic clock: the demo's clock, which jumps, must end no deadline. */
int64_t postgres_now(void);
/* Sleeps a random time between half of micros and all of it. */
void postgres_pause(int64_t micros);

/* How long the server may work at one statement: a view's may be a walk over everything. */
int postgres_statement_seconds(bool view);
/* The meaning of a result's error; logs what is not lost against another transaction. */
struct postgres_error postgres_judge(const PGresult *result, const char *statement);
/* A connection as the options want it, not in pipeline mode; ret_reason gets a static text.
 * ERR_BUSY (no answer), ERR_FORBIDDEN, ERR_CONFIG. */
enum err postgres_link(const char *url, bool read_only, PGconn **ret_link, const char **ret_reason);
/* Puts a connection into the pool's mode; does nothing where it stands. One try. */
enum err postgres_connect(struct postgres_connection *connection, const char **ret_reason);
/* Tries until the deadline (postgres_now), with a growing pause. ERR_BUSY, or what no waiting mends. */
enum err postgres_connect_until(struct postgres_connection *connection, int64_t deadline);
/* Closes; a zeroed connection is fine. */
void postgres_disconnect(struct postgres_connection *connection);
/* ERR_MEMORY. postgres_connection_free accepts a zeroed one. */
enum err postgres_connection_new(struct postgres_store *store, struct postgres_connection *ret_connection);
void postgres_connection_free(struct postgres_connection *connection);

/* Sends a statement (preparing it where this connection has not) and does not wait; false where the
 * connection is lost. */
bool postgres_send(struct postgres_connection *connection, unsigned statement, const struct sql_value *values,
                   size_t count);
bool postgres_send_sync(struct postgres_connection *connection);
/* Reads all that is pending. ret_last (NULL allowed) gets the last statement's result where all went well,
 * to be cleared by the caller. Returns the first error. */
struct postgres_error postgres_collect(struct postgres_connection *connection, PGresult **ret_last);
/* Reads and forgets what is pending; false where the connection is lost. */
bool postgres_drain(struct postgres_connection *connection);
/* The statement of a number, the store's or the engine's own. */
const struct sql_statement *postgres_statement(const struct postgres_store *store, unsigned statement);
unsigned postgres_own(const struct postgres_store *store, enum postgres_own own);

/* The engine's functions for a transaction. */
enum err postgres_exec(struct sql_tx *base, unsigned statement, int64_t *ret_changes,
                       const struct sql_value *values, size_t count);
enum err postgres_query(struct sql_tx *base, unsigned statement, struct sql_rows *ret_rows,
                        const struct sql_value *values, size_t count);
bool postgres_next(struct sql_rows *rows);
enum err postgres_end(struct sql_rows *rows);
int64_t postgres_column_int(struct sql_rows *rows, int column);
struct str postgres_column_bytes(struct sql_rows *rows, int column);
bool postgres_column_is_null(struct sql_rows *rows, int column);
/* Frees the rows of walks that a command left open. */
void postgres_end_walks(struct postgres_tx *tx);

/* Runs a command until it is committed, refused or out of time (submitted: postgres_now at submission). */
enum err postgres_run_command(struct postgres_connection *connection, const struct sql_command *command,
                              struct arena *arena, int64_t submitted);
/* From time to time removes marks that nobody asks for any more; does not wait. */
void postgres_prune_marks(struct postgres_connection *connection);
/* Runs reads in one picture of the database; once more where the connection turns out to be dead before
 * anything was read. */
enum err postgres_run_read(struct postgres_connection *connection, sql_run_fn *run, struct arena *arena,
                           void *context);

enum err postgres_submit(struct sql_store *base, const struct sql_command *command);
enum err postgres_workers_start(struct postgres_store *store);
/* After what was queued. */
void postgres_workers_stop(struct postgres_store *store);

/* Applies what the database lacks, one transaction a migration, one node at a time; reads the version. */
enum err postgres_migrate(struct postgres_store *store, const struct sql_options *options,
                          const char **ret_reason);
/* The engine's sql_exists. */
enum err postgres_exists(const char *url, bool *ret_exists, const char **ret_reason);

#endif
