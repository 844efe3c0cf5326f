/* Texts that wait for their carrier while an account ends, and two who write at once: no money is left
 * behind. */
#include "leaver.h"

#include "app/closure_request.h"
#include "app/closure_view.h"
#include "app/message_carry.h"
#include "app/message_list.h"
#include "app/message_receive.h"
#include "app/message_send.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/money.h"
#include "crypto/password.h"
#include "domain/types.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { PRICE = 20000, HAVE = 12400000, WRITERS = 8 };

static const struct actor operator_actor = {.kind = ACTOR_OPERATOR};

static enum message_carried carrier_says;
static unsigned carried;

static enum message_carried carry(void *context, const struct message_carry *text,
                                  char ret_id[MESSAGE_CARRY_ID_BYTES + 1])
{
    (void)context;
    assert_true(text->bytes.length != 0);
    carried++;
    snprintf(ret_id, MESSAGE_CARRY_ID_BYTES, "%u", carried);
    return carrier_says;
}

static int begin(void **state)
{
    int result = set_up(state);
    struct house *house = *state;
    house->settings.carriers[0].kind = SETTINGS_CARRIER_SMPP;
    message_carry_register(carry, NULL);
    carrier_says = MESSAGE_CARRY_LATER;
    carried = 0;
    return result;
}

static int end(void **state)
{
    struct house *house = *state;
    receipt_signer_free(house->app.signer);
    logs_free(house->app.logs);
    house->app.logs = NULL;
    return house_tear_down_checked(state);
}

/* Ann may send; the text that she answers. */
static struct actor writer(struct house *house, int64_t *ret_answers)
{
    struct actor actor = ann(house, false);
    struct message_receive receive = {.carrier = STR("test"),
                                      .carrier_id = STR("m2"),
                                      .from = STR("+12125550100"),
                                      .to = STR("+12025550143"),
                                      .text = STR("Are you there?")};
    assert_int_equal(message_receive(&house->app, &receive), ERR_NONE);
    assert_int_equal(account_set_sending(&house->app, &operator_actor, actor.account_id, 100, PRICE),
                     ERR_NONE);
    *ret_answers = receive.ret_message_id;
    return actor;
}

static int64_t write_text(struct house *house, const struct actor *actor, int64_t answers, struct str text)
{
    struct message_send send = {.answers = answers, .text = text, .most = -1};
    assert_int_equal(message_send(&house->app, actor, &send), ERR_NONE);
    return send.ret_message_id;
}

static struct closure_view *close_account(struct house *house, const struct actor *actor)
{
    struct closure_request request = {.choice = {.scope = CLOSURE_SCOPE_ACCOUNT}};
    struct closure_view *view;
    assert_int_equal(closure_request(&house->app, house->arena, actor, &request), ERR_NONE);
    later(house, 4 * MICROS_DAY);
    struct closure_id id = {actor->account_id, request.ret_closure_id};
    assert_int_equal(closure_view(&house->app, house->arena, id, &view), ERR_NONE);
    return view;
}

static void what_was_never_sent_goes_back_with_the_refund(void **state)
{
    struct house *house = *state;
    int64_t answers;
    struct actor actor = writer(house, &answers);
    prove(house, &actor);
    write_text(house, &actor, answers, STR("waits"));
    write_text(house, &actor, answers, STR("is under way"));
    assert_true(house_balance(house, actor.account_id, LEDGER_WALLET) == HAVE - 2 * PRICE);
    assert_true(house_balance(house, actor.account_id, LEDGER_HELD) == 2 * PRICE);
    assert_true(house_sum(house, actor.account_id) == 0);
    /* Nothing looks at them before the account is settled, and one had left when its node was lost. */
    house_sql(house, "UPDATE queue SET due = due + 1000000000000000 WHERE kind = 'send'");
    house_sql(house,
              "UPDATE sent_part SET state = 2 WHERE message_id = (SELECT MAX(message_id) FROM sent_part)");
    struct closure_view *view = close_account(house, &actor);
    assert_string_equal(view->state_name, "forgetting");
    assert_int_equal(view->refund_count, 1);
    assert_true(view->refunds[0].amount == HAVE);
    assert_int_equal(carried, 0);
    assert_false(house_holds(house, "is under way"));
}

