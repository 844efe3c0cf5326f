#include "sql/postgres.h"

#include "base/failpoint.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const type_words[3] = {"bigint", "text COLLATE \"C\"", "bytea"};

/* Two nodes that start together must not migrate at once: the second waits here, then finds it done. The
 * number is "violet" in ASCII. */
static const char lock_text[] = "SET statement_timeout = 0; SET lock_timeout = 0; SET enable_seqscan = on; "
                                "SELECT pg_advisory_lock(130372230505844)";

/* The engine's own tables: the version of the rest, and the marks by which a commit whose answer was lost is
 * known. */
static const char own_tables_text[] =
    "CREATE TABLE IF NOT EXISTS schema_version (id bigint NOT NULL PRIMARY KEY, version bigint NOT NULL);"
    "CREATE TABLE IF NOT EXISTS commit_mark (mark bytea NOT NULL PRIMARY KEY, committed bigint NOT NULL);"
    "INSERT INTO schema_version (id, version) VALUES (1, 0) ON CONFLICT DO NOTHING;";

static enum err run_script(PGconn *link, const char *name, const char *text)
{
    PGresult *result = PQexec(link, text);
    ExecStatusType status = PQresultStatus(result);
    enum err error = ERR_NONE;
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        error = postgres_judge(result, name).error;
        log_error("migration", LOG_TEXT("name", name), LOG_TEXT("why", PQresultErrorMessage(result)));
    }
    PQclear(result);
    return error;
}

static enum err version_read(PGconn *link, int *ret_version)
{
    PGresult *result = PQexec(link, "SELECT version FROM schema_version WHERE id = 1");
    bool good = PQresultStatus(result) == PGRES_TUPLES_OK;
    *ret_version = good && PQntuples(result) == 1 ? atoi(PQgetvalue(result, 0, 0)) : 0;
    const char *state = good ? "" : PQresultErrorField(result, PG_DIAG_SQLSTATE);
    /* 42P01: the table is not there, so nothing is. */
    enum err error = good || (state != NULL && strcmp(state, "42P01") == 0)
                         ? ERR_NONE
                         : postgres_judge(result, "schema_version").error;
    PQclear(result);
    return error;
}

static enum err migrate_one(PGconn *link, const struct sql_migration *migration)
{
    struct buf text = buf_new(0);
    buf_add_c(&text, "BEGIN;\n");
    sql_schema_translate(str_from(migration->text), type_words, ");", &text);
    buf_printf(&text, "UPDATE schema_version SET version = %d WHERE id = 1;\n", migration->version);
    buf_add_char(&text, '\0');
    enum err error = text.failed ? ERR_MEMORY : run_script(link, migration->name, text.data);
    FAILPOINT("sql.before_migration_commit");
    if (error == ERR_NONE)
        error = run_script(link, migration->name, "COMMIT");
    buf_free(&text);
    return error;
}

static enum err migrate_all(PGconn *link, const struct sql_options *options, int *ret_version,
                            const char **ret_reason)
{
    int newest =
        options->migration_count != 0 ? options->migrations[options->migration_count - 1].version : 0;
    TRY(version_read(link, ret_version));
    if (*ret_version > newest) {
        *ret_reason = "written by a newer version";
        return ERR_VERSION_NEWER;
    }
    if (*ret_version < newest && !options->migrate) {
        *ret_reason = "older than this program";
        return ERR_STATE;
    }
    *ret_reason = "a migration failed";
    if (*ret_version < newest)
        TRY(run_script(link, "own tables", own_tables_text));
    for (size_t i = 0; i < options->migration_count; i++)
        if (options->migrations[i].version > *ret_version)
            TRY(migrate_one(link, &options->migrations[i]));
    *ret_reason = "";
    *ret_version = newest;
    return ERR_NONE;
}

enum err postgres_migrate(struct postgres_store *store, const struct sql_options *options,
                          const char **ret_reason)
{
    PGconn *link;
    TRY(postgres_link(store->url, false, &link, ret_reason));
    enum err error = options->migrate ? run_script(link, "lock", lock_text) : ERR_NONE;
    if (error == ERR_NONE)
        error = migrate_all(link, options, &store->base.version, ret_reason);
    PQfinish(link); /* and with it the lock */
    return error;
}

enum err postgres_exists(const char *url, bool *ret_exists, const char **ret_reason)
{
    const char *reason = "";
    PGconn *link = NULL;
    int version = 0;
    enum err error = postgres_link(url, true, &link, &reason);
    if (ret_reason != NULL)
        *ret_reason = reason;
    TRY(error);
    error = version_read(link, &version);
    PQfinish(link);
    TRY(error);
    *ret_exists = version > 0;
    return ERR_NONE;
}
