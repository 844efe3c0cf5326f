#include "shop.h"

#include "base/limits.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MEGABYTE = 1 << 20, CHILD_LIVED = 99 };

static enum err fill_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    int64_t *id = context;
    (void)arena;
    return sql_exec(tx, ITEM_FILL, NULL, SQL_INT(++*id), SQL_TEXT(STR("big")), SQL_INT(MEGABYTE));
}

static void the_log_is_reset_while_it_is_written(void **state)
{
    struct shop *shop = *state;
    int64_t id = 0, largest = 0;
    shop_open(shop);
    while (id < 3 * LIMIT_WAL_BYTES / MEGABYTE) {
        assert_int_equal(sql_call(shop->store, "fill", fill_run, &id), ERR_NONE);
        int64_t size = shop_file_size(shop, "-wal");
        largest = size > largest ? size : largest;
    }
    assert_true(largest < 2 * (int64_t)LIMIT_WAL_BYTES + 8 * MEGABYTE);
    assert_true(shop_count(shop).checkpoints > 0);
}

static enum err fill_beside(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct shop *shop = context;
    struct sql_rows rows;
    int64_t id = 0;
    (void)arena;
    TRY(sql_query(tx, ITEM_COUNT, &rows)); /* from here on this reader holds the log */
    sql_next(&rows);
    sql_end(&rows);
    while (id < 2 + LIMIT_WAL_BYTES / MEGABYTE)
        TRY(sql_call(shop->store, "fill", fill_run, &id));
    return ERR_NONE;
}

static void a_long_reader_does_not_stop_the_writer(void **state)
{
    struct shop *shop = *state;
    shop_open(shop);
    assert_int_equal(sql_read(shop->store, fill_beside, shop->arena, shop), ERR_NONE);
    assert_true(shop_file_size(shop, "-wal") > LIMIT_WAL_BYTES);
    assert_int_equal(shop_items(shop), 2 + LIMIT_WAL_BYTES / MEGABYTE);
}

/* Runs work in a child with its own store; returns how the child ended, as wait(2) tells. */
static int in_child(struct shop *shop, void (*work)(struct shop *shop))
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        work(shop);
        _exit(CHILD_LIVED);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void write_past_the_file_limit(struct shop *shop)
{
    struct rlimit limit = {MEGABYTE, MEGABYTE};
    int64_t id = 100;
    signal(SIGXFSZ, SIG_IGN);
    shop_open(shop);
    shop_insert(shop, 1);
    setrlimit(RLIMIT_FSIZE, &limit);
    for (int i = 0; i < 4; i++)
        sql_call(shop->store, "fill", fill_run, &id);
}

/* More than the writer's cache: it reaches the disk, and fails there, inside the command, which looks away.
 */
static enum err spill_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    (void)arena;
    (void)context;
    (void)sql_exec(tx, ITEM_FILL, NULL, SQL_INT(2), SQL_TEXT(STR("big")), SQL_INT(96 * MEGABYTE));
    _exit(CHILD_LIVED);
}

static void spill_past_the_file_limit(struct shop *shop)
{
    struct rlimit limit = {MEGABYTE, MEGABYTE};
    signal(SIGXFSZ, SIG_IGN);
    shop_open(shop);
    shop_insert(shop, 1);
    setrlimit(RLIMIT_FSIZE, &limit);
    sql_call(shop->store, "spill", spill_run, NULL);
}

static void a_failed_write_ends_the_process_and_what_was_answered_stands(void **state)
{
    static void (*const ways[])(struct shop *) = {write_past_the_file_limit, spill_past_the_file_limit};
    struct shop *shop = *state;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        int status = in_child(shop, ways[i]);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), err_exit_code(ERR_IO));
        assert_int_equal(shop_ask(shop, "SELECT COUNT(*) FROM item WHERE id = 1"), 1);
        assert_int_equal(shop_ask(shop, "DELETE FROM item RETURNING id"), 1);
    }
}

static enum err list_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct sql_rows rows;
    (void)arena;
    TRY(sql_query(tx, ITEM_LIST, &rows, SQL_INT(0)));
    while (sql_next(&rows))
        ++*(int64_t *)context;
    return sql_end(&rows);
}

