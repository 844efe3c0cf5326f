#include "shop.h"

#include "base/limits.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static void bulk_work_waits_for_commands(void **state)
{
    struct shop *shop = *state;
    unsigned sequence = 0;
    sem_t gate;
    struct job first = job_new(shop, 1, JOB_GATE), bulk = job_new(shop, 2, JOB_PLAIN),
               command = job_new(shop, 3, JOB_PLAIN);
    first.sequence = bulk.sequence = command.sequence = &sequence;
    job_hold(&first, &gate);
    job_submit(&bulk, SQL_LANE_BULK);
    job_submit(&command, SQL_LANE_COMMAND);
    sem_post(&gate);
    job_wait(&first);
    assert_int_equal(job_wait(&bulk), ERR_NONE);
    assert_int_equal(job_wait(&command), ERR_NONE);
    assert_int_equal(command.turn, 2);
    assert_int_equal(bulk.turn, 3);
}

/* A command that submits itself again on each answer, so that the command lane is never empty. */
struct flood {
    struct sql_store *store;
    _Atomic bool bulk_done;
    _Atomic int rounds;
    sem_t ended;
};

static enum err flood_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct flood *flood = context;
    (void)arena;
    int64_t id = 1000 + atomic_fetch_add(&flood->rounds, 1);
    return sql_exec(tx, ITEM_INSERT, NULL, SQL_INT(id), SQL_TEXT(STR("flood")), SQL_NULL);
}

static void flood_done(enum err result, void *context)
{
    struct flood *flood = context;
    struct sql_command again = {"flood", SQL_LANE_COMMAND, flood_run, flood_done, flood};
    bool on = result == ERR_NONE && !flood->bulk_done && atomic_load(&flood->rounds) < 1000;
    if (!on || sql_submit(flood->store, &again) != ERR_NONE)
        sem_post(&flood->ended);
}

static enum err mark_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    (void)tx;
    (void)arena;
    ((struct flood *)context)->bulk_done = true;
    return ERR_NONE;
}

static void bulk_work_is_never_starved(void **state)
{
    struct shop *shop = *state;
    struct flood flood = {.store = shop->store};
    sem_init(&flood.ended, 0, 0);
    struct sql_command command = {"flood", SQL_LANE_COMMAND, flood_run, flood_done, &flood};
    assert_int_equal(sql_submit(shop->store, &command), ERR_NONE);
    assert_int_equal(sql_call_bulk(shop->store, "bulk", mark_run, &flood), ERR_NONE);
    sem_wait(&flood.ended);
    sem_destroy(&flood.ended);
    assert_true(atomic_load(&flood.rounds) < 1000);
}

static void count_done(enum err result, void *context)
{
    *(unsigned *)context += result == ERR_NONE;
}

static enum err nothing_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    (void)tx;
    (void)arena;
    (void)context;
    return ERR_NONE;
}

static void a_full_queue_says_busy_and_loses_nothing(void **state)
{
    struct shop *shop = *state;
    unsigned answered = 0;
    sem_t gate;
    struct job first = job_new(shop, 1, JOB_GATE);
    struct sql_command command = {"nothing", SQL_LANE_COMMAND, nothing_run, count_done, &answered};
    job_hold(&first, &gate);
    for (int i = 0; i < LIMIT_SQL_QUEUE; i++)
        assert_int_equal(sql_submit(shop->store, &command), ERR_NONE);
    assert_int_equal(sql_submit(shop->store, &command), ERR_BUSY);
    assert_int_equal(shop_count(shop).queue, LIMIT_SQL_QUEUE);
    sem_post(&gate);
    job_wait(&first);
    shop_close(shop);
    assert_int_equal(answered, LIMIT_SQL_QUEUE);
}

static void *close_store(void *store)
{
    sql_close(store);
    return NULL;
}

static void closing_finishes_what_was_submitted_and_takes_no_more(void **state)
{
    struct shop *shop = *state;
    unsigned answered = 0, taken = 0;
    enum err result = ERR_NONE;
    pthread_t closer;
    sem_t gate;
    struct job first = job_new(shop, 1, JOB_GATE), second = job_new(shop, 2, JOB_PLAIN);
    struct sql_command command = {"nothing", SQL_LANE_COMMAND, nothing_run, count_done, &answered};
    job_hold(&first, &gate);
    job_submit(&second, SQL_LANE_BULK);
    assert_int_equal(pthread_create(&closer, NULL, close_store, shop->store), 0);
    while (taken < 1000 && (result = sql_submit(shop->store, &command)) == ERR_NONE) {
        taken++;
        usleep(1000);
    }
    assert_int_equal(result, ERR_STOPPING);
    sem_post(&gate);
    pthread_join(closer, NULL);
    shop->store = NULL;
    assert_int_equal(job_wait(&first), ERR_NONE);
    assert_int_equal(job_wait(&second), ERR_NONE);
    assert_int_equal(second.seen, 1);
    assert_int_equal(answered, taken);
}

#define SHOP_TEST(name) cmocka_unit_test_setup_teardown(name, shop_set_up, shop_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SHOP_TEST(bulk_work_waits_for_commands),
        SHOP_TEST(bulk_work_is_never_starved),
        SHOP_TEST(a_full_queue_says_busy_and_loses_nothing),
        SHOP_TEST(closing_finishes_what_was_submitted_and_takes_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
