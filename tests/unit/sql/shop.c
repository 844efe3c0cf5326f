#include "shop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct sql_statement shop_statements[SHOP_STATEMENT_COUNT] = {
    [ITEM_INSERT] = {"item_insert", "INSERT INTO item (id, name, picture) VALUES ($1, $2, $3);"},
    [ITEM_CLAIM] = {"item_claim",
                    "INSERT INTO item (id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id;"},
    [ITEM_GET] = {"item_get", "SELECT id, name, picture, price FROM item WHERE id = $1;"},
    [ITEM_COUNT] = {"item_count", "SELECT COUNT(*) FROM item;"},
    [ITEM_LIST] = {"item_list", "SELECT id FROM item WHERE id > $1 ORDER BY id;"},
    [ITEM_SWAPPED] = {"item_swapped", "SELECT $3, $1, $2, $1;"},
    [ITEM_RENAME_ALL] = {"item_rename_all", "UPDATE item SET name = $1 RETURNING id;"},
    [ITEM_FILL] = {"item_fill", "INSERT INTO item (id, name, picture) VALUES ($1, $2, zeroblob($3));"},
    [BOMB_INSERT] = {"bomb_insert", "INSERT INTO bomb (id) VALUES ($1);"},
};

/* The product has no triggers; this one makes SQLite throw a whole transaction away, as a full disk does. */
const struct sql_migration shop_migrations[] = {
    {1, "items",
     "CREATE TABLE item (\n    id int64 NOT NULL PRIMARY KEY,\n    name text NOT NULL, -- a text; it names\n"
     "    picture bytes\n);\n"
     "CREATE TABLE bomb (\n    id int64 NOT NULL PRIMARY KEY\n);\n"
     "CREATE TRIGGER boom BEFORE INSERT ON bomb BEGIN SELECT RAISE(ROLLBACK, 'boom'); END;\n"},
    {2, "prices", "ALTER TABLE item ADD COLUMN price INTEGER NOT NULL DEFAULT 7;"},
};

struct sql_options shop_options(const struct shop *shop)
{
    return (struct sql_options){.url = shop->url,
                                .statements = shop_statements,
                                .statement_count = SHOP_STATEMENT_COUNT,
                                .migrations = shop_migrations,
                                .migration_count = SHOP_MIGRATION_COUNT,
                                .migrate = true};
}

int shop_set_up_closed(void **state)
{
    struct shop *shop = calloc(1, sizeof *shop);
    const char *base = getenv("TMPDIR");
    assert_non_null(shop);
    snprintf(shop->directory, sizeof shop->directory, "%s/violet-sql-XXXXXX", base != NULL ? base : P_tmpdir);
    assert_non_null(mkdtemp(shop->directory));
    snprintf(shop->path, sizeof shop->path, "%s/shop.db", shop->directory);
    snprintf(shop->url, sizeof shop->url, "sqlite:%s", shop->path);
    shop->arena = arena_new(0);
    assert_non_null(shop->arena);
    *state = shop;
    return 0;
}

int shop_set_up(void **state)
{
    shop_set_up_closed(state);
    shop_open(*state);
    return 0;
}

int shop_tear_down(void **state)
{
    struct shop *shop = *state;
    char command[300];
    shop_close(shop);
    arena_free(shop->arena);
    snprintf(command, sizeof command, "rm -rf '%s'", shop->directory);
    int status = system(command);
    free(shop);
    return status;
}

void shop_open(struct shop *shop)
{
    struct sql_options options = shop_options(shop);
    const char *reason = NULL;
    assert_int_equal(sql_open(&options, &shop->store, &reason), ERR_NONE);
}

void shop_close(struct shop *shop)
{
    sql_close(shop->store);
    shop->store = NULL;
}

int64_t shop_file_size(const struct shop *shop, const char *suffix)
{
    char path[320];
    struct stat file;
    snprintf(path, sizeof path, "%s%s", shop->path, suffix);
    return stat(path, &file) == 0 ? file.st_size : -1;
}

int64_t shop_ask(const struct shop *shop, const char *text)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    int64_t answer = -1;
    assert_int_equal(sqlite3_open_v2(shop->path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, text, -1, &statement, NULL), SQLITE_OK);
    if (sqlite3_step(statement) == SQLITE_ROW)
        answer = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return answer;
}

