/* A store with a schema of its own, in a directory of its own, for the tests of the port. */
#ifndef TESTS_SQL_SHOP_H
#define TESTS_SQL_SHOP_H

#include "../test.h"

#include "sql/sqlite.h"

#include <semaphore.h>

/* The statements of shop_statements, in order. */
enum {
    ITEM_INSERT,
    ITEM_CLAIM,
    ITEM_GET,
    ITEM_COUNT,
    ITEM_LIST,
    ITEM_SWAPPED,
    ITEM_RENAME_ALL,
    ITEM_FILL,
    BOMB_INSERT,
    SHOP_STATEMENT_COUNT
};
extern const struct sql_migration shop_migrations[];
enum { SHOP_MIGRATION_COUNT = 2 };

struct shop {
    char directory[256];
    char path[300], url[320];
    struct sql_store *store; /* NULL where a test opens it itself */
    struct arena *arena;
};

/* cmocka's setup with an open store, setup with a closed one, and teardown of both. *state is a struct shop.
 */
int shop_set_up(void **state);
int shop_set_up_closed(void **state);
int shop_tear_down(void **state);
/* What shop_set_up opens with; a test may change it. */
struct sql_options shop_options(const struct shop *shop);
void shop_open(struct shop *shop);
void shop_close(struct shop *shop);
/* Size of the database's file with this suffix ("", "-wal"), bytes; -1 where there is none. */
int64_t shop_file_size(const struct shop *shop, const char *suffix);
/* The first column of a text, by a connection of its own that knows nothing of the port. */
int64_t shop_ask(const struct shop *shop, const char *text);
struct sql_counters shop_count(const struct shop *shop);

/* A command: inserts item `id`, then does as it is told, and remembers how it went. */
struct job {
    int64_t id;
    enum {
        JOB_PLAIN,
        JOB_REFUSE,
        JOB_IGNORE,
        JOB_CLAIM,
        JOB_BOMB,
        JOB_FILL,
        JOB_WALK,
        JOB_GATE,
        JOB_LOOK
    } way;
    const struct shop *shop;
    sem_t *gate;           /* JOB_GATE waits for it inside the command */
    unsigned *sequence;    /* counts answers */
    unsigned runs, turn;   /* how often it ran; which answer it was, from 1 */
    int64_t seen;          /* rows of this id that stood on the disk when it was answered */
    size_t arena_at_start; /* bytes in the arena when it ran last */
    enum err result;
    sem_t answered;
};
struct job job_new(const struct shop *shop, int64_t id, unsigned way);
void job_submit(struct job *job, enum sql_lane lane);
/* Waits for the answer and returns it. */
enum err job_wait(struct job *job);
enum err job_run(struct sql_tx *tx, struct arena *arena, void *context);
/* Submits a command that holds the writer until gate is posted, and waits until it runs: all that is
 * submitted meanwhile is one group. */
void job_hold(struct job *job, sem_t *gate);

/* sql_call of one insert, and sql_read of the number of items. */
enum err shop_insert(struct shop *shop, int64_t id);
int64_t shop_items(struct shop *shop);

#endif
