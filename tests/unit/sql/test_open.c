#include "shop.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct setting {
    const char *name, *value;
    bool writer;
};

static const struct setting settings[] = {
    {"journal_mode", "wal", true}, {"synchronous", "2", true}, {"foreign_keys", "1", true},
    {"trusted_schema", "0", true}, {"temp_store", "2", true},  {"wal_autocheckpoint", "0", true},
    {"secure_delete", "1", true},  {"query_only", "1", false},
};

static enum err check_settings(struct sql_tx *tx, struct arena *arena, void *context)
{
    bool writer = *(bool *)context;
    (void)arena;
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        char text[64];
        sqlite3_stmt *statement = NULL;
        snprintf(text, sizeof text, "PRAGMA %s", settings[i].name);
        assert_int_equal(
            sqlite3_prepare_v2(((struct sqlite_tx *)tx)->connection->db, text, -1, &statement, NULL),
            SQLITE_OK);
        assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
        const char *value = (const char *)sqlite3_column_text(statement, 0);
        bool wanted = settings[i].writer || !writer;
        assert_string_equal(value, wanted ? settings[i].value : "0");
        sqlite3_finalize(statement);
    }
    return ERR_NONE;
}

static void every_connection_has_the_settings(void **state)
{
    struct shop *shop = *state;
    bool writer = true, reader = false;
    shop_open(shop);
    assert_int_equal(sql_call(shop->store, "settings", check_settings, &writer), ERR_NONE);
    assert_int_equal(sql_read(shop->store, check_settings, shop->arena, &reader), ERR_NONE);
}

