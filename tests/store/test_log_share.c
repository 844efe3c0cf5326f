/* Two nodes on one store: each has both logs whole, in the same order, in files of its own. */
#include "house.h"

#include "app/leaves.h"
#include "app/log_share.h"
#include "app/tombstones.h"
#include "base/clock.h"
#include "base/limits.h"
#include "store/closure.h"
#include "store/log_share.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LEAVES = 3 * LIMIT_BULK_ROWS + 7 };

static struct app other; /* the second node's */
static char place[80];

static int set_up(void **state)
{
    int result = house_set_up(state);
    struct house *house = *state;
    snprintf(place, sizeof place, "%s/b", house->directory);
    assert_int_equal(mkdir(place, 0700), 0);
    other = house->app;
    assert_int_equal(logs_open(house->directory, NULL, &house->app.logs), ERR_NONE);
    assert_int_equal(logs_open(place, NULL, &other.logs), ERR_NONE);
    return result;
}

static int tear_down(void **state)
{
    struct house *house = *state;
    char path[128];
    logs_free(other.logs);
    logs_free(house->app.logs);
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", place, i == 0 ? "log" : "tombstones");
        unlink(path);
    }
    rmdir(place);
    return house_tear_down(state);
}

static enum err leaves_run_insert(struct sql_tx *tx, struct arena *arena, void *context)
{
    int64_t *next = context;
    (void)arena;
    for (int i = 0; i < LEAVES; i++) {
        unsigned char hash[32] = {0};
        int64_t number = *next + i * 2654435761LL; /* not in the order of their making */
        memcpy(hash, &number, sizeof number);
        TRY(store_leaf_insert(tx, str_bytes(hash, sizeof hash), "receipt", *next + i));
    }
    return ERR_NONE;
}

struct list {
    struct buf text;
};

static enum err add_record(struct str record, void *context)
{
    struct list *list = context;
    buf_add(&list->text, record);
    buf_add_char(&list->text, '\n');
    return ERR_NONE;
}

static struct buf text_of(struct logs *logs, enum logs_file file)
{
    struct list list = {buf_new(0)};
    assert_int_equal(logs_walk(logs, file, add_record, &list), ERR_NONE);
    return list.text;
}

static void assert_same(struct house *house, enum logs_file file, int64_t count)
{
    struct buf here = text_of(house->app.logs, file), there = text_of(other.logs, file);
    assert_int_equal(logs_count(other.logs, file), count);
    assert_true(str_equal(buf_str(&here), buf_str(&there)));
    buf_free(&here);
    buf_free(&there);
}

static void leaves_stand_in_every_nodes_log_in_one_order(void **state)
{
    struct house *house = *state;
    struct log_share share = {0};
    int64_t now = clock_now();
    for (int64_t round = 1; round <= 2; round++) {
        assert_int_equal(sql_call(house->app.store, "leaves", leaves_run_insert, &now), ERR_NONE);
        assert_int_equal(leaves_run(&house->app, 0, 0), ERR_NONE);
        assert_int_equal(log_share_pull(&other, &share), ERR_NONE);
        assert_same(house, LOGS_LOG, round * LEAVES);
        now += LEAVES;
    }
    assert_int_equal(log_share_pull(&other, &share), ERR_NONE);
    assert_same(house, LOGS_LOG, INT64_C(2) * LEAVES);
}

struct grave {
    int64_t at, closure_id;
    struct tombstone_records records;
};

static enum err keep_grave(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct grave *grave = context;
    (void)arena;
    return store_tombstone_insert(tx, grave->at, grave->closure_id, grave->records.records,
                                  grave->records.count);
}

static void bury(struct house *house, int64_t at, int64_t closure_id)
{
    struct str record = arena_printf(
        house->arena, "closure account 7 %lld VC-TEST %lld numbers: refunds: link::", (long long)closure_id,
        (long long)at);
    struct grave grave = {at, closure_id, {&record, 1}};
    assert_int_equal(logs_append(house->app.logs, LOGS_TOMBSTONES, record), ERR_NONE);
    assert_int_equal(sql_call(house->app.store, "grave", keep_grave, &grave), ERR_NONE);
}

/* Its commit came after that of a later one: the look that saw the later one must not leave it behind. */
static void a_tombstone_that_was_committed_late_is_not_missed(void **state)
{
    struct house *house = *state;
    struct log_share share = {0};
    int64_t now = clock_now();
    bury(house, now + MICROS_SECOND, 2);
    assert_int_equal(log_share_pull(&other, &share), ERR_NONE);
    assert_int_equal(logs_count(other.logs, LOGS_TOMBSTONES), 1);
    bury(house, now, 1);
    assert_int_equal(log_share_pull(&other, &share), ERR_NONE);
    assert_int_equal(logs_count(other.logs, LOGS_TOMBSTONES), 2);
}

static void a_node_that_comes_late_gets_all(void **state)
{
    struct house *house = *state;
    struct log_share share = {0};
    int64_t now = clock_now();
    for (int64_t i = 0; i < 2 * LIMIT_BULK_ROWS; i++)
        bury(house, now + i, i);
    assert_int_equal(log_share_pull(&other, &share), ERR_NONE);
    assert_same(house, LOGS_TOMBSTONES, INT64_C(2) * LIMIT_BULK_ROWS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(leaves_stand_in_every_nodes_log_in_one_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_tombstone_that_was_committed_late_is_not_missed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_node_that_comes_late_gets_all, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
