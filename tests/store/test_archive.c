#include "house.h"

#include "app/archive_make.h"
#include "app/archive_read.h"
#include "app/message_receive.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/money.h"
#include "domain/types.h"
#include "edge/archive/make.h"
#include "store/key.h"

#include <stdio.h>
#include <string.h>

static int makings;
static enum err making_fails_with;

/* The real maker; where a test says so, it is cut off after its first pieces. */
static enum err make(const struct archive_source *source, const struct archive_sink *sink)
{
    makings++;
    if (making_fails_with == ERR_NONE)
        return archive_make(source, sink);
    enum err error = sink->chunk(sink->context, STR("half an archive"));
    return error != ERR_NONE ? error : making_fails_with;
}

static int set_up(void **state)
{
    makings = 0;
    making_fails_with = ERR_NONE;
    archive_register(make);
    return house_set_up(state);
}

static int64_t account_with_messages(struct house *house, int count)
{
    int64_t account = house_account(house, clock_now());
    house_credit(house, account, 5 * MONEY_UNIT);
    house_line(house, account, "+12025550151", MONEY_UNIT);
    for (int i = 0; i < count; i++) {
        char id[16], text[64];
        snprintf(id, sizeof id, "%d", i);
        snprintf(text, sizeof text, "canary-%d %d", i, i * 7919);
        struct message_receive message = {.carrier = STR("test"),
                                          .carrier_id = str_from(id),
                                          .from = STR("canary-sender"),
                                          .to = STR("+12025550151"),
                                          .text = str_from(text)};
        assert_int_equal(message_receive(&house->app, &message), ERR_NONE);
    }
    clock_advance(MICROS_SECOND);
    return account;
}

static int64_t begin(struct house *house, int64_t account)
{
    const struct actor holder = {.kind = ACTOR_SUBSCRIBER, .account_id = account};
    int64_t id;
    assert_int_equal(archive_begin(&house->app, &holder, &id), ERR_NONE);
    return id;
}

static struct archive_view show(struct house *house, int64_t account)
{
    struct archive_view view;
    assert_int_equal(archive_show(&house->app, house->arena, account, 0, &view), ERR_NONE);
    return view;
}

/* The whole file. */
static struct buf read_all(struct house *house, int64_t account, int64_t id)
{
    struct archive_reader *reader;
    struct buf file = buf_new(0);
    struct str chunk;
    int64_t size;
    bool end = false;
    assert_int_equal(archive_read(&house->app, house->arena, account, id, &reader, &size), ERR_NONE);
    while (!end) {
        assert_int_equal(archive_reader_next(reader, house->arena, &chunk, &end), ERR_NONE);
        buf_add(&file, chunk);
    }
    archive_reader_free(reader);
    assert_int_equal(file.length, size);
    return file;
}

static void an_archive_is_made_sealed_and_read_back(void **state)
{
    struct house *house = *state;
    int64_t account = account_with_messages(house, 300);
    int64_t id = begin(house, account);
    assert_int_equal(show(house, account).state, ARCHIVE_MAKING);
    assert_int_equal(archive_run(&house->app, account, id), ERR_NONE);
    struct archive_view view = show(house, account);
    assert_int_equal(view.state, ARCHIVE_READY);
    assert_int_equal(view.step, view.steps);
    struct buf file = read_all(house, account, id);
    assert_memory_equal(file.data, "PK\x03\x04", 4);
    assert_true(str_find(buf_str(&file), STR("messages.xml"), 0) != SIZE_MAX);
    assert_true(str_find(buf_str(&file), STR("manifest.json"), 0) != SIZE_MAX);
    assert_false(house_holds(house, "canary"));
    assert_false(house_holds(house, "PK\x03\x04"));
    buf_free(&file);
}

static void asking_twice_gives_the_one_that_is_being_made(void **state)
{
    struct house *house = *state;
    int64_t account = account_with_messages(house, 1);
    int64_t id = begin(house, account);
    assert_true(begin(house, account) == id);
    assert_int_equal(archive_run(&house->app, account, id), ERR_NONE);
    assert_true(begin(house, account) != id);
}

