#include "sql/sqlite.h"

#include "base/failpoint.h"
#include "base/log.h"

#include <stdio.h>
#include <string.h>

static const char *const type_words[3] = {"INTEGER", "TEXT", "BLOB"};

static enum err version_read(struct sqlite_store *store, int *ret_version)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(store->writer.db, "PRAGMA user_version", -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *ret_version = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return sqlite_error(code);
}

static enum err migrate_one(struct sqlite_store *store, const struct sql_migration *migration)
{
    struct buf text = buf_new(0);
    buf_add_c(&text, "BEGIN IMMEDIATE;\n");
    sql_schema_translate(str_from(migration->text), type_words, ") STRICT;", &text);
    buf_printf(&text, "PRAGMA user_version = %d;\n", migration->version);
    buf_add_char(&text, '\0');
    char *why = NULL;
    int code = text.failed ? SQLITE_NOMEM : sqlite3_exec(store->writer.db, text.data, NULL, NULL, &why);
    FAILPOINT("sql.before_migration_commit");
    if (code == SQLITE_OK)
        code = sqlite_run(&store->writer, "COMMIT");
    if (code != SQLITE_OK) {
        log_error("migration", LOG_TEXT("name", migration->name), LOG_TEXT("why", why));
        sqlite_run(&store->writer, "ROLLBACK");
    }
    sqlite3_free(why);
    buf_free(&text);
    return sqlite_error(code);
}

enum err sqlite_migrate(struct sqlite_store *store, const struct sql_options *options,
                        const char **ret_reason)
{
    int version = 0;
    TRY(version_read(store, &version));
    int newest =
        options->migration_count != 0 ? options->migrations[options->migration_count - 1].version : 0;
    if (version > newest) {
        *ret_reason = "written by a newer version";
        return ERR_VERSION_NEWER;
    }
    if (version < newest && !options->migrate) {
        *ret_reason = "older than this program";
        return ERR_STATE;
    }
    for (size_t i = 0; i < options->migration_count; i++)
        if (options->migrations[i].version > version) {
            *ret_reason = "a migration failed";
            TRY(migrate_one(store, &options->migrations[i]));
        }
    *ret_reason = "";
    store->base.version = newest;
    return ERR_NONE;
}
