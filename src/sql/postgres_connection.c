#include "sql/postgres.h"

#include "base/ids.h"
#include "base/limits.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    PAUSE_FIRST_MICROS = 50000,
    PAUSE_MOST_MICROS = 1000000,
    SERVER_VERSION_LEAST = 130000,
    TELL_AGAIN_MICROS = 5000000
};

int64_t postgres_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void postgres_pause(int64_t micros)
{
    uint32_t chance;
    ids_random(&chance, sizeof chance);
    int64_t wait = micros / 2 + (int64_t)(chance % (uint32_t)(micros / 2 + 1));
    const struct timespec time = {wait / 1000000, wait % 1000000 * 1000};
    nanosleep(&time, NULL);
}

int postgres_statement_seconds(bool view)
{
    return view ? LIMIT_SQL_VIEW_SECONDS : LIMIT_SQL_STATEMENT_SECONDS;
}

/* What a connection begins with. Sequential scans of tables that are still small would make every two
 * serializable commands conflict: all statements go by an index. Their plans are too small to be compiled. */
static enum err apply_settings(PGconn *link, bool read_only)
{
    char text[600];
    snprintf(text, sizeof text,
             "SET client_encoding = 'UTF8'; SET statement_timeout = '%ds'; SET lock_timeout = '%ds'; "
             "SET idle_in_transaction_session_timeout = '%ds'; SET jit = off; SET enable_seqscan = %s; "
             "SET default_transaction_read_only = %s; "
             "SELECT set_config('synchronous_commit', 'on', false) "
             "WHERE current_setting('synchronous_commit') = 'off'",
             postgres_statement_seconds(read_only), LIMIT_SQL_LOCK_SECONDS, LIMIT_SQL_IDLE_SECONDS,
             read_only ? "on" : "off", read_only ? "on" : "off");
    PGresult *result = PQexec(link, text);
    bool good = PQresultStatus(result) == PGRES_TUPLES_OK;
    PQclear(result);
    return good ? ERR_NONE : ERR_BUSY;
}

static enum err refuse(enum err error, const char *reason, const char **ret_reason)
{
    *ret_reason = reason;
    return error;
}

/* libpq gives a text only, in the server's language: what is wrong is asked in another way. */
static enum err why_not(PGconn *link, const char *const *names, const char *const *values,
                        const char **ret_reason)
{
    static _Atomic int64_t told_at; /* many connections try again and again for the same reason */
    int64_t now = postgres_now(), before = atomic_load(&told_at);
    if ((before == 0 || now - before > TELL_AGAIN_MICROS) &&
        atomic_compare_exchange_strong(&told_at, &before, now))
        log_warn("postgres_connect", LOG_TEXT("why", PQerrorMessage(link)));
    switch (PQpingParams(names, values, 1)) {
    case PQPING_OK:
        if (PQconnectionNeedsPassword(link))
            return refuse(ERR_FORBIDDEN, "the server wants a password and none was given", ret_reason);
        if (PQconnectionUsedPassword(link))
            return refuse(ERR_FORBIDDEN, "the server refused this user, password or database", ret_reason);
        return refuse(ERR_FORBIDDEN,
                      "the server answers, but none that is given lets this user write to this database",
                      ret_reason);
    case PQPING_REJECT:
        return refuse(ERR_BUSY, "the server is starting, stopping or recovering", ret_reason);
    case PQPING_NO_RESPONSE:
        return refuse(ERR_BUSY, "the server does not answer", ret_reason);
    case PQPING_NO_ATTEMPT:
        break;
    }
    return refuse(ERR_CONFIG, "the url is no address of a PostgreSQL server", ret_reason);
}

static enum err look_at_server(PGconn *link, const char **ret_reason)
{
    const char *encoding = PQparameterStatus(link, "server_encoding");
    if (PQserverVersion(link) < SERVER_VERSION_LEAST)
        return refuse(ERR_CONFIG, "the server is older than PostgreSQL 13", ret_reason);
    if (encoding == NULL || strcmp(encoding, "UTF8") != 0)
        return refuse(ERR_CONFIG, "the database's encoding is not UTF8", ret_reason);
    return ERR_NONE;
}

