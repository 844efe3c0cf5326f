#include "sql/sqlite.h"

#include "base/limits.h"
#include "base/log.h"

#include <assert.h>
#include <stdio.h>

/* A lost uniqueness is an answer, every other error of the engine spoils the transaction. */
static enum err tx_note(struct sqlite_tx *tx, int code)
{
    enum err error = sqlite_error(code);
    if (tx->base.error == ERR_NONE && error != ERR_EXISTS)
        tx->base.error = error;
    if (tx->writer)
        sqlite_stop_on_disk_error(code);
    return error;
}

static enum err tx_fail(struct sqlite_tx *tx, unsigned statement, int code)
{
    enum err error = sqlite_error(code);
    if (error != ERR_EXISTS)
        log_warn("sqlite", LOG_TEXT("statement", tx->connection->statements[statement].name),
                 LOG_INT("code", code));
    return tx_note(tx, code);
}

/* The place of "$number". */
static int find_parameter(sqlite3_stmt *prepared, size_t number)
{
    char name[16];
    snprintf(name, sizeof name, "$%zu", number);
    return sqlite3_bind_parameter_index(prepared, name);
}

static bool is_in_order(sqlite3_stmt *prepared)
{
    int count = sqlite3_bind_parameter_count(prepared);
    for (int place = 1; place <= count; place++)
        if (find_parameter(prepared, (size_t)place) != place)
            return false;
    return true;
}

static enum err prepare(struct sqlite_tx *tx, unsigned statement, sqlite3_stmt **ret_prepared)
{
    struct sqlite_connection *connection = tx->connection;
    assert(statement < connection->statement_count);
    sqlite3_stmt **slot = &connection->prepared[statement];
    if (*slot == NULL) {
        int code = sqlite3_prepare_v3(connection->db, connection->statements[statement].text, -1,
                                      SQLITE_PREPARE_PERSISTENT, slot, NULL);
        if (code != SQLITE_OK) {
            log_error("sqlite_prepare", LOG_TEXT("statement", connection->statements[statement].name),
                      LOG_TEXT("why", sqlite3_errmsg(connection->db)));
            return tx_fail(tx, statement, code);
        }
        connection->in_order[statement] = is_in_order(*slot);
    }
    *ret_prepared = *slot;
    return ERR_NONE;
}

static int bind_value(sqlite3_stmt *prepared, int index, const struct sql_value *value)
{
    const char *data = value->bytes.data != NULL ? value->bytes.data : "";
    if (index == 0)
        return SQLITE_RANGE;
    switch (value->kind) {
    case SQL_KIND_INT:
        return sqlite3_bind_int64(prepared, index, value->number);
    case SQL_KIND_TEXT:
        return sqlite3_bind_text64(prepared, index, data, value->bytes.length, SQLITE_STATIC, SQLITE_UTF8);
    case SQL_KIND_BYTES:
        return sqlite3_bind_blob64(prepared, index, data, value->bytes.length, SQLITE_STATIC);
    case SQL_KIND_NULL:
        return sqlite3_bind_null(prepared, index);
    }
    return SQLITE_MISUSE;
}

/* SQLite numbers "$3" by first appearance, so parameters are bound by name; in most statements "$3" is the
 * third, which is known since it was prepared because the search by name costs more than the binding. */
static enum err bind_values(struct sqlite_tx *tx, unsigned statement, sqlite3_stmt *prepared,
                            const struct sql_value *values, size_t count)
{
    assert(count <= LIMIT_SQL_ARGUMENTS);
    assert((size_t)sqlite3_bind_parameter_count(prepared) == count);
    for (size_t i = 0; i < count; i++) {
        bool in_order = tx->connection->in_order[statement];
        int index = in_order ? (int)i + 1 : find_parameter(prepared, i + 1);
        int code = bind_value(prepared, index, &values[i]);
        if (code != SQLITE_OK)
            return tx_fail(tx, statement, code);
    }
    return ERR_NONE;
}

