#include "sql/engine.h"

#include <semaphore.h>
#include <string.h>

/* Which engine serves which addresses. */
static const struct {
    const char *prefix;
    const struct sql_engine *engine;
} engine_rows[] = {
    {"sqlite:", &sqlite_engine},
    {"postgresql://", &postgres_engine},
    {"postgres://", &postgres_engine},
};

static const struct sql_engine *engine_of(const char *url, const char **ret_reason)
{
    for (size_t i = 0; i < sizeof engine_rows / sizeof *engine_rows; i++)
        if (strncmp(url, engine_rows[i].prefix, strlen(engine_rows[i].prefix)) == 0)
            return engine_rows[i].engine;
    if (ret_reason != NULL)
        *ret_reason = "the url must be sqlite:/path/to/file.db or postgresql://…";
    return NULL;
}

enum err sql_open(const struct sql_options *options, struct sql_store **ret_store, const char **ret_reason)
{
    const struct sql_engine *engine = engine_of(options->url, ret_reason);
    return engine != NULL ? engine->open(options, ret_store, ret_reason) : ERR_CONFIG;
}

enum err sql_open_view(const char *url, const struct sql_statement *statements, size_t count,
                       struct sql_store **ret_store, const char **ret_reason)
{
    const struct sql_engine *engine = engine_of(url, ret_reason);
    return engine != NULL ? engine->open_view(url, statements, count, ret_store, ret_reason) : ERR_CONFIG;
}

enum err sql_exists(const char *url, bool *ret_exists, const char **ret_reason)
{
    const struct sql_engine *engine = engine_of(url, ret_reason);
    return engine != NULL ? engine->exists(url, ret_exists, ret_reason) : ERR_CONFIG;
}

/* Where a password begins and ends: "//user:HERE@" or "password=HERE", which libpq takes as well. */
static bool find_password(struct str url, size_t from, size_t *ret_start, size_t *ret_end)
{
    static const char *const parameters[] = {"password=", "sslpassword="};
    size_t host = str_find(url, STR("//"), 0), at = str_find(url, STR("@"), 0);
    size_t colon = host != SIZE_MAX ? str_find(url, STR(":"), host + 2) : SIZE_MAX;
    *ret_start = SIZE_MAX;
    if (colon < at && at != SIZE_MAX && colon + 1 >= from) {
        *ret_start = colon + 1;
        *ret_end = at;
    }
    for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++) {
        size_t name = str_find(url, str_from(parameters[i]), from);
        if (name == SIZE_MAX || name >= *ret_start)
            continue;
        *ret_start = name + strlen(parameters[i]);
        *ret_end = str_find(url, STR("&"), *ret_start);
    }
    if (*ret_start != SIZE_MAX && *ret_end > url.length)
        *ret_end = url.length;
    return *ret_start != SIZE_MAX;
}

void sql_url_show(const char *url, struct buf *out)
{
    struct str text = str_from(url);
    size_t from = 0, start, end;
    while (!sql_is_file(url) && find_password(text, from, &start, &end)) {
        buf_add(out, str_part(text, from, start - from));
        buf_add_c(out, "***");
        from = end;
    }
    buf_add(out, str_part(text, from, text.length - from));
}

bool sql_is_file(const char *url)
{
    return engine_of(url, NULL) == &sqlite_engine;
}

void sql_close(struct sql_store *store)
{
    if (store != NULL)
        store->engine->close(store);
}

enum err sql_submit(struct sql_store *store, const struct sql_command *command)
{
    return store->engine->submit(store, command);
}

struct call {
    sem_t finished;
    enum err result;
    sql_run_fn *run;
    void *context;
};

static enum err call_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct call *call = context;
    return call->run(tx, arena, call->context);
}

static void call_done(enum err result, void *context)
{
    struct call *call = context;
    call->result = result;
    sem_post(&call->finished);
}

static enum err call_in_lane(struct sql_store *store, enum sql_lane lane, const char *name, sql_run_fn *run,
                             void *context)
{
    struct call call = {.run = run, .context = context};
    struct sql_command command = {
        .name = name, .lane = lane, .run = call_run, .done = call_done, .context = &call};
    sem_init(&call.finished, 0, 0);
    enum err submitted = sql_submit(store, &command);
    while (submitted == ERR_NONE && sem_wait(&call.finished) != 0)
        ; /* a signal came */
    sem_destroy(&call.finished);
    return submitted == ERR_NONE ? call.result : submitted;
}

enum err sql_call(struct sql_store *store, const char *name, sql_run_fn *run, void *context)
{
    return call_in_lane(store, SQL_LANE_COMMAND, name, run, context);
}

enum err sql_call_claim(struct sql_store *store, const char *name, sql_run_fn *run, void *context)
{
    return call_in_lane(store, SQL_LANE_CLAIM, name, run, context);
}

enum err sql_call_bulk(struct sql_store *store, const char *name, sql_run_fn *run, void *context)
{
    return call_in_lane(store, SQL_LANE_BULK, name, run, context);
}

enum err sql_read(struct sql_store *store, sql_run_fn *run, struct arena *arena, void *context)
{
    return store->engine->read(store, run, arena, context);
}

enum err sql_await_readers(struct sql_store *store)
{
    return store->engine->await_readers(store);
}

enum err sql_exec_values(struct sql_tx *tx, unsigned statement, int64_t *ret_changes,
                         const struct sql_value *values, size_t count)
{
    return tx->engine->exec(tx, statement, ret_changes, values, count);
}

enum err sql_query_values(struct sql_tx *tx, unsigned statement, struct sql_rows *ret_rows,
                          const struct sql_value *values, size_t count)
{
    return tx->engine->query(tx, statement, ret_rows, values, count);
}

bool sql_next(struct sql_rows *rows)
{
    return rows->engine != NULL && rows->tx->engine->next(rows);
}

enum err sql_end(struct sql_rows *rows)
{
    return rows->engine != NULL ? rows->tx->engine->end(rows) : rows->error;
}

int64_t sql_int(struct sql_rows *rows, int column)
{
    return rows->tx->engine->column_int(rows, column);
}

struct str sql_bytes(struct sql_rows *rows, int column)
{
    return rows->tx->engine->column_bytes(rows, column);
}

struct str sql_text(struct sql_rows *rows, int column)
{
    return sql_bytes(rows, column);
}

bool sql_is_null(struct sql_rows *rows, int column)
{
    return rows->tx->engine->column_is_null(rows, column);
}

enum err sql_backup(struct sql_store *store, const char *path)
{
    return store->engine->backup(store, path);
}

int sql_version(struct sql_store *store)
{
    return store->version;
}

void sql_count(struct sql_store *store, struct sql_counters *ret_counters)
{
    store->engine->count(store, ret_counters);
}