static void what_one_number_never_sent_goes_back_when_it_ends(void **state)
{
    struct house *house = *state;
    int64_t answers;
    struct message_view message;
    struct actor actor = writer(house, &answers);
    prove(house, &actor);
    house_line(house, actor.account_id, "+12025550144", 0);
    int64_t sent = write_text(house, &actor, answers, STR("waits"));
    assert_int_equal(message_get(&house->app, house->arena, actor.account_id, sent, &message), ERR_NONE);
    house_sql(house, "UPDATE queue SET due = due + 1000000000000000 WHERE kind = 'send'");
    struct closure_request request = {.choice = {.scope = CLOSURE_SCOPE_NUMBER, .line_id = message.line_id}};
    assert_int_equal(closure_request(&house->app, house->arena, &actor, &request), ERR_NONE);
    later(house, 4 * MICROS_DAY);
    assert_int_equal(message_get(&house->app, house->arena, actor.account_id, sent, &message), ERR_NONE);
    assert_int_equal(message.state, SENT_FAILED);
    assert_true(message.line_ended_at != 0);
    assert_true(house_balance(house, actor.account_id, LEDGER_WALLET) == HAVE);
    assert_int_equal(carried, 0);
}

static void nothing_leaves_once_the_cooling_off_has_begun(void **state)
{
    struct house *house = *state;
    int64_t answers;
    struct actor actor = writer(house, &answers);
    prove(house, &actor);
    write_text(house, &actor, answers, STR("too late"));
    struct closure_view *view = close_account(house, &actor);
    assert_true(view->refunds[0].amount == HAVE);
    assert_int_equal(carried, 0);
}

static void a_text_that_nobody_takes_is_given_up_after_its_hour(void **state)
{
    struct house *house = *state;
    int64_t answers;
    struct message_view message;
    struct actor actor = writer(house, &answers);
    int64_t sent = write_text(house, &actor, answers, STR("anybody?"));
    work(house);
    assert_int_equal(carried, 1);
    later(house, 5 * MICROS_SECOND);
    assert_int_equal(carried, 2);
    later(house, LIMIT_SEND_MINUTES * MICROS_MINUTE);
    assert_int_equal(carried, 2);
    assert_int_equal(message_get(&house->app, house->arena, actor.account_id, sent, &message), ERR_NONE);
    assert_int_equal(message.state, SENT_FAILED);
    assert_true(house_balance(house, actor.account_id, LEDGER_WALLET) == HAVE);
}

static void a_part_that_was_lost_keeps_the_others_back(void **state)
{
    struct house *house = *state;
    int64_t answers;
    struct message_view message;
    struct actor actor = writer(house, &answers);
    char text[400];
    memset(text, 'x', sizeof text);
    carrier_says = MESSAGE_CARRY_LOST;
    int64_t sent = write_text(house, &actor, answers, str_bytes(text, sizeof text));
    work(house);
    assert_int_equal(carried, 1);
    assert_int_equal(message_get(&house->app, house->arena, actor.account_id, sent, &message), ERR_NONE);
    assert_int_equal(message.parts, 3);
    assert_int_equal(message.state, SENT_FAILED);
    assert_true(house_balance(house, actor.account_id, LEDGER_WALLET) == HAVE);
}

struct racer {
    struct house *house;
    struct actor actor;
    int64_t answers;
    enum err error;
};

static void *race(void *context)
{
    struct racer *racer = context;
    struct message_send send = {.answers = racer->answers, .text = STR("mine"), .most = -1};
    racer->error = message_send(&racer->house->app, &racer->actor, &send);
    return NULL;
}

static void writers_at_once_spend_no_more_than_there_is(void **state)
{
    struct house *house = *state;
    struct racer racers[WRITERS];
    pthread_t threads[WRITERS];
    int64_t answers;
    int taken = 0;
    struct actor actor = writer(house, &answers);
    assert_int_equal(account_set_sending(&house->app, &operator_actor, actor.account_id, 100, HAVE / 3),
                     ERR_NONE);
    for (size_t i = 0; i < WRITERS; i++) {
        racers[i] = (struct racer){.house = house, .actor = actor, .answers = answers};
        assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
    }
    for (size_t i = 0; i < WRITERS; i++) {
        pthread_join(threads[i], NULL);
        taken += racers[i].error == ERR_NONE;
        assert_true(racers[i].error == ERR_NONE || racers[i].error == ERR_BALANCE);
    }
    assert_int_equal(taken, 3);
    assert_true(house_balance(house, actor.account_id, LEDGER_WALLET) < HAVE / 3);
}

static int group_set_up(void **state)
{
    (void)state;
    return password_start() == ERR_NONE ? 0 : -1;
}

static int group_tear_down(void **state)
{
    (void)state;
    password_stop();
    return 0;
}

#define SENDING_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SENDING_TEST(what_was_never_sent_goes_back_with_the_refund),
        SENDING_TEST(what_one_number_never_sent_goes_back_when_it_ends),
        SENDING_TEST(nothing_leaves_once_the_cooling_off_has_begun),
        SENDING_TEST(a_text_that_nobody_takes_is_given_up_after_its_hour),
        SENDING_TEST(a_part_that_was_lost_keeps_the_others_back),
        SENDING_TEST(writers_at_once_spend_no_more_than_there_is),
    };
    return cmocka_run_group_tests(tests, group_set_up, group_tear_down);
}
