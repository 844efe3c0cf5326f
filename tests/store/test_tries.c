/* Work that fails again and again: put off for longer each time, told to people once, taken back when it
 * works. */
#include "house.h"

#include "app/job_tries.h"
#include "app/scheduler.h"
#include "app/ticket.h"
#include "base/clock.h"
#include "base/limits.h"
#include "domain/types.h"
#include "store/work.h"

#include <semaphore.h>
#include <time.h>

enum { LINE = 77 };

struct tries {
    struct house *house;
    int64_t account_id, due;
    bool queued;
    struct store_desk_item items[8];
    size_t tickets;
};

static enum err queue_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct tries *tries = context;
    (void)arena;
    return store_queue_move(tx, "aging", tries->account_id, LINE, clock_now());
}

static enum err look_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct tries *tries = context;
    struct store_queue_item items[8];
    size_t count;
    tries->queued = false;
    for (int64_t bucket = 0; bucket < LIMIT_BUCKETS; bucket++) {
        TRY(store_queue_due(tx, arena, bucket, clock_now() + MICROS_DAY, items, 8, &count));
        for (size_t i = 0; i < count; i++)
            if (str_is(items[i].kind, "aging")) {
                tries->queued = true;
                tries->due = items[i].due;
            }
    }
    return store_desk_list(tx, "ticket", tries->items, 8, &tries->tickets);
}

static enum err take_off_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct tries *tries = context;
    (void)arena;
    return store_queue_remove(tx, "aging", tries->account_id, LINE);
}

static void look(struct tries *tries)
{
    assert_int_equal(sql_read(tries->house->app.store, look_run, tries->house->arena, tries), ERR_NONE);
}

static void ends(struct tries *tries, enum err error)
{
    job_tries_note(&tries->house->app, "aging", tries->account_id, LINE, error);
    look(tries);
}

static struct tries begin(struct house *house)
{
    struct tries tries = {.house = house, .account_id = house_account(house, clock_now())};
    assert_int_equal(sql_call(house->app.store, "test", queue_run, &tries), ERR_NONE);
    return tries;
}

static void it_is_put_off_for_longer_each_time_and_told_once(void **state)
{
    static const int64_t minutes[] = {1, 2, 4, 8, 16};
    struct tries tries = begin(*state);
    for (size_t i = 0; i < sizeof minutes / sizeof *minutes; i++) {
        int64_t before = clock_now();
        ends(&tries, ERR_IO);
        assert_true(tries.queued);
        assert_true(tries.due >= before + minutes[i] * MICROS_MINUTE);
        assert_true(tries.due <= clock_now() + minutes[i] * MICROS_MINUTE);
        assert_int_equal(tries.tickets, i + 1 < LIMIT_OUTBOX_TRIES_TO_TICKET ? 0 : 1);
    }
    assert_true(job_tries_delay(100) == 6 * MICROS_HOUR);
}

static struct ticket_view *read_ticket(struct tries *tries, int64_t ticket_id)
{
    const struct actor amy = {.kind = ACTOR_STAFF, .staff_id = 9, .role = ROLE_AGENT};
    struct ticket_view *view;
    assert_int_equal(
        ticket_read(&tries->house->app, tries->house->arena, &amy, tries->account_id, ticket_id, &view),
        ERR_NONE);
    return view;
}

static void its_ticket_is_closed_when_it_works_again(void **state)
{
    struct tries tries = begin(*state);
    for (int i = 0; i < LIMIT_OUTBOX_TRIES_TO_TICKET; i++)
        ends(&tries, ERR_IO);
    assert_int_equal(tries.tickets, 1);
    int64_t ticket_id = tries.items[0].subject_id;
    ends(&tries, ERR_NONE);
    assert_int_equal(tries.tickets, 0);
    struct ticket_view *view = read_ticket(&tries, ticket_id);
    assert_int_equal(view->ticket.state, TICKET_CLOSED);
    assert_int_equal(view->message_count, 2);
    ends(&tries, ERR_IO); /* counted from the first again */
    ends(&tries, ERR_IO);
    assert_int_equal(tries.tickets, 0);
}

static void a_ticket_that_somebody_answered_is_noted_and_left_to_them(void **state)
{
    const struct actor amy = {.kind = ACTOR_STAFF, .staff_id = 9, .role = ROLE_AGENT};
    struct tries tries = begin(*state);
    for (int i = 0; i < LIMIT_OUTBOX_TRIES_TO_TICKET; i++)
        ends(&tries, ERR_IO);
    int64_t ticket_id = tries.items[0].subject_id;
    assert_int_equal(ticket_answer(&tries.house->app, &amy, tries.account_id, ticket_id, STR("I look.")),
                     ERR_NONE);
    ends(&tries, ERR_NONE);
    struct ticket_view *view = read_ticket(&tries, ticket_id);
    assert_int_equal(view->ticket.state, TICKET_ANSWERED);
    assert_int_equal(view->message_count, 3);
}

static void what_was_taken_off_the_clock_and_a_stop_count_as_nothing(void **state)
{
    struct tries tries = begin(*state);
    int64_t before = clock_now();
    for (int i = 0; i < 5; i++)
        ends(&tries, ERR_STOPPING);
    assert_true(tries.queued && tries.due <= before);
    assert_int_equal(sql_call(tries.house->app.store, "test", take_off_run, &tries), ERR_NONE);
    for (int i = 0; i < 5; i++)
        ends(&tries, ERR_IO);
    assert_false(tries.queued);
    assert_int_equal(tries.tickets, 0);
}

static sem_t job_ran;

static enum err job_fails(struct app *app, int64_t account_id, int64_t subject_id)
{
    (void)app;
    (void)account_id;
    (void)subject_id;
    sem_post(&job_ran);
    return ERR_IO;
}

/* Looks until the work is put off and so many tickets stand, for ten seconds at most. */
static bool is_noted(struct tries *tries, size_t tickets)
{
    for (int i = 0; i < 1000; i++) {
        look(tries);
        if (tries->due > clock_now() && tries->tickets == tickets)
            return true;
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    return false;
}

static void the_scheduler_notes_what_becomes_of_its_work(void **state)
{
    static const struct scheduler_kind kinds[] = {{"aging", job_fails}};
    struct tries tries = begin(*state);
    struct scheduler *scheduler;
    sem_init(&job_ran, 0, 0);
    assert_int_equal(scheduler_start(&tries.house->app, kinds, 1, &scheduler), ERR_NONE);
    for (int i = 1; i <= LIMIT_OUTBOX_TRIES_TO_TICKET; i++) {
        sem_wait(&job_ran);
        assert_true(is_noted(&tries, i == LIMIT_OUTBOX_TRIES_TO_TICKET));
        clock_advance(tries.due - clock_now());
        scheduler_wake(scheduler);
    }
    scheduler_stop(scheduler);
    sem_destroy(&job_ran);
}

#define TRIES_TEST(name) cmocka_unit_test_setup_teardown(name, house_set_up, house_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TRIES_TEST(it_is_put_off_for_longer_each_time_and_told_once),
        TRIES_TEST(its_ticket_is_closed_when_it_works_again),
        TRIES_TEST(a_ticket_that_somebody_answered_is_noted_and_left_to_them),
        TRIES_TEST(what_was_taken_off_the_clock_and_a_stop_count_as_nothing),
        TRIES_TEST(the_scheduler_notes_what_becomes_of_its_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
