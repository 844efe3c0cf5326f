#include "sql/sqlite.h"

#include "base/limits.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum err sqlite_exists(const char *url, bool *ret_exists, const char **ret_reason)
{
    (void)ret_reason;
    *ret_exists = access(url + strlen("sqlite:"), F_OK) == 0;
    return ERR_NONE;
}

enum err sqlite_open_view(const char *url, const struct sql_statement *statements, size_t count,
                          struct sql_store **ret_store, const char **ret_reason)
{
    static const char prefix[] = "sqlite:";
    const char *reason = "";
    const char *path = url + sizeof prefix - 1;
    if (access(path, F_OK) != 0)
        return ERR_NOT_FOUND;
    struct sqlite_store *store = calloc(1, sizeof *store);
    if (store == NULL)
        return ERR_MEMORY;
    store->base.engine = &sqlite_engine;
    store->lock = store->pages = -1;
    store->path = strdup(path);
    store->base.statements = statements;
    store->base.statement_count = count;
    store->readers = calloc(LIMIT_SQL_READERS, sizeof *store->readers);
    store->reader_uses = calloc(LIMIT_SQL_READERS, sizeof *store->reader_uses);
    sqlite_locks_init(store);
    enum err error =
        store->path != NULL && store->readers != NULL && store->reader_uses != NULL ? ERR_NONE : ERR_MEMORY;
    if (error == ERR_NONE) {
        error = sqlite_connect(store, true, &store->readers[0], &reason);
        store->reader_count = error == ERR_NONE;
    }
    if (ret_reason != NULL)
        *ret_reason = reason;
    if (error != ERR_NONE)
        sqlite_close(&store->base);
    else
        *ret_store = &store->base;
    return error;
}
