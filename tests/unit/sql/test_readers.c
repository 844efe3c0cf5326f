#include "shop.h"

#include "base/limits.h"

#include <pthread.h>
#include <unistd.h>

struct look {
    struct shop *shop;
    int64_t before, after;
};

static int64_t count_in(struct sql_tx *tx)
{
    struct sql_rows rows;
    assert_int_equal(sql_query(tx, ITEM_COUNT, &rows), ERR_NONE);
    assert_true(sql_next(&rows));
    int64_t count = sql_int(&rows, 0);
    assert_int_equal(sql_end(&rows), ERR_NONE);
    return count;
}

static enum err look_twice(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct look *look = context;
    (void)arena;
    look->before = count_in(tx);
    TRY(shop_insert(look->shop, 1)); /* by the writer's thread, committed before this goes on */
    look->after = count_in(tx);
    return ERR_NONE;
}

static void a_reader_sees_one_moment(void **state)
{
    struct shop *shop = *state;
    struct look look = {.shop = shop};
    assert_int_equal(sql_read(shop->store, look_twice, shop->arena, &look), ERR_NONE);
    assert_int_equal(look.before, 0);
    assert_int_equal(look.after, 0);
    assert_int_equal(shop_items(shop), 1);
}

static enum err open_walk(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct sql_rows rows;
    (void)arena;
    (void)context;
    TRY(sql_query(tx, ITEM_LIST, &rows, SQL_INT(0)));
    return sql_next(&rows) ? ERR_NONE : ERR_INTERNAL;
}

static void a_walk_left_open_does_not_hold_the_next_reader_in_the_past(void **state)
{
    struct shop *shop = *state;
    assert_int_equal(shop_insert(shop, 1), ERR_NONE);
    assert_int_equal(shop_insert(shop, 2), ERR_NONE);
    assert_int_equal(sql_read(shop->store, open_walk, shop->arena, NULL), ERR_NONE);
    assert_int_equal(shop_insert(shop, 3), ERR_NONE);
    assert_int_equal(shop_items(shop), 3);
}

static void a_reader_cannot_write(void **state)
{
    struct shop *shop = *state;
    struct job job = job_new(shop, 1, JOB_PLAIN);
    assert_int_equal(sql_read(shop->store, job_run, shop->arena, &job), ERR_FORBIDDEN);
    assert_int_equal(shop_items(shop), 0);
}

enum { CROWD = LIMIT_SQL_READERS * 2 };
static _Atomic int inside, most;

static enum err read_slowly(struct sql_tx *tx, struct arena *arena, void *context)
{
    (void)arena;
    (void)context;
    int now = atomic_fetch_add(&inside, 1) + 1, before = atomic_load(&most);
    while (now > before && !atomic_compare_exchange_weak(&most, &before, now))
        continue;
    count_in(tx);
    usleep(20000);
    atomic_fetch_sub(&inside, 1);
    return ERR_NONE;
}

static void *read_once(void *context)
{
    struct shop *shop = context;
    struct arena *arena = arena_new(0);
    enum err result = sql_read(shop->store, read_slowly, arena, NULL);
    arena_free(arena);
    return result == ERR_NONE ? NULL : shop;
}

static void more_readers_than_connections_wait_for_their_turn(void **state)
{
    struct shop *shop = *state;
    pthread_t threads[CROWD];
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_once, shop), 0);
    for (int i = 0; i < CROWD; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    assert_true(most > 1);
    assert_true(most <= LIMIT_SQL_READERS);
    assert_int_equal(shop_count(shop).reads, CROWD);
}

static _Atomic bool reading, ended;

static enum err read_long(struct sql_tx *tx, struct arena *arena, void *context)
{
    (void)arena;
    (void)context;
    count_in(tx);
    atomic_store(&reading, true);
    usleep(200000);
    atomic_store(&ended, true);
    return ERR_NONE;
}

static void *read_long_once(void *context)
{
    struct shop *shop = context;
    struct arena *arena = arena_new(0);
    enum err result = sql_read(shop->store, read_long, arena, NULL);
    arena_free(arena);
    return result == ERR_NONE ? NULL : shop;
}

static void reads_under_way_can_be_awaited(void **state)
{
    struct shop *shop = *state;
    pthread_t thread;
    void *failed;
    sql_await_readers(shop->store); /* nothing is under way: it does not wait */
    assert_int_equal(pthread_create(&thread, NULL, read_long_once, shop), 0);
    while (!atomic_load(&reading))
        usleep(1000);
    sql_await_readers(shop->store);
    assert_true(atomic_load(&ended));
    pthread_join(thread, &failed);
    assert_null(failed);
}

#define SHOP_TEST(name) cmocka_unit_test_setup_teardown(name, shop_set_up, shop_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHOP_TEST(a_reader_sees_one_moment),
        SHOP_TEST(a_walk_left_open_does_not_hold_the_next_reader_in_the_past),
        SHOP_TEST(a_reader_cannot_write),
        SHOP_TEST(more_readers_than_connections_wait_for_their_turn),
        SHOP_TEST(reads_under_way_can_be_awaited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