enum err postgres_link(const char *url, bool read_only, PGconn **ret_link, const char **ret_reason)
{
    /* What stands before dbname may be changed by the url, what stands behind it may not. */
    const char *const names[] = {"connect_timeout",
                                 "keepalives_idle",
                                 "keepalives_interval",
                                 "keepalives_count",
                                 "tcp_user_timeout",
                                 "target_session_attrs",
                                 "dbname",
                                 "application_name",
                                 "client_encoding",
                                 NULL};
    char connect[16], idle[16], tcp[16];
    snprintf(connect, sizeof connect, "%d", LIMIT_SQL_CONNECT_SECONDS);
    snprintf(idle, sizeof idle, "%d", LIMIT_SQL_KEEPALIVE_SECONDS);
    snprintf(tcp, sizeof tcp, "%d", LIMIT_SQL_TCP_MILLIS);
    const char *const values[] = {connect, idle,     idle,   "3", tcp, read_only ? "any" : "read-write",
                                  url,     "violet", "UTF8", NULL};
    PGconn *link = PQconnectdbParams(names, values, 1);
    enum err error = ERR_NONE;
    if (link == NULL)
        return ERR_MEMORY;
    if (PQstatus(link) != CONNECTION_OK)
        error = why_not(link, names, values, ret_reason);
    if (error == ERR_NONE)
        error = look_at_server(link, ret_reason);
    if (error == ERR_NONE && apply_settings(link, read_only) != ERR_NONE)
        error = refuse(ERR_BUSY, "the connection broke", ret_reason);
    if (error != ERR_NONE)
        PQfinish(link);
    else
        *ret_link = link;
    return error;
}

static void ignore_notice(void *context, const PGresult *result)
{
    (void)context;
    (void)result; /* a notice may quote a row */
}

enum err postgres_connect(struct postgres_connection *connection, const char **ret_reason)
{
    struct postgres_store *store = connection->store;
    if (connection->link != NULL)
        return ERR_NONE;
    TRY(postgres_link(store->url, store->view, &connection->link, ret_reason));
    PQsetNoticeReceiver(connection->link, ignore_notice, NULL);
    memset(connection->prepared, 0, store->base.statement_count + OWN_COUNT);
    connection->pending_first = connection->pending_count = 0;
    if (PQenterPipelineMode(connection->link) != 1 || PQsetnonblocking(connection->link, 1) != 0) {
        PQfinish(connection->link);
        connection->link = NULL;
        return ERR_BUSY;
    }
    atomic_fetch_add(&store->connections, 1);
    if (connection->was_connected)
        atomic_fetch_add(&store->reconnects, 1);
    connection->was_connected = true;
    return ERR_NONE;
}

enum err postgres_connect_until(struct postgres_connection *connection, int64_t deadline)
{
    for (;;) {
        const char *reason = "";
        enum err error = postgres_connect(connection, &reason);
        if (error == ERR_NONE) {
            connection->pause = 0;
            return ERR_NONE;
        }
        connection->pause = connection->pause == 0 ? PAUSE_FIRST_MICROS : connection->pause * 2;
        if (connection->pause > PAUSE_MOST_MICROS)
            connection->pause = PAUSE_MOST_MICROS;
        /* A failover may pass through "no host is writable": nothing here is given up before its time. */
        if (postgres_now() + connection->pause > deadline || atomic_load(&connection->store->closing)) {
            log_warn("postgres_unavailable", LOG_TEXT("why", reason), LOG_ERR(error));
            return ERR_BUSY;
        }
        postgres_pause(connection->pause);
    }
}

void postgres_disconnect(struct postgres_connection *connection)
{
    if (connection->link == NULL)
        return;
    PQfinish(connection->link);
    connection->link = NULL;
    connection->pending_count = 0;
    atomic_fetch_sub(&connection->store->connections, 1);
}

enum err postgres_connection_new(struct postgres_store *store, struct postgres_connection *ret_connection)
{
    bool *prepared = calloc(store->base.statement_count + OWN_COUNT, sizeof *prepared);
    if (prepared == NULL)
        return ERR_MEMORY;
    *ret_connection = (struct postgres_connection){.store = store, .prepared = prepared};
    return ERR_NONE;
}

void postgres_connection_free(struct postgres_connection *connection)
{
    postgres_disconnect(connection);
    free(connection->prepared);
    *connection = (struct postgres_connection){0};
}
