#include "sql/sqlite.h"

#include "base/failpoint.h"
#include "base/log.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* The schema's type words and what they are here. */
static const char *const type_words[][2] = {{"int64", "INTEGER"}, {"text", "TEXT"}, {"bytes", "BLOB"}};

static bool word_character(char character)
{
    return isalnum((unsigned char)character) || character == '_';
}

static const char *type_of(struct str word)
{
    for (size_t i = 0; i < sizeof type_words / sizeof *type_words; i++)
        if (str_is(word, type_words[i][0]))
            return type_words[i][1];
    return NULL;
}

/* Replaces a type word where it is the second word of a column's line, and makes tables STRICT. */
static void translate(struct str text, struct buf *out)
{
    struct str line;
    while (str_split(&text, '\n', &line)) {
        size_t comment = str_find(line, STR("--"), 0);
        struct str code = str_part(line, 0, comment);
        size_t start = 0, words = 0, copied = 0;
        while (start < code.length && words < 2) {
            while (start < code.length && !word_character(code.data[start]))
                start++;
            size_t end = start;
            while (end < code.length && word_character(code.data[end]))
                end++;
            const char *type = words == 1 ? type_of(str_part(code, start, end - start)) : NULL;
            if (type != NULL) {
                buf_add(out, str_part(code, copied, start - copied));
                buf_add_c(out, type);
                copied = end;
            }
            words++;
            start = end;
        }
        buf_add(out, str_part(code, copied, code.length));
        if (str_is(code, ");")) {
            out->length -= 1;
            buf_add_c(out, " STRICT;");
        }
        buf_add_char(out, '\n');
    }
}

static enum err version_read(struct sql_store *store, int *ret_version)
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

static enum err migrate_one(struct sql_store *store, const struct sql_migration *migration)
{
    struct buf text = buf_new(0);
    buf_add_c(&text, "BEGIN IMMEDIATE;\n");
    translate(str_from(migration->text), &text);
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

enum err sqlite_migrate(struct sql_store *store, const struct sql_options *options, const char **ret_reason)
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
    store->version = newest;
    return ERR_NONE;
}
