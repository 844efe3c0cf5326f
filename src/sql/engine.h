/* What an engine gives the port; not for other folders. */
#ifndef SQL_ENGINE_H
#define SQL_ENGINE_H

#include "sql/sql.h"

/* The functions of sql.h with the same names; their comments stand there. */
struct sql_engine {
    enum err (*open)(const struct sql_options *options, struct sql_store **ret_store,
                     const char **ret_reason);
    enum err (*open_view)(const char *url, const struct sql_statement *statements, size_t count,
                          struct sql_store **ret_store, const char **ret_reason);
    enum err (*exists)(const char *url, bool *ret_exists, const char **ret_reason);
    void (*close)(struct sql_store *store);
    enum err (*submit)(struct sql_store *store, const struct sql_command *command);
    enum err (*read)(struct sql_store *store, sql_run_fn *run, struct arena *arena, void *context);
    enum err (*await_readers)(struct sql_store *store);
    enum err (*backup)(struct sql_store *store, const char *path);
    void (*count)(struct sql_store *store, struct sql_counters *ret_counters);

    enum err (*exec)(struct sql_tx *tx, unsigned statement, int64_t *ret_changes,
                     const struct sql_value *values, size_t count);
    enum err (*query)(struct sql_tx *tx, unsigned statement, struct sql_rows *ret_rows,
                      const struct sql_value *values, size_t count);
    bool (*next)(struct sql_rows *rows);
    enum err (*end)(struct sql_rows *rows);
    int64_t (*column_int)(struct sql_rows *rows, int column);
    struct str (*column_bytes)(struct sql_rows *rows, int column);
    bool (*column_is_null)(struct sql_rows *rows, int column);
};

/* What every engine's store begins with. */
struct sql_store {
    const struct sql_engine *engine;
    const struct sql_statement *statements;
    size_t statement_count;
    int version;
};

/* What sql.h calls a transaction: a connection in use by one command. Every engine's begins with it. */
struct sql_tx {
    const struct sql_engine *engine;
    struct arena *arena;
    enum err error; /* the first error of the engine: the command's own result must not hide it */
};

/* Commands that wait for their turn: a ring of fixed size, under the engine's lock. */
struct sql_queue {
    struct sql_queued {
        struct sql_command command;
        int64_t at; /* when it was put there, by the engine's clock */
    } * ring;
    unsigned limit, first, count;
};

/* ERR_MEMORY; queue_free accepts a zeroed one. */
enum err sql_queue_new(unsigned limit, struct sql_queue *ret_queue);
void sql_queue_free(struct sql_queue *queue);
/* ERR_BUSY where it is full. */
enum err sql_queue_put(struct sql_queue *queue, const struct sql_command *command, int64_t at);
bool sql_queue_take(struct sql_queue *queue, struct sql_queued *ret_queued);

/* Replaces the schema files' type words (int64, text, bytes, in this order) by the engine's, where one is the
 * second word of a line, and ends each table with table_end. */
void sql_schema_translate(struct str text, const char *const types[3], const char *table_end,
                          struct buf *out);

extern const struct sql_engine sqlite_engine, postgres_engine;

#endif