struct sql_counters shop_count(const struct shop *shop)
{
    struct sql_counters counters;
    sql_count(shop->store, &counters);
    return counters;
}

struct job job_new(const struct shop *shop, int64_t id, unsigned way)
{
    struct job job = {.id = id, .shop = shop, .result = ERR_COUNT};
    job.way = way;
    sem_init(&job.answered, 0, 0);
    return job;
}

static enum err claim_twice(struct sql_tx *tx, int64_t id)
{
    enum err again = sql_exec(tx, ITEM_INSERT, NULL, SQL_INT(id), SQL_TEXT(STR("again")), SQL_NULL);
    return again == ERR_EXISTS ? ERR_NONE : ERR_INTERNAL;
}

static enum err leave_walk_open(struct sql_tx *tx)
{
    struct sql_rows rows;
    TRY(sql_query(tx, ITEM_RENAME_ALL, &rows, SQL_TEXT(STR("renamed"))));
    return sql_next(&rows) ? ERR_NONE : ERR_INTERNAL;
}

enum err job_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct job *job = context;
    job->runs++;
    job->arena_at_start = arena_used(arena);
    arena_alloc(arena, 100);
    if (job->way == JOB_LOOK)
        return ERR_NOT_FOUND;
    TRY(sql_exec(tx, ITEM_INSERT, NULL, SQL_INT(job->id), SQL_TEXT(STR("plain")), SQL_NULL));
    switch (job->way) {
    case JOB_REFUSE:
        return ERR_BALANCE;
    case JOB_IGNORE: /* a NULL where none may be, and looks away */
        (void)sql_exec(tx, ITEM_INSERT, NULL, SQL_INT(job->id + 1), SQL_NULL, SQL_NULL);
        return ERR_NONE;
    case JOB_CLAIM:
        return claim_twice(tx, job->id);
    case JOB_BOMB:
        return sql_exec(tx, BOMB_INSERT, NULL, SQL_INT(job->id));
    case JOB_FILL:
        return sql_exec(tx, ITEM_FILL, NULL, SQL_INT(job->id + 1), SQL_TEXT(STR("big")), SQL_INT(4 << 20));
    case JOB_WALK:
        return leave_walk_open(tx);
    case JOB_GATE:
        sem_post(&job->answered);
        sem_wait(job->gate);
        return ERR_NONE;
    case JOB_PLAIN:
    case JOB_LOOK:
        break;
    }
    return ERR_NONE;
}

static void job_done(enum err result, void *context)
{
    struct job *job = context;
    char text[64];
    job->result = result;
    if (job->sequence != NULL)
        job->turn = ++*job->sequence;
    snprintf(text, sizeof text, "SELECT COUNT(*) FROM item WHERE id = %lld", (long long)job->id);
    job->seen = shop_ask(job->shop, text);
    sem_post(&job->answered);
}

void job_submit(struct job *job, enum sql_lane lane)
{
    struct sql_command command = {
        .name = "job", .lane = lane, .run = job_run, .done = job_done, .context = job};
    assert_int_equal(sql_submit(job->shop->store, &command), ERR_NONE);
}

enum err job_wait(struct job *job)
{
    sem_wait(&job->answered);
    sem_destroy(&job->answered);
    return job->result;
}

void job_hold(struct job *job, sem_t *gate)
{
    job->gate = gate;
    job->way = JOB_GATE;
    sem_init(gate, 0, 0);
    job_submit(job, SQL_LANE_COMMAND);
    sem_wait(&job->answered);
}

enum err shop_insert(struct shop *shop, int64_t id)
{
    struct job job = {.id = id};
    return sql_call(shop->store, "insert", job_run, &job);
}

static enum err count_items(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct sql_rows rows;
    (void)arena;
    TRY(sql_query(tx, ITEM_COUNT, &rows));
    if (sql_next(&rows))
        *(int64_t *)context = sql_int(&rows, 0);
    return sql_end(&rows);
}

int64_t shop_items(struct shop *shop)
{
    int64_t count = -1;
    assert_int_equal(sql_read(shop->store, count_items, shop->arena, &count), ERR_NONE);
    return count;
}