static void a_backup_is_a_whole_database_of_its_own(void **state)
{
    struct shop *shop = *state;
    struct shop copy = *shop;
    struct stat file;
    int64_t count = 0;
    shop_open(shop);
    assert_int_equal(shop_insert(shop, 1), ERR_NONE);
    snprintf(copy.path, sizeof copy.path, "%s/copy.db", shop->directory);
    snprintf(copy.url, sizeof copy.url, "sqlite:%s", copy.path);
    assert_int_equal(sql_backup(shop->store, copy.path), ERR_NONE);
    assert_int_equal(sql_backup(shop->store, copy.path), ERR_EXISTS);
    assert_int_equal(shop_insert(shop, 2), ERR_NONE);
    assert_int_equal(stat(copy.path, &file), 0);
    assert_int_equal(file.st_mode & 0777, 0600);
    assert_int_equal(shop_file_size(&copy, ".part"), -1);
    shop_open(&copy);
    assert_int_equal(sql_read(copy.store, list_run, shop->arena, &count), ERR_NONE);
    shop_close(&copy);
    assert_int_equal(count, 1);
    assert_int_equal(sql_backup(shop->store, "/nowhere/at/all/copy.db"), ERR_IO);
}

static _Atomic bool writing;

static void *write_always(void *context)
{
    int64_t id = 1000;
    while (writing)
        if (shop_insert(context, ++id) != ERR_NONE)
            return context;
    return NULL;
}

static void a_backup_ends_while_commits_go_on(void **state)
{
    struct shop *shop = *state;
    int64_t id = 0;
    char path[sizeof shop->path];
    pthread_t thread;
    void *failed;
    shop_open(shop);
    for (int i = 0; i < 16; i++)
        assert_int_equal(sql_call(shop->store, "fill", fill_run, &id), ERR_NONE);
    snprintf(path, sizeof path, "%s/copy.db", shop->directory);
    writing = true;
    assert_int_equal(pthread_create(&thread, NULL, write_always, shop), 0);
    enum err result = sql_backup(shop->store, path);
    writing = false;
    pthread_join(thread, &failed);
    assert_null(failed);
    assert_int_equal(result, ERR_NONE);
    struct shop copy = *shop;
    memcpy(copy.path, path, sizeof copy.path);
    assert_int_equal(shop_ask(&copy, "SELECT COUNT(*) FROM item WHERE id <= 16"), 16);
    assert_int_equal(
        shop_ask(&copy, "SELECT COUNT(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
}

#ifdef VIOLET_FAILPOINTS

struct kill_row {
    const char *failpoint;
    int64_t rows; /* that stand after the restart */
};

static void insert_with_failpoint(struct shop *shop)
{
    shop_open(shop);
    shop_insert(shop, 1);
}

static void backup_with_failpoint(struct shop *shop)
{
    char path[320];
    snprintf(path, sizeof path, "%s/copy.db", shop->directory);
    shop_open(shop);
    sql_backup(shop->store, path);
}

static void killed_at(struct shop *shop, const char *failpoint, void (*work)(struct shop *shop))
{
    setenv("VIOLET_FAILPOINT", failpoint, 1);
    int status = in_child(shop, work);
    unsetenv("VIOLET_FAILPOINT");
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGKILL);
}

static void killed_around_a_commit_all_or_nothing_stands(void **state)
{
    static const struct kill_row rows[] = {{"sql.before_commit", 0}, {"sql.after_commit", 1}};
    struct shop *shop = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        killed_at(shop, rows[i].failpoint, insert_with_failpoint);
        shop_open(shop);
        assert_int_equal(shop_items(shop), rows[i].rows);
        shop_close(shop);
    }
}

static void killed_in_a_migration_it_begins_anew(void **state)
{
    struct shop *shop = *state;
    killed_at(shop, "sql.before_migration_commit", insert_with_failpoint);
    assert_int_equal(shop_ask(shop, "PRAGMA user_version"), 0);
    shop_open(shop);
    assert_int_equal(shop_items(shop), 0);
}

static void killed_in_a_backup_nothing_looks_like_one(void **state)
{
    struct shop *shop = *state;
    char path[320];
    killed_at(shop, "sql.backup_copied", backup_with_failpoint);
    snprintf(path, sizeof path, "%s/copy.db", shop->directory);
    assert_int_not_equal(access(path, F_OK), 0);
    shop_open(shop);
    assert_int_equal(sql_backup(shop->store, path), ERR_NONE);
}

#endif

#define SHOP_TEST(name) cmocka_unit_test_setup_teardown(name, shop_set_up_closed, shop_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHOP_TEST(the_log_is_reset_while_it_is_written),
        SHOP_TEST(a_long_reader_does_not_stop_the_writer),
        SHOP_TEST(a_failed_write_ends_the_process_and_what_was_answered_stands),
        SHOP_TEST(a_backup_is_a_whole_database_of_its_own),
        SHOP_TEST(a_backup_ends_while_commits_go_on),
#ifdef VIOLET_FAILPOINTS
        SHOP_TEST(killed_around_a_commit_all_or_nothing_stands),
        SHOP_TEST(killed_in_a_migration_it_begins_anew),
        SHOP_TEST(killed_in_a_backup_nothing_looks_like_one),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
