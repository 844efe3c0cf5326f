#include "sql/sqlite.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What changes lies apart (each account's rows have their own pages), and a page is written whole: half of
 * SQLite's own size halves the log. Boxes of up to 2 kB still need no page beside. */
enum { WRITER_CACHE_KIB = 65536, READER_CACHE_KIB = 512, NEW_PAGE_BYTES = 2048 };

static bool is_lost_uniqueness(int code)
{
    return code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY ||
           code == SQLITE_CONSTRAINT_ROWID;
}

enum err sqlite_error(int code)
{
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return ERR_NONE;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERR_BUSY;
    case SQLITE_FULL:
        return ERR_FULL;
    case SQLITE_CONSTRAINT:
        return is_lost_uniqueness(code) ? ERR_EXISTS : ERR_INTERNAL;
    case SQLITE_NOMEM:
        return ERR_MEMORY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ERR_CORRUPT;
    case SQLITE_TOOBIG:
        return ERR_TOO_LARGE;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
        return ERR_FORBIDDEN;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        return ERR_IO;
    default:
        return ERR_INTERNAL;
    }
}

void sqlite_stop_on_disk_error(int code)
{
    if ((code & 0xff) != SQLITE_IOERR && (code & 0xff) != SQLITE_CORRUPT)
        return;
    log_error("sqlite_disk_error", LOG_INT("code", code));
    _exit(err_exit_code(ERR_IO));
}

int sqlite_run(struct sqlite_connection *connection, const char *text)
{
    return sqlite3_exec(connection->db, text, NULL, NULL, NULL);
}

int sqlite_run_frame(struct sqlite_connection *connection, enum sqlite_frame frame)
{
    static const char *const texts[SQLITE_FRAMES] = {
        [SQLITE_FRAME_BEGIN] = "BEGIN",
        [SQLITE_FRAME_BEGIN_WRITE] = "BEGIN IMMEDIATE",
        [SQLITE_FRAME_COMMIT] = "COMMIT",
        [SQLITE_FRAME_SAVEPOINT] = "SAVEPOINT command",
        [SQLITE_FRAME_RELEASE] = "RELEASE command",
        [SQLITE_FRAME_ROLLBACK_TO] = "ROLLBACK TO command",
    };
    sqlite3_stmt **prepared = &connection->frames[frame];
    int code = *prepared != NULL ? SQLITE_OK
                                 : sqlite3_prepare_v3(connection->db, texts[frame], -1,
                                                      SQLITE_PREPARE_PERSISTENT, prepared, NULL);
    if (code != SQLITE_OK)
        return code;
    code = sqlite3_step(*prepared);
    sqlite3_reset(*prepared);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

/* A setting that SQLite does not know is ignored in silence: so each is read back. */
static bool setting_holds(sqlite3 *db, const char *name, const char *value, const char *wanted)
{
    char text[96];
    sqlite3_stmt *statement = NULL;
    bool holds = false;
    snprintf(text, sizeof text, "PRAGMA %s = %s", name, value);
    if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
        return false;
    snprintf(text, sizeof text, "PRAGMA %s", name);
    if (sqlite3_prepare_v2(db, text, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        const unsigned char *now = sqlite3_column_text(statement, 0);
        holds = now != NULL && strcmp((const char *)now, wanted) == 0;
    }
    sqlite3_finalize(statement);
    return holds;
}

static enum err apply_settings(sqlite3 *db, bool reader, const char **ret_reason)
{
    static const struct {
        const char *name, *value, *wanted;
        bool reader_only;
    } rows[] = {
        {"journal_mode", "WAL", "wal", false}, {"synchronous", "FULL", "2", false},
        {"foreign_keys", "ON", "1", false},    {"trusted_schema", "OFF", "0", false},
        {"temp_store", "MEMORY", "2", false},  {"wal_autocheckpoint", "0", "0", false},
        {"secure_delete", "ON", "1", false},   {"cell_size_check", "ON", "1", false},
        {"query_only", "ON", "1", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].reader_only && !reader)
            continue;
        if (setting_holds(db, rows[i].name, rows[i].value, rows[i].wanted))
            continue;
        int code = sqlite3_errcode(db);
        *ret_reason =
            sqlite_error(code) == ERR_CORRUPT ? "is no database of this program, or damaged" : rows[i].name;
        log_error("sqlite_setting", LOG_TEXT("name", rows[i].name), LOG_INT("code", code));
        return sqlite_error(code) != ERR_NONE ? sqlite_error(code) : ERR_CONFIG;
    }
    return ERR_NONE;
}

/* Before anything is written; a database that has pages already keeps their size. */
static enum err choose_page_size(sqlite3 *db)
{
    char text[40];
    snprintf(text, sizeof text, "PRAGMA page_size = %d", NEW_PAGE_BYTES);
    return sqlite_error(sqlite3_exec(db, text, NULL, NULL, NULL));
}

/* Counting every allocation under one lock costs the writer a twentieth of its time; nobody asks for the sum.
 */
static const char *layer;

static void configure_once(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite_page_cache();
    layer = sqlite3_initialize() == SQLITE_OK ? sqlite_wal_layer() : NULL;
}

enum err sqlite_connect(struct sqlite_store *store, bool reader, struct sqlite_connection *ret_connection,
                        const char **ret_reason)
{
    struct sqlite_connection connection = {.statements = store->base.statements,
                                           .statement_count = store->base.statement_count};
    static pthread_once_t configured = PTHREAD_ONCE_INIT;
    char cache[64];
    pthread_once(&configured, configure_once);
    int code = sqlite3_open_v2(store->path, &connection.db,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, layer);
    enum err error = sqlite_error(code);
    if (error == ERR_NONE) {
        sqlite3_busy_timeout(connection.db, SQLITE_BUSY_MILLIS);
        sqlite3_extended_result_codes(connection.db, 1);
        sqlite3_db_config(connection.db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    }
    if (error == ERR_NONE && !reader)
        error = choose_page_size(connection.db);
    if (error == ERR_NONE)
        error = apply_settings(connection.db, reader, ret_reason);
    if (error == ERR_NONE) {
        snprintf(cache, sizeof cache, "PRAGMA cache_size = -%d",
                 reader ? READER_CACHE_KIB : WRITER_CACHE_KIB);
        error = sqlite_error(sqlite_run(&connection, cache));
    }
    connection.prepared = calloc(store->base.statement_count + 1, sizeof(sqlite3_stmt *));
    connection.in_order = calloc(store->base.statement_count + 1, sizeof(bool));
    if (error == ERR_NONE && (connection.prepared == NULL || connection.in_order == NULL))
        error = ERR_MEMORY;
    if (error != ERR_NONE)
        sqlite_disconnect(&connection);
    else
        *ret_connection = connection;
    return error;
}

void sqlite_disconnect(struct sqlite_connection *connection)
{
    for (unsigned i = 0; i < SQLITE_FRAMES; i++)
        sqlite3_finalize(connection->frames[i]);
    if (connection->prepared != NULL)
        for (size_t i = 0; i < connection->statement_count; i++)
            sqlite3_finalize(connection->prepared[i]);
    free(connection->prepared);
    free(connection->in_order);
    sqlite3_close(connection->db);
    *connection = (struct sqlite_connection){0};
}
