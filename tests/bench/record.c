/* Listens to SQLite itself, so that the log holds what was really written, whatever the product does. */
#define SQLITE_ENABLE_PREUPDATE_HOOK
#include "bench.h"

#include <sqlite3.h>
#include <string.h>

static FILE *record;

static void put_value(sqlite3_value *value)
{
    int type = sqlite3_value_type(value);
    int64_t number = type == SQLITE_INTEGER ? sqlite3_value_int64(value) : sqlite3_value_bytes(value);
    putc(type, record);
    fwrite(&number, sizeof number, 1, record);
    if (type == SQLITE_TEXT || type == SQLITE_BLOB)
        fwrite(sqlite3_value_blob(value), 1, (size_t)number, record);
}

static void put_row(sqlite3 *db, int (*get)(sqlite3 *, int, sqlite3_value **))
{
    for (int i = 0; i < sqlite3_preupdate_count(db); i++) {
        sqlite3_value *value;
        bench_must(get(db, i, &value) == SQLITE_OK, "reading a row's value");
        put_value(value);
    }
}

static void row_changes(void *context, sqlite3 *db, int kind, const char *database, const char *table,
                        sqlite3_int64 before, sqlite3_int64 after)
{
    char name[BENCH_NAME_BYTES] = "";
    (void)context, (void)database, (void)before, (void)after;
    snprintf(name, sizeof name, "%s", table);
    putc(kind == SQLITE_INSERT ? 'I' : kind == SQLITE_DELETE ? 'D' : 'U', record);
    fwrite(name, sizeof name, 1, record);
    putc(sqlite3_preupdate_count(db), record);
    if (kind != SQLITE_INSERT)
        put_row(db, sqlite3_preupdate_old);
    if (kind != SQLITE_DELETE)
        put_row(db, sqlite3_preupdate_new);
}

static int commits(void *context)
{
    (void)context;
    putc('C', record);
    return 0;
}

static int listen_to(sqlite3 *db, char **ret_error, const struct sqlite3_api_routines *routines)
{
    (void)ret_error, (void)routines;
    sqlite3_preupdate_hook(db, row_changes, NULL);
    sqlite3_commit_hook(db, commits, NULL);
    return SQLITE_OK;
}

void bench_record(const char *path)
{
    record = fopen(path, "wb");
    bench_must(record != NULL, "opening the record");
    bench_must(sqlite3_auto_extension((void (*)(void))listen_to) == SQLITE_OK, "listening to SQLite");
}
