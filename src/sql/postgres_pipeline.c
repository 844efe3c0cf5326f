#include "sql/postgres.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"

#include <assert.h>
#include <endian.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

/* Object ids of types in pg_type, which never change. */
enum { OID_BYTES = 17, OID_INT8 = 20, OID_TEXT = 25 };

/* Beyond what the server itself ends a statement for: it hangs, or is cut off. */
enum { ANSWER_SECONDS_MORE = 2 };

static const struct sql_statement own_statements[OWN_COUNT] = {
    [OWN_BEGIN_COMMAND] = {"begin_command", "BEGIN ISOLATION LEVEL SERIALIZABLE"},
    [OWN_BEGIN_CLAIM] = {"begin_claim", "BEGIN ISOLATION LEVEL READ COMMITTED"},
    [OWN_BEGIN_READ] = {"begin_read", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"},
    [OWN_MARK] = {"mark", "INSERT INTO commit_mark (mark, committed) VALUES ($1, 1)"},
    [OWN_REFUSE] = {"refuse",
                    "INSERT INTO commit_mark (mark, committed) VALUES ($1, 0) ON CONFLICT DO NOTHING"},
    [OWN_ASK] = {"ask", "SELECT 1 FROM commit_mark WHERE mark = $1 AND committed = 1"},
    [OWN_PRUNE] = {"prune", "DELETE FROM commit_mark WHERE mark < $1"},
    [OWN_COMMIT] = {"commit", "COMMIT"},
    [OWN_ROLLBACK] = {"rollback", "ROLLBACK"},
};

/* Classes of SQLSTATE (five characters) or their beginnings, the first that fits. PostgreSQL documentation,
 * appendix A. */
static const struct {
    const char *state;
    struct postgres_error meaning;
} state_rows[] = {
    /* Two commands that both found a place free: the second one sees it taken when it runs again. */
    {"23505", {ERR_EXISTS, POSTGRES_AGAIN}},
    {"40001", {ERR_BUSY, POSTGRES_AGAIN}},
    {"40P01", {ERR_BUSY, POSTGRES_AGAIN}},
    {"55P03", {ERR_BUSY, POSTGRES_AGAIN}},
    {"57014", {ERR_BUSY, POSTGRES_FINAL}},
    {"57P", {ERR_BUSY, POSTGRES_LOST}},
    {"25006", {ERR_BUSY, POSTGRES_LOST}},
    {"25P03", {ERR_BUSY, POSTGRES_LOST}},
    {"08", {ERR_BUSY, POSTGRES_LOST}},
    {"53100", {ERR_FULL, POSTGRES_FINAL}},
    {"53200", {ERR_MEMORY, POSTGRES_FINAL}},
    {"53", {ERR_BUSY, POSTGRES_LOST}},
    {"58", {ERR_IO, POSTGRES_FINAL}},
    {"XX001", {ERR_CORRUPT, POSTGRES_FINAL}},
    {"XX002", {ERR_CORRUPT, POSTGRES_FINAL}},
    {"22021", {ERR_INVALID, POSTGRES_FINAL}},
    {"42501", {ERR_FORBIDDEN, POSTGRES_FINAL}},
    {"0A000", {ERR_BUSY, POSTGRES_LOST}}, /* a plan outlived its table */
    {"", {ERR_INTERNAL, POSTGRES_FINAL}},
};

struct postgres_error postgres_judge(const PGresult *result, const char *statement)
{
    const char *state = result != NULL ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    if (state == NULL)
        return (struct postgres_error){ERR_BUSY, POSTGRES_LOST};
    size_t row = 0;
    while (strncmp(state, state_rows[row].state, strlen(state_rows[row].state)) != 0)
        row++;
    struct postgres_error meaning = state_rows[row].meaning;
    /* Texts of class 42 (syntax, names) quote the statement; all others may quote a row. */
    const char *why = strncmp(state, "42", 2) == 0 ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : "";
    if (meaning.class != POSTGRES_AGAIN)
        log_warn("postgres", LOG_TEXT("statement", statement), LOG_TEXT("state", state),
                 LOG_TEXT("why", why));
    return meaning;
}

const struct sql_statement *postgres_statement(const struct postgres_store *store, unsigned statement)
{
    size_t count = store->base.statement_count;
    assert(statement < count + OWN_COUNT);
    return statement < count ? &store->base.statements[statement] : &own_statements[statement - count];
}

unsigned postgres_own(const struct postgres_store *store, enum postgres_own own)
{
    return (unsigned)store->base.statement_count + own;
}

static void pending_add(struct postgres_connection *connection, unsigned kind, unsigned statement)
{
    assert(connection->pending_count < POSTGRES_PENDING);
    unsigned place = (connection->pending_first + connection->pending_count++) % POSTGRES_PENDING;
    connection->pending[place].kind = kind;
    connection->pending[place].statement = statement;
}

static Oid type_of(enum sql_kind kind)
{
    static const Oid types[] = {[SQL_KIND_NULL] = 0,
                                [SQL_KIND_INT] = OID_INT8,
                                [SQL_KIND_TEXT] = OID_TEXT,
                                [SQL_KIND_BYTES] = OID_BYTES};
    return types[kind];
}

/* Types are told: the server would take a number that is compared with a literal for an int4. */
static bool send_prepare(struct postgres_connection *connection, unsigned statement, const char *name,
                         const struct sql_value *values, size_t count)
{
    Oid types[LIMIT_SQL_ARGUMENTS];
    for (size_t i = 0; i < count; i++)
        types[i] = type_of(values[i].kind);
    if (!PQsendPrepare(connection->link, name, postgres_statement(connection->store, statement)->text,
                       (int)count, types))
        return false;
    connection->prepared[statement] = true;
    pending_add(connection, PENDING_PREPARE, statement);
    return true;
}

bool postgres_send(struct postgres_connection *connection, unsigned statement, const struct sql_value *values,
                   size_t count)
{
    const char *data[LIMIT_SQL_ARGUMENTS];
    int lengths[LIMIT_SQL_ARGUMENTS], formats[LIMIT_SQL_ARGUMENTS];
    uint64_t numbers[LIMIT_SQL_ARGUMENTS];
    char name[16];
    assert(count <= LIMIT_SQL_ARGUMENTS);
    snprintf(name, sizeof name, "s%u", statement);
    if (!connection->prepared[statement] && !send_prepare(connection, statement, name, values, count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct sql_value *value = &values[i];
        numbers[i] = htobe64((uint64_t)value->number);
        data[i] = value->kind == SQL_KIND_NULL  ? NULL
                  : value->kind == SQL_KIND_INT ? (const char *)&numbers[i]
                  : value->bytes.data != NULL   ? value->bytes.data
                                                : "";
        lengths[i] = value->kind == SQL_KIND_INT ? (int)sizeof numbers[i] : (int)value->bytes.length;
        formats[i] = 1;
    }
    if (!PQsendQueryPrepared(connection->link, name, (int)count, data, lengths, formats, 1))
        return false;
    pending_add(connection, PENDING_RUN, statement);
    return true;
}

bool postgres_send_sync(struct postgres_connection *connection)
{
    if (!PQpipelineSync(connection->link))
        return false;
    pending_add(connection, PENDING_SYNC, 0);
    return true;
}

/* Sends what is buffered and waits for an answer; false where the connection is lost or hangs. */
static bool wait_for_answer(const struct postgres_connection *connection)
{
    PGconn *link = connection->link;
    int64_t limit = postgres_statement_seconds(connection->store->view) + ANSWER_SECONDS_MORE;
    int64_t deadline = postgres_now() + limit * MICROS_SECOND;
    for (;;) {
        int unsent = PQflush(link);
        if (unsent < 0)
            return false;
        if (!PQisBusy(link))
            return true;
        struct pollfd poll_for = {.fd = PQsocket(link),
                                  .events = (short)(POLLIN | (unsent > 0 ? POLLOUT : 0))};
        int64_t left = deadline - postgres_now();
        if (left <= 0)
            return false;
        int ready = poll(&poll_for, 1, (int)(left / 1000) + 1);
        if (ready > 0 && (poll_for.revents & ~POLLOUT) != 0 && !PQconsumeInput(link))
            return false;
    }
}

static bool next_result(struct postgres_connection *connection, PGresult **ret_result)
{
    if (!wait_for_answer(connection))
        return false;
    *ret_result = PQgetResult(connection->link);
    return true;
}

/* One answer; a statement's is followed by a NULL. */
static bool pending_take(struct postgres_connection *connection, PGresult **ret_result)
{
    PGresult *end = NULL;
    bool sync = connection->pending[connection->pending_first].kind == PENDING_SYNC;
    *ret_result = NULL;
    if (!next_result(connection, ret_result) || *ret_result == NULL)
        return false;
    if (!sync && !next_result(connection, &end))
        return false;
    PQclear(end);
    if (end != NULL || PQstatus(connection->link) == CONNECTION_BAD)
        return false;
    connection->pending_first = (connection->pending_first + 1) % POSTGRES_PENDING;
    connection->pending_count--;
    return true;
}

static bool is_good(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_PIPELINE_SYNC;
}

static struct postgres_error lost(struct postgres_connection *connection)
{
    postgres_disconnect(connection);
    return (struct postgres_error){ERR_BUSY, POSTGRES_LOST};
}

struct postgres_error postgres_collect(struct postgres_connection *connection, PGresult **ret_last)
{
    struct postgres_error first = {ERR_NONE, POSTGRES_FINE};
    PGresult *last = NULL;
    bool synced =
        connection->pending_count > 0 &&
        connection->pending[(connection->pending_first + connection->pending_count - 1) % POSTGRES_PENDING]
                .kind == PENDING_SYNC;
    if (connection->link == NULL || (!synced && !PQsendFlushRequest(connection->link)))
        return lost(connection);
    while (connection->pending_count > 0) {
        PGresult *result;
        unsigned kind = connection->pending[connection->pending_first].kind;
        unsigned statement = connection->pending[connection->pending_first].statement;
        bool taken = pending_take(connection, &result);
        if (result != NULL && !is_good(result)) {
            if (kind == PENDING_PREPARE)
                connection->prepared[statement] = false;
            if (first.class == POSTGRES_FINE && PQresultStatus(result) == PGRES_FATAL_ERROR)
                first = postgres_judge(result, postgres_statement(connection->store, statement)->name);
        }
        if (kind == PENDING_RUN) {
            PQclear(last);
            last = result;
        } else {
            PQclear(result);
        }
        if (!taken || first.class == POSTGRES_LOST) {
            PQclear(last);
            return lost(connection);
        }
    }
    if (first.class == POSTGRES_FINE && ret_last != NULL)
        *ret_last = last;
    else
        PQclear(last);
    return first;
}

bool postgres_drain(struct postgres_connection *connection)
{
    while (connection->pending_count > 0) {
        PGresult *result;
        unsigned kind = connection->pending[connection->pending_first].kind;
        unsigned statement = connection->pending[connection->pending_first].statement;
        bool taken = pending_take(connection, &result);
        if (taken && kind == PENDING_PREPARE && !is_good(result))
            connection->prepared[statement] = false;
        PQclear(result);
        if (!taken) {
            postgres_disconnect(connection);
            return false;
        }
    }
    return true;
}
