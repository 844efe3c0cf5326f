#include "shop.h"

#include <string.h>

struct row {
    const char *title;
    int64_t id;
    struct str name, picture;
    bool no_picture;
};

static char megabyte[1 << 20];
static const struct row rows_table[] = {
    {"the least number, empty texts", INT64_MIN, {"", 0}, {"", 0}, false},
    {"the greatest number, no picture", INT64_MAX, {"x", 1}, {NULL, 0}, true},
    {"a NUL inside", 0, {"a\0b", 3}, {"\0\0\xff", 3}, false},
    {"Chinese, quotes and a semicolon", -1, {"注销'; DROP TABLE item;--", 26}, {"\x80", 1}, false},
    {"a megabyte", 5, {"big", 3}, {megabyte, sizeof megabyte}, false},
};

static enum err put_row(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct row *row = context;
    int64_t changes = 0;
    (void)arena;
    struct sql_value picture = row->no_picture ? SQL_NULL : SQL_BYTES(row->picture);
    TRY(sql_exec(tx, ITEM_INSERT, &changes, SQL_INT(row->id), SQL_TEXT(row->name), picture));
    return changes == 1 ? ERR_NONE : ERR_INTERNAL;
}

static enum err check_row(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct row *row = context;
    struct sql_rows rows;
    (void)arena;
    TRY(sql_query(tx, ITEM_GET, &rows, SQL_INT(row->id)));
    assert_true(sql_next(&rows));
    assert_true(sql_int(&rows, 0) == row->id);
    assert_true(str_equal(sql_text(&rows, 1), row->name));
    assert_int_equal(sql_is_null(&rows, 2), row->no_picture);
    assert_true(str_equal(sql_bytes(&rows, 2), row->picture));
    assert_int_equal(sql_int(&rows, 3), 7);
    assert_false(sql_next(&rows));
    assert_false(sql_next(&rows));
    return sql_end(&rows);
}

static void values_come_back_as_they_went_in(void **state)
{
    struct shop *shop = *state;
    memset(megabyte, 0xa5, sizeof megabyte);
    for (size_t i = 0; i < sizeof rows_table / sizeof *rows_table; i++) {
        struct row row = rows_table[i];
        assert_int_equal(sql_call(shop->store, row.title, put_row, &row), ERR_NONE);
        assert_int_equal(sql_read(shop->store, check_row, shop->arena, &row), ERR_NONE);
        assert_int_equal(sql_call(shop->store, row.title, check_row, &row), ERR_NONE);
    }
}

static enum err ask_swapped(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct sql_rows rows;
    (void)arena;
    (void)context;
    TRY(sql_query(tx, ITEM_SWAPPED, &rows, SQL_INT(1), SQL_TEXT(STR("two")), SQL_INT(3)));
    assert_true(sql_next(&rows));
    assert_int_equal(sql_int(&rows, 0), 3);
    assert_int_equal(sql_int(&rows, 1), 1);
    assert_true(str_is(sql_text(&rows, 2), "two"));
    assert_int_equal(sql_int(&rows, 3), 1);
    return sql_end(&rows);
}

static void arguments_go_by_their_number_whatever_comes_first_in_the_text(void **state)
{
    struct shop *shop = *state;
    assert_int_equal(sql_read(shop->store, ask_swapped, shop->arena, NULL), ERR_NONE);
}

static enum err outlive_the_arguments(struct sql_tx *tx, struct arena *arena, void *context)
{
    char name[] = "before";
    struct sql_rows rows;
    (void)arena;
    (void)context;
    TRY(sql_query(tx, ITEM_SWAPPED, &rows, SQL_INT(1), SQL_TEXT(str_from(name)), SQL_INT(3)));
    memset(name, 'x', sizeof name - 1);
    assert_true(sql_next(&rows));
    assert_true(str_is(sql_text(&rows, 2), "before"));
    return sql_end(&rows);
}

static void a_walk_does_not_need_its_arguments_any_more(void **state)
{
    struct shop *shop = *state;
    assert_int_equal(sql_read(shop->store, outlive_the_arguments, shop->arena, NULL), ERR_NONE);
}

static enum err keep_first_text(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct sql_rows rows;
    (void)arena;
    TRY(sql_query(tx, ITEM_GET, &rows, SQL_INT(1)));
    if (sql_next(&rows))
        *(struct str *)context = sql_text(&rows, 1);
    return sql_end(&rows);
}

static void texts_of_a_row_outlive_the_walk(void **state)
{
    struct shop *shop = *state;
    struct str name = STR_NONE;
    assert_int_equal(shop_insert(shop, 1), ERR_NONE);
    assert_int_equal(sql_read(shop->store, keep_first_text, shop->arena, &name), ERR_NONE);
    assert_true(str_is(name, "plain"));
}

static enum err claim(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct sql_rows rows;
    (void)arena;
    TRY(sql_query(tx, ITEM_CLAIM, &rows, SQL_INT(9), SQL_TEXT(STR("claimed"))));
    *(bool *)context = sql_next(&rows);
    return sql_end(&rows);
}

static void a_name_is_claimed_once(void **state)
{
    struct shop *shop = *state;
    bool first = false, second = true;
    assert_int_equal(sql_call(shop->store, "claim", claim, &first), ERR_NONE);
    assert_int_equal(sql_call(shop->store, "claim", claim, &second), ERR_NONE);
    assert_true(first);
    assert_false(second);
}

#define SHOP_TEST(name) cmocka_unit_test_setup_teardown(name, shop_set_up, shop_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHOP_TEST(values_come_back_as_they_went_in),
        SHOP_TEST(arguments_go_by_their_number_whatever_comes_first_in_the_text),
        SHOP_TEST(a_walk_does_not_need_its_arguments_any_more),
        SHOP_TEST(texts_of_a_row_outlive_the_walk),
        SHOP_TEST(a_name_is_claimed_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