static void pages_are_small_and_an_older_database_keeps_its_own(void **state)
{
    struct shop *shop = *state;
    sqlite3 *db;
    shop_open(shop);
    assert_int_equal(shop_ask(shop, "PRAGMA page_size"), 2048);
    shop_close(shop);
    assert_int_equal(unlink(shop->path), 0);
    assert_int_equal(sqlite3_open(shop->path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db, "PRAGMA page_size = 4096; PRAGMA user_version = 0; VACUUM", NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(db);
    shop_open(shop);
    assert_int_equal(shop_insert(shop, 1), ERR_NONE);
    struct sql_counters counters = shop_count(shop);
    assert_true(counters.wal_bytes > 0 && counters.wal_bytes % (24 + 4096) == 0);
    assert_int_equal(shop_ask(shop, "PRAGMA page_size"), 4096);
}

static void only_the_owner_may_read_the_files(void **state)
{
    struct shop *shop = *state;
    mode_t before = umask(0);
    shop_open(shop);
    assert_int_equal(shop_insert(shop, 1), ERR_NONE);
    umask(before);
    static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        char path[320];
        struct stat file;
        snprintf(path, sizeof path, "%s%s", shop->path, suffixes[i]);
        assert_int_equal(stat(path, &file), 0);
        assert_int_equal(file.st_mode & 0777, 0600);
    }
}

static void one_process_at_a_time(void **state)
{
    struct shop *shop = *state;
    struct sql_options options = shop_options(shop);
    struct sql_store *second = NULL;
    const char *reason = NULL;
    shop_open(shop);
    assert_int_equal(sql_open(&options, &second, &reason), ERR_LOCKED);
    assert_null(second);
    assert_true(strlen(reason) > 0);
    shop_close(shop);
    shop_open(shop);
}

static enum err open_with(struct shop *shop, struct sql_options options)
{
    const char *reason = NULL;
    enum err result = sql_open(&options, &shop->store, &reason);
    if (result != ERR_NONE)
        assert_true(reason != NULL && strlen(reason) > 0);
    return result;
}

static void what_was_written_is_there_after_opening_again(void **state)
{
    struct shop *shop = *state;
    shop_open(shop);
    assert_int_equal(shop_insert(shop, 1), ERR_NONE);
    shop_close(shop);
    assert_int_equal(shop_file_size(shop, "-wal"), -1);
    shop_open(shop);
    assert_int_equal(shop_items(shop), 1);
    assert_int_equal(sql_version(shop->store), SHOP_MIGRATION_COUNT);
}

static void a_newer_database_is_refused(void **state)
{
    struct shop *shop = *state;
    struct sql_options older = shop_options(shop);
    older.migration_count = 1;
    shop_open(shop);
    shop_close(shop);
    assert_int_equal(open_with(shop, older), ERR_VERSION_NEWER);
    assert_int_equal(shop_ask(shop, "PRAGMA user_version"), 2);
}

static void an_older_database_is_migrated_only_where_asked(void **state)
{
    struct shop *shop = *state;
    struct sql_options first = shop_options(shop), both = shop_options(shop);
    first.migration_count = 1;
    assert_int_equal(open_with(shop, first), ERR_NONE);
    shop_close(shop);
    both.migrate = false;
    assert_int_equal(open_with(shop, both), ERR_STATE);
    assert_int_equal(shop_ask(shop, "PRAGMA user_version"), 1);
    both.migrate = true;
    assert_int_equal(open_with(shop, both), ERR_NONE);
    assert_int_equal(sql_version(shop->store), 2);
    assert_int_equal(shop_insert(shop, 1), ERR_NONE);
}

static void a_migration_that_fails_leaves_nothing_of_it(void **state)
{
    static const struct sql_migration broken[] = {
        {1, "good", "CREATE TABLE one (\n    id int64 NOT NULL PRIMARY KEY\n);\n"},
        {2, "broken",
         "CREATE TABLE two (\n    id int64 NOT NULL PRIMARY KEY\n);\nCREATE TABLE one (x y z);\n"},
    };
    struct shop *shop = *state;
    struct sql_options options = shop_options(shop);
    options.migrations = broken;
    assert_int_not_equal(open_with(shop, options), ERR_NONE);
    assert_int_equal(shop_ask(shop, "PRAGMA user_version"), 1);
    assert_int_equal(shop_ask(shop, "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'two'"), 0);
    assert_int_equal(shop_ask(shop, "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'one'"), 1);
}

static void tables_hold_their_types(void **state)
{
    struct shop *shop = *state;
    shop_open(shop);
    assert_int_equal(shop_ask(shop, "SELECT strict FROM pragma_table_list WHERE name = 'item'"), 1);
    assert_int_equal(shop_ask(shop, "SELECT COUNT(*) FROM pragma_table_info('item') WHERE name || type IN "
                                    "('idINTEGER', 'nameTEXT', 'pictureBLOB')"),
                     3);
}

struct refusal {
    const char *url;
    enum err result;
};

static void a_place_that_cannot_be_a_database_is_refused(void **state)
{
    static const struct refusal refusals[] = {
        {"", ERR_CONFIG},
        {"sqlite:", ERR_CONFIG},
        {"mysql://localhost/violet", ERR_CONFIG},
        {"sqlite:/nowhere/at/all/shop.db", ERR_IO},
        {"sqlite:/proc/version", ERR_IO},
    };
    struct shop *shop = *state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct sql_options options = shop_options(shop);
        options.url = refusals[i].url;
        assert_int_equal(open_with(shop, options), refusals[i].result);
    }
}

static void a_file_that_is_no_database_is_left_as_it_is(void **state)
{
    static const char text[] =
        "This is a letter to my grandmother and no database at all. It is long enough to "
        "be taken for a header of one hundred bytes.";
    struct shop *shop = *state;
    FILE *file = fopen(shop->path, "w");
    fputs(text, file);
    fclose(file);
    assert_int_equal(open_with(shop, shop_options(shop)), ERR_CORRUPT);
    assert_int_equal(shop_file_size(shop, ""), sizeof text - 1);
}

#define SHOP_TEST(name) cmocka_unit_test_setup_teardown(name, shop_set_up_closed, shop_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHOP_TEST(every_connection_has_the_settings),
        SHOP_TEST(pages_are_small_and_an_older_database_keeps_its_own),
        SHOP_TEST(only_the_owner_may_read_the_files),
        SHOP_TEST(one_process_at_a_time),
        SHOP_TEST(what_was_written_is_there_after_opening_again),
        SHOP_TEST(a_newer_database_is_refused),
        SHOP_TEST(an_older_database_is_migrated_only_where_asked),
        SHOP_TEST(a_migration_that_fails_leaves_nothing_of_it),
        SHOP_TEST(tables_hold_their_types),
        SHOP_TEST(a_place_that_cannot_be_a_database_is_refused),
        SHOP_TEST(a_file_that_is_no_database_is_left_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
