#include "house.h"

#include "app/carrier_forget.h"
#include "app/line_list.h"
#include "app/message_list.h"
#include "app/message_receive.h"
#include "app/number_assign.h"
#include "app/number_import.h"
#include "app/service_list.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/money.h"
#include "domain/types.h"
#include "store/message.h"
#include "store/number.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { THREADS = 64 };

static struct message_receive text_of(const char *id, const char *to, const char *text)
{
    return (struct message_receive){
        .carrier = STR("test"),
        .carrier_id = str_from(id),
        .from = STR("32665"),
        .to = str_from(to),
        .text = str_from(text),
    };
}

static enum message_receive_outcome receive(struct house *house, const char *id, const char *to,
                                            const char *text)
{
    struct message_receive message = text_of(id, to, text);
    assert_int_equal(message_receive(&house->app, &message), ERR_NONE);
    return message.ret_outcome;
}

static struct message_page list(struct house *house, int64_t account, struct message_filter filter)
{
    struct message_page page;
    assert_int_equal(message_list(&house->app, house->arena, account, &filter, &page), ERR_NONE);
    return page;
}

static void a_text_is_stored_once_for_its_carrier_id(void **state)
{
    struct house *house = *state;
    int64_t account = house_account(house, clock_now());
    house_line(house, account, "+12025550121", 0);
    assert_int_equal(receive(house, "a", "+12025550121", "hello"), MESSAGE_RECEIVE_STORED);
    assert_int_equal(receive(house, "a", "+12025550121", "hello"), MESSAGE_RECEIVE_REPEATED);
    assert_int_equal(receive(house, "b", "12025550121", "hello"), MESSAGE_RECEIVE_STORED);
    struct message_page page = list(house, account, (struct message_filter){0});
    assert_int_equal(page.count, 2);
    assert_int_equal(page.unread, 2);
    assert_int_equal(house->published, 2);
    assert_true(str_is(page.messages[0].text, "hello"));
    assert_true(str_is(page.messages[0].number, "+12025550121"));
}

static size_t notes_since(struct house *house, int64_t since)
{
    struct store_carrier_note notes[8];
    size_t count;
    assert_int_equal(message_notes(&house->app, STR("test"), since, notes, 8, &count), ERR_NONE);
    for (size_t i = 1; i < count; i++)
        assert_true(notes[i - 1].at >= notes[i].at);
    return count;
}

static void note(struct house *house, const char *content, int64_t at)
{
    struct message_receive message = text_of(content, "+12025550121", content);
    message.whole = message.noted = true;
    message.now = at;
    assert_int_equal(message_receive(&house->app, &message), ERR_NONE);
    assert_int_equal(message.ret_outcome, MESSAGE_RECEIVE_STORED);
}

static void texts_without_ids_are_noted_for_a_day_and_the_last_one_for_longer(void **state)
{
    struct house *house = *state;
    int64_t now = clock_now(), day = LIMIT_CARRIER_NOTE_HOURS * MICROS_HOUR;
    house_line(house, house_account(house, now), "+12025550121", 0);
    note(house, "first", now - 2 * day);
    note(house, "the same", now - day - 1);
    note(house, "the same", now - day + MICROS_MINUTE);
    note(house, "last", now);
    assert_int_equal(notes_since(house, 0), 4);
    assert_int_equal(notes_since(house, now - MICROS_HOUR), 1);
    assert_int_equal(carrier_forget_run(&house->app, 0, 0), ERR_NONE);
    assert_int_equal(notes_since(house, 0), 2);
    clock_advance(2 * day);
    assert_int_equal(carrier_forget_run(&house->app, 0, 0), ERR_NONE);
    assert_int_equal(notes_since(house, 0), 1);
}

