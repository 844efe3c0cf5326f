#include "sql/postgres.h"

#include "base/limits.h"
#include "base/log.h"

#include <assert.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { OID_BOOL = 16, OID_BYTES = 17, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23, OID_TEXT = 25 };

/* No more is sent unread than the ring holds, with room for a statement's two entries and the commit's six.
 */
enum { PENDING_MOST = POSTGRES_PENDING - 8 };

static enum err tx_note(struct postgres_tx *tx, struct postgres_error error)
{
    if (error.class != POSTGRES_FINE && tx->class == POSTGRES_FINE) {
        tx->class = error.class;
        tx->base.error = error.error;
    }
    return error.error;
}

static enum err tx_lost(struct postgres_tx *tx)
{
    postgres_disconnect(tx->connection);
    return tx_note(tx, (struct postgres_error){ERR_BUSY, POSTGRES_LOST});
}

static bool writes(const char *text)
{
    return strncasecmp(text, "SELECT", 6) != 0;
}

/* After an error the server skips everything: the first one is the answer to all that follows. */
static enum err tx_send(struct postgres_tx *tx, unsigned statement, const struct sql_value *values,
                        size_t count)
{
    assert(statement < tx->connection->store->base.statement_count);
    if (tx->class != POSTGRES_FINE)
        return tx->base.error;
    if (tx->connection->pending_count >= PENDING_MOST)
        TRY(tx_note(tx, postgres_collect(tx->connection, NULL)));
    if (!postgres_send(tx->connection, statement, values, count))
        return tx_lost(tx);
    tx->wrote = tx->wrote || writes(postgres_statement(tx->connection->store, statement)->text);
    return ERR_NONE;
}

static enum err tx_collect(struct postgres_tx *tx, PGresult **ret_result)
{
    TRY(tx_note(tx, postgres_collect(tx->connection, ret_result)));
    tx->answered = true;
    return ERR_NONE;
}

enum err postgres_exec(struct sql_tx *base, unsigned statement, int64_t *ret_changes,
                       const struct sql_value *values, size_t count)
{
    struct postgres_tx *tx = (struct postgres_tx *)base;
    PGresult *result = NULL;
    TRY(tx_send(tx, statement, values, count));
    if (ret_changes == NULL)
        return ERR_NONE;
    TRY(tx_collect(tx, &result));
    *ret_changes = strtoll(PQcmdTuples(result), NULL, 10);
    PQclear(result);
    return ERR_NONE;
}

enum err postgres_query(struct sql_tx *base, unsigned statement, struct sql_rows *ret_rows,
                        const struct sql_value *values, size_t count)
{
    struct postgres_tx *tx = (struct postgres_tx *)base;
    PGresult *result = NULL;
    TRY(tx_send(tx, statement, values, count));
    TRY(tx_collect(tx, &result));
    struct postgres_walk *walk = ARENA_NEW(base->arena, struct postgres_walk);
    *walk = (struct postgres_walk){.next = tx->walks, .result = result, .row = -1};
    tx->walks = walk;
    *ret_rows = (struct sql_rows){.tx = base, .engine = walk, .arena = base->arena};
    return ERR_NONE;
}

bool postgres_next(struct sql_rows *rows)
{
    struct postgres_walk *walk = rows->engine;
    if (++walk->row < PQntuples(walk->result))
        return true;
    postgres_end(rows);
    return false;
}

enum err postgres_end(struct sql_rows *rows)
{
    struct postgres_walk *walk = rows->engine, **at = &((struct postgres_tx *)rows->tx)->walks;
    while (*at != walk)
        at = &(*at)->next;
    *at = walk->next;
    PQclear(walk->result);
    rows->engine = NULL;
    return rows->error;
}

void postgres_end_walks(struct postgres_tx *tx)
{
    if (tx->walks != NULL)
        log_warn("sql_walk_left_open");
    for (struct postgres_walk *walk = tx->walks; walk != NULL; walk = walk->next)
        PQclear(walk->result);
    tx->walks = NULL;
}

bool postgres_column_is_null(struct sql_rows *rows, int column)
{
    struct postgres_walk *walk = rows->engine;
    return PQgetisnull(walk->result, walk->row, column) != 0;
}

/* Integers come as big-endian bytes of their size; false for another type. */
static bool read_int(const struct postgres_walk *walk, int column, int64_t *ret_number)
{
    const char *data = PQgetvalue(walk->result, walk->row, column);
    uint64_t wide;
    uint32_t middle;
    uint16_t small;
    switch (PQftype(walk->result, column)) {
    case OID_INT8:
        memcpy(&wide, data, sizeof wide);
        *ret_number = (int64_t)be64toh(wide);
        return true;
    case OID_INT4:
        memcpy(&middle, data, sizeof middle);
        *ret_number = (int32_t)be32toh(middle);
        return true;
    case OID_INT2:
        memcpy(&small, data, sizeof small);
        *ret_number = (int16_t)be16toh(small);
        return true;
    case OID_BOOL:
        *ret_number = data[0];
        return true;
    default:
        return false;
    }
}

/* A type that the statements' rules do not allow (numeric, float …) must not read as a wrong value. */
static void refuse_type(struct sql_rows *rows)
{
    log_error("postgres_type_unknown");
    rows->error = ERR_INTERNAL;
    tx_note((struct postgres_tx *)rows->tx, (struct postgres_error){ERR_INTERNAL, POSTGRES_FINAL});
}

int64_t postgres_column_int(struct sql_rows *rows, int column)
{
    int64_t number = 0;
    if (!postgres_column_is_null(rows, column) && !read_int(rows->engine, column, &number))
        refuse_type(rows);
    return number;
}

struct str postgres_column_bytes(struct sql_rows *rows, int column)
{
    const struct postgres_walk *walk = rows->engine;
    int length = PQgetlength(walk->result, walk->row, column);
    Oid type = PQftype(walk->result, column);
    int64_t number;
    if (length == 0 || postgres_column_is_null(rows, column))
        return STR("");
    if (type == OID_TEXT || type == OID_BYTES)
        return arena_str(rows->arena, str_bytes(PQgetvalue(walk->result, walk->row, column), (size_t)length));
    if (read_int(walk, column, &number))
        return arena_printf(rows->arena, "%lld", (long long)number);
    refuse_type(rows);
    return STR("");
}