enum err sqlite_exec(struct sql_tx *base, unsigned statement, int64_t *ret_changes,
                     const struct sql_value *values, size_t count)
{
    struct sqlite_tx *tx = (struct sqlite_tx *)base;
    sqlite3_stmt *prepared = NULL;
    TRY(prepare(tx, statement, &prepared));
    enum err error = bind_values(tx, statement, prepared, values, count);
    if (error == ERR_NONE) {
        int code = sqlite3_step(prepared);
        if (code != SQLITE_DONE && code != SQLITE_ROW)
            error = tx_fail(tx, statement, code);
        else if (ret_changes != NULL)
            *ret_changes = sqlite3_changes64(tx->connection->db);
    }
    sqlite3_reset(prepared);
    sqlite3_clear_bindings(prepared);
    return error;
}

/* Values are bound as they lie, so they must live until the walk ends: they are copied into the arena where
 * the caller's array would go first. */
static void keep_values(struct arena *arena, const struct sql_value *values, size_t count,
                        struct sql_value *ret_values)
{
    for (size_t i = 0; i < count; i++) {
        ret_values[i] = values[i];
        if (values[i].kind == SQL_KIND_TEXT || values[i].kind == SQL_KIND_BYTES)
            ret_values[i].bytes = arena_str(arena, values[i].bytes);
    }
}

enum err sqlite_query(struct sql_tx *base, unsigned statement, struct sql_rows *ret_rows,
                      const struct sql_value *values, size_t count)
{
    struct sqlite_tx *tx = (struct sqlite_tx *)base;
    sqlite3_stmt *prepared = NULL;
    struct sql_value kept[LIMIT_SQL_ARGUMENTS];
    assert(count <= LIMIT_SQL_ARGUMENTS);
    TRY(prepare(tx, statement, &prepared));
    /* A walk inside a walk of the same statement would pull the rug from under the outer one. */
    assert(!sqlite3_stmt_busy(prepared));
    keep_values(tx->base.arena, values, count, kept);
    enum err error = bind_values(tx, statement, prepared, kept, count);
    if (error != ERR_NONE) {
        sqlite3_clear_bindings(prepared);
        return error;
    }
    tx->walks++;
    *ret_rows = (struct sql_rows){.tx = base, .engine = prepared, .arena = tx->base.arena};
    return ERR_NONE;
}

bool sqlite_next(struct sql_rows *rows)
{
    int code = sqlite3_step(rows->engine);
    if (code == SQLITE_ROW)
        return true;
    if (code != SQLITE_DONE)
        rows->error = tx_note((struct sqlite_tx *)rows->tx, code);
    sqlite_end(rows);
    return false;
}

enum err sqlite_end(struct sql_rows *rows)
{
    sqlite3_reset(rows->engine);
    sqlite3_clear_bindings(rows->engine);
    rows->engine = NULL;
    ((struct sqlite_tx *)rows->tx)->walks--;
    return rows->error;
}

void sqlite_end_walks(struct sqlite_tx *tx)
{
    if (tx->walks == 0)
        return;
    log_warn("sql_walk_left_open", LOG_INT("walks", tx->walks));
    struct sqlite_connection *connection = tx->connection;
    for (size_t i = 0; i < connection->statement_count; i++)
        if (connection->prepared[i] != NULL) {
            sqlite3_reset(connection->prepared[i]);
            sqlite3_clear_bindings(connection->prepared[i]);
        }
    tx->walks = 0;
}

int64_t sqlite_column_int(struct sql_rows *rows, int column)
{
    return sqlite3_column_int64(rows->engine, column);
}

struct str sqlite_column_bytes(struct sql_rows *rows, int column)
{
    const void *data = sqlite3_column_blob(rows->engine, column);
    int length = sqlite3_column_bytes(rows->engine, column);
    return length > 0 ? arena_str(rows->arena, str_bytes(data, (size_t)length)) : STR("");
}

bool sqlite_column_is_null(struct sql_rows *rows, int column)
{
    return sqlite3_column_type(rows->engine, column) == SQLITE_NULL;
}