static void texts_keep_every_character(void **state)
{
    struct house *house = *state;
    int64_t account = house_account(house, clock_now());
    static const char *const texts[] = {"",
                                        "你好，验证码",
                                        "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb",
                                        "a\x01\x1f\nb",
                                        "\xd9\x85\xd8\xb1\xd8\xad\xd8\xa8\xd8\xa7",
                                        "=1+1"};
    size_t count = sizeof texts / sizeof *texts;
    house_line(house, account, "+12025550122", 0);
    for (size_t i = 0; i < count; i++) {
        char id[16];
        snprintf(id, sizeof id, "%zu", i);
        assert_int_equal(receive(house, id, "+12025550122", texts[i]), MESSAGE_RECEIVE_STORED);
    }
    struct message_page page = list(house, account, (struct message_filter){0});
    assert_int_equal(page.count, count);
    for (size_t i = 0; i < count; i++)
        assert_true(str_is(page.messages[count - 1 - i].text, texts[i]));
}

static enum err texts_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    (void)arena;
    return store_number_texts(tx, STR_NONE, 0, context);
}

struct age_job {
    const char *e164;
    int64_t texts;
};

static enum err age_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct age_job *job = context;
    struct store_number before, number;
    (void)arena;
    TRY(store_number_get(tx, str_from(job->e164), &before));
    number = before;
    number.state = NUMBER_AGING;
    number.account_id = number.line_id = 0;
    return store_number_update(tx, &number, &before);
}

static enum err count_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct age_job *job = context;
    (void)arena;
    return store_number_texts(tx, str_from(job->e164), 0, &job->texts);
}

static void a_text_to_a_resting_or_foreign_number_is_counted_and_never_stored(void **state)
{
    struct house *house = *state;
    int64_t account = house_account(house, clock_now()), foreign = 0;
    struct age_job age = {.e164 = "+12025550123"};
    house_line(house, account, age.e164, 0);
    assert_int_equal(sql_call(house->app.store, "test", age_run, &age), ERR_NONE);
    assert_int_equal(receive(house, "a", age.e164, "canary-resting"), MESSAGE_RECEIVE_COUNTED);
    assert_int_equal(receive(house, "a", age.e164, "canary-resting"), MESSAGE_RECEIVE_REPEATED);
    assert_int_equal(receive(house, "b", "+14155550199", "canary-foreign"), MESSAGE_RECEIVE_COUNTED);
    assert_int_equal(receive(house, "c", "nonsense", "canary-foreign"), MESSAGE_RECEIVE_COUNTED);
    assert_int_equal(sql_read(house->app.store, count_run, house->arena, &age), ERR_NONE);
    assert_int_equal(sql_read(house->app.store, texts_run, house->arena, &foreign), ERR_NONE);
    assert_int_equal(age.texts, 1);
    assert_int_equal(foreign, 2);
    assert_int_equal(list(house, account, (struct message_filter){0}).count, 0);
    assert_int_equal(house->published, 0);
    assert_false(house_holds(house, "canary"));
    assert_false(house_holds(house, "4155550199"));
}

static void no_text_stands_in_clear_in_any_file(void **state)
{
    struct house *house = *state;
    int64_t account = house_account(house, clock_now());
    house_line(house, account, "+12025550124", 0);
    struct message_receive message = text_of("id", "+12025550124", "canary-text 123456");
    message.from = STR("canary-sender");
    assert_int_equal(message_receive(&house->app, &message), ERR_NONE);
    assert_false(house_holds(house, "canary"));
    assert_true(house_holds(house, "12025550124")); /* the inventory, so that the search is known to find */
}

