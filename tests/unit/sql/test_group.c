#include "shop.h"

#include <pthread.h>

enum { THREADS = 16, CALLS = 20 };

static void *call_many(void *context)
{
    struct shop *shop = context;
    static _Atomic int64_t next;
    for (int i = 0; i < CALLS; i++)
        if (shop_insert(shop, atomic_fetch_add(&next, 1)) != ERR_NONE)
            return shop;
    return NULL;
}

static void calls_of_many_threads_share_commits(void **state)
{
    struct shop *shop = *state;
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, call_many, shop), 0);
    for (int i = 0; i < THREADS; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    struct sql_counters counters = shop_count(shop);
    assert_int_equal(shop_items(shop), THREADS * CALLS);
    assert_int_equal(counters.commands, THREADS * CALLS);
    assert_true(counters.commits < counters.commands);
}

/* One group: a plain command, one that goes its way, a plain one. */
struct outcome {
    int way;
    enum err result;
    int64_t rows;  /* of the one in the middle that stand afterwards */
    unsigned runs; /* of the one before it: all plainly; again with savepoints; then each by itself */
};

static void check_group(struct shop *shop, const struct outcome *expected)
{
    sem_t gate;
    struct job jobs[4];
    for (int i = 0; i < 4; i++)
        jobs[i] = job_new(shop, 10 * i, JOB_PLAIN);
    jobs[2].way = (__typeof__(jobs[2].way))expected->way;
    job_hold(&jobs[0], &gate);
    int64_t commits = shop_count(shop).commits;
    for (int i = 1; i < 4; i++)
        job_submit(&jobs[i], SQL_LANE_COMMAND);
    sem_post(&gate);
    for (int i = 0; i < 4; i++)
        assert_int_equal(job_wait(&jobs[i]), i == 2 ? expected->result : ERR_NONE);
    for (int i = 1; i < 4; i++) {
        assert_int_equal(jobs[i].seen, i == 2 ? expected->rows : 1);
        assert_int_equal(jobs[i].arena_at_start, 0);
    }
    assert_int_equal(jobs[1].runs, expected->runs);
    /* The gate's own, then one for all, or one each of those that stand. */
    int64_t shared = expected->runs < 3 ? 1 : 2 + (expected->result == ERR_NONE);
    assert_int_equal(shop_count(shop).commits - commits, 1 + shared);
    assert_int_equal(shop_count(shop).reruns, expected->runs > 1);
}

static void a_group_is_one_commit(void **state)
{
    check_group(*state, &(struct outcome){JOB_PLAIN, ERR_NONE, 1, 1});
}

static void a_command_that_refuses_leaves_nothing_and_the_others_stand(void **state)
{
    check_group(*state, &(struct outcome){JOB_REFUSE, ERR_BALANCE, 0, 2});
}

static void a_command_that_refuses_before_it_writes_costs_no_second_run(void **state)
{
    check_group(*state, &(struct outcome){JOB_LOOK, ERR_NOT_FOUND, 0, 1});
}

static void a_command_cannot_succeed_over_an_error_that_it_ignored(void **state)
{
    check_group(*state, &(struct outcome){JOB_IGNORE, ERR_INTERNAL, 0, 2});
}

static void a_lost_uniqueness_is_for_the_command_to_judge(void **state)
{
    check_group(*state, &(struct outcome){JOB_CLAIM, ERR_NONE, 1, 1});
}

static void a_walk_left_open_does_not_hold_the_group(void **state)
{
    check_group(*state, &(struct outcome){JOB_WALK, ERR_NONE, 1, 1});
}

static void a_group_that_was_thrown_away_is_run_again_one_by_one(void **state)
{
    check_group(*state, &(struct outcome){JOB_BOMB, ERR_INTERNAL, 0, 3});
}

static enum err bound_pages(struct sql_tx *tx, struct arena *arena, void *context)
{
    (void)arena;
    int code = sqlite3_exec(((struct sqlite_tx *)tx)->connection->db, context, NULL, NULL, NULL);
    return code == SQLITE_OK ? ERR_NONE : ERR_INTERNAL;
}

static void a_full_disk_refuses_one_command_and_the_others_stand(void **state)
{
    struct shop *shop = *state;
    static char few[] = "PRAGMA max_page_count = 100", many[] = "PRAGMA max_page_count = 1000000";
    assert_int_equal(sql_call(shop->store, "pages", bound_pages, few), ERR_NONE);
    check_group(shop, &(struct outcome){JOB_FILL, ERR_FULL, 0, 3});
    assert_int_equal(sql_call(shop->store, "pages", bound_pages, many), ERR_NONE);
    struct job fill = job_new(shop, 1000, JOB_FILL);
    job_submit(&fill, SQL_LANE_COMMAND);
    assert_int_equal(job_wait(&fill), ERR_NONE);
}

static enum err wait_little(struct sql_tx *tx, struct arena *arena, void *context)
{
    (void)arena;
    (void)context;
    sqlite3_busy_timeout(((struct sqlite_tx *)tx)->connection->db, 20);
    return ERR_NONE;
}

static void another_writer_makes_it_busy_and_nothing_is_changed(void **state)
{
    struct shop *shop = *state;
    sqlite3 *other = NULL;
    assert_int_equal(sql_call(shop->store, "wait", wait_little, NULL), ERR_NONE);
    assert_int_equal(sqlite3_open(shop->path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(shop_insert(shop, 1), ERR_BUSY);
    assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(other);
    assert_int_equal(shop_items(shop), 0);
    assert_int_equal(shop_insert(shop, 1), ERR_NONE);
    assert_int_equal(shop_items(shop), 1);
}

#define SHOP_TEST(name) cmocka_unit_test_setup_teardown(name, shop_set_up, shop_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHOP_TEST(calls_of_many_threads_share_commits),
        SHOP_TEST(a_group_is_one_commit),
        SHOP_TEST(a_command_that_refuses_leaves_nothing_and_the_others_stand),
        SHOP_TEST(a_command_that_refuses_before_it_writes_costs_no_second_run),
        SHOP_TEST(a_command_cannot_succeed_over_an_error_that_it_ignored),
        SHOP_TEST(a_lost_uniqueness_is_for_the_command_to_judge),
        SHOP_TEST(a_walk_left_open_does_not_hold_the_group),
        SHOP_TEST(a_group_that_was_thrown_away_is_run_again_one_by_one),
        SHOP_TEST(a_full_disk_refuses_one_command_and_the_others_stand),
        SHOP_TEST(another_writer_makes_it_busy_and_nothing_is_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