static void a_run_that_was_cut_off_is_made_anew_from_its_first_byte(void **state)
{
    struct house *house = *state;
    int64_t account = account_with_messages(house, 20);
    int64_t id = begin(house, account), size;
    struct archive_reader *reader;
    making_fails_with = ERR_BUSY;
    assert_int_equal(archive_run(&house->app, account, id), ERR_BUSY);
    assert_int_equal(show(house, account).state, ARCHIVE_MAKING);
    assert_int_equal(archive_read(&house->app, house->arena, account, id, &reader, &size), ERR_STATE);
    making_fails_with = ERR_NONE;
    assert_int_equal(archive_run(&house->app, account, id), ERR_NONE);
    assert_int_equal(makings, 2);
    struct buf file = read_all(house, account, id);
    assert_memory_equal(file.data, "PK\x03\x04", 4);
    buf_free(&file);
}

static void what_can_never_work_fails_in_the_open(void **state)
{
    struct house *house = *state;
    int64_t account = account_with_messages(house, 1);
    int64_t id = begin(house, account);
    making_fails_with = ERR_TOO_LARGE;
    assert_int_equal(archive_run(&house->app, account, id), ERR_TOO_LARGE);
    assert_int_equal(show(house, account).state, ARCHIVE_FAILED);
    assert_true(begin(house, account) != id);
}

static void a_newer_archive_takes_the_place_of_the_older(void **state)
{
    struct house *house = *state;
    int64_t account = account_with_messages(house, 1);
    int64_t first = begin(house, account);
    struct archive_view view;
    assert_int_equal(archive_run(&house->app, account, first), ERR_NONE);
    int64_t second = begin(house, account);
    assert_int_equal(archive_run(&house->app, account, second), ERR_NONE);
    assert_int_equal(archive_show(&house->app, house->arena, account, first, &view), ERR_NOT_FOUND);
    assert_int_equal(archive_show(&house->app, house->arena, account, second, &view), ERR_NONE);
}

static enum err destroy_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const int64_t *account = context;
    (void)arena;
    return store_key_delete(tx, *account, "account");
}

static void nobody_else_and_nobody_without_the_key_reads_it(void **state)
{
    struct house *house = *state;
    int64_t account = account_with_messages(house, 1), stranger = house_account(house, clock_now()), size;
    int64_t id = begin(house, account);
    struct archive_reader *reader;
    struct str chunk;
    bool end;
    assert_int_equal(archive_run(&house->app, account, id), ERR_NONE);
    assert_int_equal(archive_read(&house->app, house->arena, stranger, id, &reader, &size), ERR_NOT_FOUND);
    assert_int_equal(archive_read(&house->app, house->arena, account, id, &reader, &size), ERR_NONE);
    assert_int_equal(sql_call(house->app.store, "test", destroy_run, &account), ERR_NONE);
    assert_int_equal(archive_reader_next(reader, house->arena, &chunk, &end), ERR_KEY_GONE);
    archive_reader_free(reader);
}

/* These bend rows by hand, so the oracle would find that. */
#define IN_BENT_HOUSE(test) cmocka_unit_test_setup_teardown(test, set_up, house_tear_down)
#define IN_HOUSE(test) cmocka_unit_test_setup_teardown(test, set_up, house_tear_down_checked)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_HOUSE(an_archive_is_made_sealed_and_read_back),
        IN_HOUSE(asking_twice_gives_the_one_that_is_being_made),
        IN_HOUSE(a_run_that_was_cut_off_is_made_anew_from_its_first_byte),
        IN_HOUSE(what_can_never_work_fails_in_the_open),
        IN_HOUSE(a_newer_archive_takes_the_place_of_the_older),
        IN_BENT_HOUSE(nobody_else_and_nobody_without_the_key_reads_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