static void bad_deliveries_are_refused(void **state)
{
    struct house *house = *state;
    static char long_text[LIMIT_MESSAGE_BYTES + 2];
    memset(long_text, 'x', LIMIT_MESSAGE_BYTES + 1);
    const struct {
        const char *id, *to, *text;
        enum err result;
    } rows[] = {
        {"", "+12025550125", "x", ERR_INVALID},
        {"1", "", "x", ERR_INVALID},
        {"2", "+12025550125", "\xff", ERR_INVALID},
        {"3", "+12025550125", "\xed\xa0\x80", ERR_INVALID},
        {"4", "+12025550125", long_text, ERR_TOO_LARGE},
        {"5", "+1202555012511111111111111111111111111111111111111111111111111111111111", "x", ERR_TOO_LARGE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct message_receive message = text_of(rows[i].id, rows[i].to, rows[i].text);
        assert_int_equal(message_receive(&house->app, &message), rows[i].result);
    }
}

static void pages_show_each_message_once_newest_first(void **state)
{
    struct house *house = *state;
    int64_t account = house_account(house, clock_now());
    int64_t line = house_line(house, account, "+12025550126", 0);
    house_line(house, account, "+12025550127", 0);
    for (int i = 0; i < 47; i++) {
        char id[16];
        snprintf(id, sizeof id, "%d", i);
        receive(house, id, i % 3 == 0 ? "+12025550126" : "+12025550127", id);
    }
    static const struct {
        int step, count;
        bool one_line;
    } rows[] = {{1, 47, false}, {3, 16, true}};
    for (size_t row = 0; row < 2; row++) {
        struct message_filter filter = {.line_id = rows[row].one_line ? line : 0, .limit = 10};
        struct message_page page;
        int wanted = rows[row].one_line ? 45 : 46, seen = 0;
        do {
            page = list(house, account, filter);
            for (size_t i = 0; i < page.count; i++, wanted -= rows[row].step, seen++) {
                char text[16];
                snprintf(text, sizeof text, "%d", wanted);
                assert_true(str_is(page.messages[i].text, text));
            }
            filter.before = page.next;
        } while (page.next != 0);
        assert_int_equal(seen, rows[row].count);
    }
}

/* The ids of all pages, one page after the other. */
static size_t walk(struct house *house, int64_t account, struct message_filter filter, int64_t *ret_ids,
                   size_t limit)
{
    bool upwards = filter.after > 0;
    size_t count = 0;
    for (;;) {
        struct message_page page = list(house, account, filter);
        assert_true(page.count <= filter.limit && count + page.count <= limit);
        for (size_t i = 0; i < page.count; i++)
            ret_ids[count++] = page.messages[i].message_id;
        if (page.count < filter.limit)
            return count;
        *(upwards ? &filter.after : &filter.before) = ret_ids[count - 1];
    }
}

static void pages_keep_their_order_whatever_was_read(void **state)
{
    enum { TEXTS = 60 };
    struct house *house = *state;
    int64_t account = house_account(house, clock_now()), ids[TEXTS], found[TEXTS];
    const struct actor actor = {.kind = ACTOR_SUBSCRIBER, .account_id = account};
    int64_t line = house_line(house, account, "+12025550121", 0);
    house_line(house, account, "+12025550122", 0);
    for (int i = 0; i < TEXTS; i++) {
        char id[8];
        snprintf(id, sizeof id, "t%d", i);
        receive(house, id, i % 3 == 0 ? "+12025550122" : "+12025550121", id);
    }
    assert_int_equal(walk(house, account, (struct message_filter){.limit = 50}, ids, TEXTS), TEXTS);
    for (int round = 0; round < 4; round++) {
        for (int i = 0; i < TEXTS; i++)
            if (i * 7919 % 13 % 4 == round)
                assert_int_equal(message_read(&house->app, &actor, ids[i]), ERR_NONE);
        for (size_t limit = 1; limit <= 50; limit += 7) {
            assert_int_equal(walk(house, account, (struct message_filter){.limit = limit}, found, TEXTS),
                             TEXTS);
            assert_memory_equal(found, ids, sizeof ids);
            struct message_filter after = {.limit = limit, .after = ids[TEXTS - 1]};
            assert_int_equal(walk(house, account, after, found, TEXTS), TEXTS - 1);
            for (int i = 0; i < TEXTS - 1; i++)
                assert_int_equal(found[i], ids[TEXTS - 2 - i]);
            struct message_filter of_line = {.limit = limit, .line_id = line};
            size_t count = walk(house, account, of_line, found, TEXTS);
            assert_int_equal(count, TEXTS - TEXTS / 3);
            for (size_t i = 1; i < count; i++)
                assert_true(found[i] < found[i - 1]);
        }
    }
}

static void those_who_follow_get_what_came_after(void **state)
{
    struct house *house = *state;
    int64_t account = house_account(house, clock_now());
    house_line(house, account, "+12025550128", 0);
    receive(house, "1", "+12025550128", "one");
    int64_t first = list(house, account, (struct message_filter){0}).messages[0].message_id;
    receive(house, "2", "+12025550128", "two");
    receive(house, "3", "+12025550128", "three");
    struct message_page page = list(house, account, (struct message_filter){.after = first});
    assert_int_equal(page.count, 2);
    assert_true(str_is(page.messages[0].text, "two"));
    assert_true(str_is(page.messages[1].text, "three"));
}

static void nobody_reads_or_deletes_what_is_not_theirs(void **state)
{
    struct house *house = *state;
    int64_t owner = house_account(house, clock_now()), stranger = house_account(house, clock_now());
    house_line(house, owner, "+12025550129", 0);
    receive(house, "1", "+12025550129", "mine");
    int64_t id = list(house, owner, (struct message_filter){0}).messages[0].message_id;
    const struct actor thief = {.kind = ACTOR_SUBSCRIBER, .account_id = stranger};
    const struct actor holder = {.kind = ACTOR_SUBSCRIBER, .account_id = owner};
    struct message_view view;
    assert_int_equal(message_get(&house->app, house->arena, stranger, id, &view), ERR_NOT_FOUND);
    assert_int_equal(message_read(&house->app, &thief, id), ERR_NOT_FOUND);
    assert_int_equal(message_delete(&house->app, &thief, id), ERR_NOT_FOUND);
    assert_int_equal(message_read(&house->app, &holder, id), ERR_NONE);
    assert_int_equal(list(house, owner, (struct message_filter){0}).unread, 0);
    assert_int_equal(message_delete(&house->app, &holder, id), ERR_NONE);
    assert_int_equal(message_delete(&house->app, &holder, id), ERR_NOT_FOUND);
    assert_int_equal(list(house, owner, (struct message_filter){0}).count, 0);
}

static void a_code_and_its_service_are_found(void **state)
{
    struct house *house = *state;
    int64_t account = house_account(house, clock_now());
    const struct actor holder = {.kind = ACTOR_SUBSCRIBER, .account_id = account};
    struct service_view *services;
    size_t count;
    int64_t id;
    house_line(house, account, "+12025550130", 0);
    receive(house, "1", "+12025550130", "482913 is your Facebook confirmation code");
    receive(house, "2", "+12025550130", "Facebook: someone liked your picture");
    struct message_page page = list(house, account, (struct message_filter){0});
    assert_true(str_is(page.messages[1].code, "482913"));
    assert_true(str_is(page.messages[1].service, "Facebook"));
    assert_int_equal(page.messages[0].code.length, 0);
    assert_int_equal(service_add(&house->app, &holder, STR("Corner shop"), 0, &id), ERR_NONE);
    assert_int_equal(service_add(&house->app, &holder, STR("Corner shop"), 0, &id), ERR_EXISTS);
    assert_int_equal(service_list(&house->app, house->arena, account, 0, &services, &count), ERR_NONE);
    assert_int_equal(count, 2);
    assert_true(str_is(services[0].name, "Facebook"));
    assert_int_equal(services[0].count, 2);
    assert_true(services[0].last_code_at < services[0].last_at);
    assert_int_equal(service_done(&house->app, &holder, services[0].service_id, true), ERR_NONE);
    assert_int_equal(service_remove(&house->app, &holder, id), ERR_NONE);
    assert_int_equal(service_remove(&house->app, &holder, id), ERR_NOT_FOUND);
    receive(house, "3", "+12025550130", "511112 is your Facebook confirmation code");
    assert_int_equal(service_list(&house->app, house->arena, account, 0, &services, &count), ERR_NONE);
    assert_int_equal(count, 1);
    assert_true(services[0].still_sending);
}

struct deliverer {
    struct house *house;
    int number;
    int stored;
};

static void *deliver(void *context)
{
    struct deliverer *deliverer = context;
    for (int i = 0; i < 8; i++) {
        char id[16];
        enum err error;
        snprintf(id, sizeof id, "%d", i);
        struct message_receive message = text_of(id, "+12025550131", id);
        do
            error = message_receive(&deliverer->house->app, &message);
        while (error == ERR_BUSY);
        assert_int_equal(error, ERR_NONE);
        deliverer->stored += message.ret_outcome == MESSAGE_RECEIVE_STORED;
    }
    return NULL;
}

static void sixty_four_deliveries_of_one_text_store_it_once(void **state)
{
    struct house *house = *state;
    int64_t account = house_account(house, clock_now());
    pthread_t threads[THREADS];
    struct deliverer deliverers[THREADS];
    int stored = 0;
    house_line(house, account, "+12025550131", 0);
    for (int i = 0; i < THREADS; i++) {
        deliverers[i] = (struct deliverer){house, i, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, deliver, &deliverers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        stored += deliverers[i].stored;
    }
    assert_int_equal(stored, 8);
    assert_int_equal(list(house, account, (struct message_filter){0}).count, 8);
}

static void an_import_takes_all_lines_or_none_and_says_where(void **state)
{
    struct house *house = *state;
    const struct actor operator= {.kind = ACTOR_OPERATOR};
    struct number_import import = {.carrier = "test", .dry_run = true};
    import.csv = STR("number,carrier,class\n+12025550141\n\"+12025550142\",test,business\r\n\n");
    assert_int_equal(number_import(&house->app, house->arena, &operator, & import), ERR_NONE);
    assert_int_equal(import.ret_added, 2);
    import.dry_run = false;
    assert_int_equal(number_import(&house->app, house->arena, &operator, & import), ERR_NONE);
    assert_int_equal(import.ret_added, 2);
    assert_int_equal(number_import(&house->app, house->arena, &operator, & import), ERR_NONE);
    assert_int_equal(import.ret_known, 2);
    import.csv =
        STR("+12025550143\nx\n+12025550144,nobody\n+12025550145,test,palace\n+12025550143\n1,2,3,4\n");
    assert_int_equal(number_import(&house->app, house->arena, &operator, & import), ERR_INVALID);
    static const struct {
        size_t line;
        enum number_import_reason reason;
    } wanted[] = {{2, NUMBER_IMPORT_NUMBER},
                  {3, NUMBER_IMPORT_CARRIER},
                  {4, NUMBER_IMPORT_CLASS},
                  {6, NUMBER_IMPORT_COLUMNS},
                  {5, NUMBER_IMPORT_TWICE}};
    assert_int_equal(import.ret_error_count, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(import.ret_errors[i].line, wanted[i].line);
        assert_int_equal(import.ret_errors[i].reason, wanted[i].reason);
    }
    import.csv = STR("+12025550143");
    import.dry_run = true;
    assert_int_equal(number_import(&house->app, house->arena, &operator, & import), ERR_NONE);
    assert_int_equal(import.ret_added, 1);
}

/* These bend rows by hand, so the oracle would find that. */
#define IN_BENT_HOUSE(test) cmocka_unit_test_setup_teardown(test, house_set_up, house_tear_down)
#define IN_HOUSE(test) cmocka_unit_test_setup_teardown(test, house_set_up, house_tear_down_checked)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_HOUSE(a_text_is_stored_once_for_its_carrier_id),
        IN_HOUSE(texts_without_ids_are_noted_for_a_day_and_the_last_one_for_longer),
        IN_HOUSE(texts_keep_every_character),
        IN_BENT_HOUSE(a_text_to_a_resting_or_foreign_number_is_counted_and_never_stored),
        IN_HOUSE(no_text_stands_in_clear_in_any_file),
        IN_HOUSE(bad_deliveries_are_refused),
        IN_HOUSE(pages_show_each_message_once_newest_first),
        IN_HOUSE(pages_keep_their_order_whatever_was_read),
        IN_HOUSE(those_who_follow_get_what_came_after),
        IN_HOUSE(nobody_reads_or_deletes_what_is_not_theirs),
        IN_HOUSE(a_code_and_its_service_are_found),
        IN_HOUSE(sixty_four_deliveries_of_one_text_store_it_once),
        IN_HOUSE(an_import_takes_all_lines_or_none_and_says_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
