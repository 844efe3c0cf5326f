#include "sql/sqlite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* Under the layer lies SQLite's own cache, counted. */
static sqlite3_pcache_methods2 real;
static unsigned truncations, renumberings;

static void count_truncate(sqlite3_pcache *cache, unsigned limit)
{
    truncations++;
    real.xTruncate(cache, limit);
}

static void count_renumber(sqlite3_pcache *cache, sqlite3_pcache_page *page, unsigned from, unsigned to)
{
    renumberings++;
    real.xRekey(cache, page, from, to);
}

static sqlite3_pcache_methods2 layer;

static int start(void **state)
{
    (void)state;
    sqlite3_config(SQLITE_CONFIG_GETPCACHE2, &real);
    sqlite3_pcache_methods2 counted = real;
    counted.xTruncate = count_truncate;
    counted.xRekey = count_renumber;
    sqlite3_config(SQLITE_CONFIG_PCACHE2, &counted);
    sqlite_page_cache();
    sqlite3_config(SQLITE_CONFIG_GETPCACHE2, &layer);
    return sqlite3_initialize();
}

enum { CREATE = 2 };

static sqlite3_pcache *new_cache(void)
{
    sqlite3_pcache *cache = layer.xCreate(512, 16, 1);
    layer.xCachesize(cache, 100);
    for (unsigned number = 1; number <= 10; number++)
        assert_non_null(layer.xFetch(cache, number, CREATE));
    truncations = 0;
    return cache;
}

static void only_what_is_there_is_cut_off(void **state)
{
    (void)state;
    sqlite3_pcache *cache = new_cache();
    layer.xTruncate(cache, 11);
    assert_null(layer.xFetch(cache, 500, 0)); /* asked for and not there */
    layer.xTruncate(cache, 11);
    assert_int_equal(truncations, 0);
    layer.xTruncate(cache, 8);
    layer.xTruncate(cache, 8);
    assert_int_equal(truncations, 1);
    assert_null(layer.xFetch(cache, 8, 0));
    assert_non_null(layer.xFetch(cache, 7, 0));
    layer.xDestroy(cache);
}

static void a_page_that_strayed_is_cut_off(void **state)
{
    (void)state;
    sqlite3_pcache *cache = new_cache();
    layer.xRekey(cache, layer.xFetch(cache, 2, 0), 2, 1000);
    layer.xTruncate(cache, 11);
    assert_null(layer.xFetch(cache, 1000, 0));
    layer.xRekey(cache, layer.xFetch(cache, 3, 0), 3, 1000);
    layer.xRekey(cache, layer.xFetch(cache, 4, 0), 4, 900);
    layer.xTruncate(cache, 11);
    assert_null(layer.xFetch(cache, 900, 0));
    assert_null(layer.xFetch(cache, 1000, 0));
    assert_int_equal(layer.xPagecount(cache), 7);
    layer.xRekey(cache, layer.xFetch(cache, 5, 0), 5, 1000);
    layer.xRekey(cache, layer.xFetch(cache, 1000, 0), 1000, 3);
    truncations = 0;
    layer.xTruncate(cache, 11); /* it has come back */
    assert_int_equal(truncations, 0);
    layer.xDestroy(cache);
}

static void run(sqlite3 *db, const char *text)
{
    char *why = NULL;
    if (sqlite3_exec(db, text, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s: %s", text, why);
}

static int64_t number(sqlite3 *db, const char *text)
{
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_prepare_v2(db, text, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return value;
}

static char path[] = "/tmp/violet-cache-XXXXXX";

static int make(void **state)
{
    sqlite3 *db;
    int fd = mkstemp(path);
    close(fd);
    if (fd < 0 || sqlite3_open(path, &db) != SQLITE_OK)
        return -1;
    run(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;"
            "CREATE TABLE row (owner INTEGER, nth INTEGER, box BLOB, PRIMARY KEY (owner, nth))");
    *state = db;
    return 0;
}

static int unmake(void **state)
{
    char beside[sizeof path + 4];
    sqlite3_close(*state);
    unlink(path);
    for (const char *const *end = (const char *const[]){"-wal", "-shm", NULL}; *end != NULL; end++) {
        snprintf(beside, sizeof beside, "%s%s", path, *end);
        unlink(beside);
    }
    snprintf(path, sizeof path, "/tmp/violet-cache-XXXXXX");
    return 0;
}

/* Rows of many owners in turn, so that leaves split all over the index. */
static void put_rows(sqlite3 *db, int from, int count)
{
    char text[200];
    for (int i = from; i < from + count; i++) {
        snprintf(text, sizeof text, "INSERT INTO row VALUES (%d, %d, randomblob(150))", i * 7919 % 199, i);
        run(db, text);
    }
}

static void commits_do_not_search_the_cache_for_pages_to_cut_off(void **state)
{
    renumberings = truncations = 0;
    for (int commit = 0; commit < 400; commit++) {
        run(*state, "BEGIN");
        put_rows(*state, commit * 50, 50);
        run(*state, "COMMIT");
    }
    assert_true(renumberings > 400); /* else nothing was shown */
    assert_true(truncations < 4);
    assert_int_equal(number(*state, "SELECT COUNT(*) FROM row"), 20000);
    assert_int_equal(
        number(*state, "SELECT COUNT(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
}

static void pages_of_a_rollback_are_cut_off(void **state)
{
    put_rows(*state, 0, 500);
    int64_t pages = number(*state, "PRAGMA page_count");
    for (int again = 0; again < 3; again++) {
        run(*state, "BEGIN");
        put_rows(*state, 500, 2000);
        assert_true(number(*state, "PRAGMA page_count") > pages + 20);
        run(*state, "SAVEPOINT part");
        put_rows(*state, 2500, 2000);
        run(*state, "ROLLBACK TO part");
        run(*state, "ROLLBACK");
        assert_int_equal(number(*state, "PRAGMA page_count"), pages);
    }
    put_rows(*state, 500, 2000);
    assert_int_equal(number(*state, "SELECT COUNT(*) FROM row"), 2500);
    assert_int_equal(
        number(*state, "SELECT COUNT(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
}

static void a_file_that_shrinks_leaves_no_old_page(void **state)
{
    put_rows(*state, 0, 3000);
    int64_t pages = number(*state, "PRAGMA page_count");
    run(*state, "DELETE FROM row WHERE nth % 10 <> 0");
    truncations = 0;
    run(*state, "VACUUM");
    assert_true(truncations > 0);
    assert_true(number(*state, "PRAGMA page_count") < pages / 2);
    put_rows(*state, 3000, 3000);
    assert_int_equal(number(*state, "SELECT COUNT(*) FROM row"), 3300);
    assert_int_equal(
        number(*state, "SELECT COUNT(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_is_there_is_cut_off),
        cmocka_unit_test(a_page_that_strayed_is_cut_off),
        cmocka_unit_test_setup_teardown(commits_do_not_search_the_cache_for_pages_to_cut_off, make, unmake),
        cmocka_unit_test_setup_teardown(pages_of_a_rollback_are_cut_off, make, unmake),
        cmocka_unit_test_setup_teardown(a_file_that_shrinks_leaves_no_old_page, make, unmake),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
