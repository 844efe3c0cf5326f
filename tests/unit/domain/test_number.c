/* Numbers: the table of their states is total and true to the rules, and a port request is judged by all that
 * it shows. */
#include "../test.h"

#include "base/limits.h"
#include "domain/number/port.h"
#include "domain/number/states.h"

#include <string.h>

static void every_state_can_be_reached_and_can_end(void **context)
{
    int state = 0;
    (void)context;
    const char *fault = machine_fault(&number_machine, &state);
    if (fault != NULL)
        fail_msg("%s: %s", machine_state_name(&number_machine, state), fault);
}

/* Where each event leads from each state; letters of the states, '-': refused. */
static void every_event_leads_where_it_should_and_nowhere_else(void **context)
{
    static const char letters[] = "-VSPGRO"; /* available assigned parked aging returned ported_out */
    static const struct {
        enum number_event event;
        const char *from[6]; /* in the order of the states */
    } rows[] = {
        {NUMBER_EVENT_ASSIGN, {"S", "", "", "", "", ""}},
        {NUMBER_EVENT_PARK, {"", "P", "", "", "", ""}},
        {NUMBER_EVENT_UNPARK, {"", "", "S", "", "", ""}},
        {NUMBER_EVENT_DISCONNECT, {"GRP", "GRP", "GRP", "", "", ""}},
        {NUMBER_EVENT_TIME, {"", "", "", "GV", "", ""}},
        {NUMBER_EVENT_RETURN, {"R", "", "", "R", "", ""}},
        {NUMBER_EVENT_LEAVE, {"", "S", "P", "", "", ""}},
        {NUMBER_EVENT_STAY, {"", "S", "PGR", "", "", ""}},
        {NUMBER_EVENT_LEFT, {"", "O", "O", "", "", ""}},
    };
    (void)context;
    assert_int_equal(sizeof rows / sizeof *rows, NUMBER_EVENTS - 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int from = NUMBER_AVAILABLE; from <= NUMBER_PORTED_OUT; from++)
            for (int to = NUMBER_AVAILABLE; to <= NUMBER_PORTED_OUT; to++) {
                bool wanted = strchr(rows[i].from[from - 1], letters[to]) != NULL;
                if (machine_leads(&number_machine, from, (int)rows[i].event, to) != wanted)
                    fail_msg("%s from %s to %s", machine_event_name(&number_machine, (int)rows[i].event),
                             machine_state_name(&number_machine, from),
                             machine_state_name(&number_machine, to));
            }
}

static void only_who_may_moves_a_number(void **context)
{
    static const unsigned everybody[] = {NUMBER_BY_AGENT, NUMBER_BY_ADMIN, NUMBER_BY_SYSTEM};
    static const struct {
        enum number_event event;
        const char *may; /* one letter each: agent, admin, system */
    } rows[] = {
        {NUMBER_EVENT_ASSIGN, "-a-"}, {NUMBER_EVENT_PARK, "ga-"},       {NUMBER_EVENT_UNPARK, "ga-"},
        {NUMBER_EVENT_RETURN, "-a-"}, {NUMBER_EVENT_DISCONNECT, "--s"}, {NUMBER_EVENT_TIME, "--s"},
        {NUMBER_EVENT_LEAVE, "ga-"},  {NUMBER_EVENT_STAY, "ga-"},       {NUMBER_EVENT_LEFT, "ga-"},
    };
    (void)context;
    assert_int_equal(sizeof rows / sizeof *rows, NUMBER_EVENTS - 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t who = 0; who < 3; who++)
            if (number_may(rows[i].event, everybody[who]) != (rows[i].may[who] != '-'))
                fail_msg("%s by %zu", machine_event_name(&number_machine, (int)rows[i].event), who);
    assert_false(number_may(NUMBER_EVENT_ASSIGN, 0));
    assert_false(number_may(NUMBER_EVENTS, NUMBER_BY_ADMIN));
}

enum { NOW = 1000 };
#define GOOD .held = true, .pin_until = NOW + 1, .account_number_right = true, .pin_right = true

static void a_port_request_is_judged_by_all_that_it_shows(void **context)
{
    static const struct {
        struct port_facts facts;
        enum port_answer answer;
        const char *word;
        bool guess;
    } rows[] = {
        {{GOOD}, PORT_ACCEPTED, "accepted", false},
        {{GOOD, .pin_tries = LIMIT_PORT_TRIES - 1}, PORT_ACCEPTED, "accepted", false},
        {{.held = false}, PORT_NOT_HERE, "not_here", false},
        {{GOOD, .leaving_at = 5, .account_locked = true, .locked_at = 5}, PORT_LEAVING, "leaving", false},
        {{GOOD, .account_locked = true, .locked_at = 5}, PORT_ACCOUNT_LOCKED, "account_locked", false},
        {{GOOD, .locked_at = 5}, PORT_NUMBER_LOCKED, "number_locked", false},
        {{.held = true, .account_number_right = true}, PORT_NO_PIN, "no_pin", false},
        {{.held = true, .pin_until = NOW, .account_number_right = true, .pin_right = true},
         PORT_NO_PIN,
         "no_pin",
         false},
        {{GOOD, .pin_tries = LIMIT_PORT_TRIES}, PORT_TRIES, "tries", false},
        {{.held = true, .pin_until = NOW + 1, .pin_right = true},
         PORT_ACCOUNT_NUMBER,
         "account_number",
         true},
        {{.held = true, .pin_until = NOW + 1}, PORT_ACCOUNT_NUMBER, "account_number", true},
        {{.held = true, .pin_until = NOW + 1, .account_number_right = true}, PORT_PIN, "pin", true},
    };
    (void)context;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool guess;
        assert_int_equal(port_decide(&rows[i].facts, NOW, &guess), rows[i].answer);
        assert_int_equal(guess, rows[i].guess);
        assert_string_equal(port_answer_word(rows[i].answer), rows[i].word);
    }
    assert_string_equal(port_answer_word((enum port_answer)0), "unknown");
    assert_string_equal(port_answer_word(PORT_ANSWERS), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_can_be_reached_and_can_end),
        cmocka_unit_test(every_event_leads_where_it_should_and_nowhere_else),
        cmocka_unit_test(only_who_may_moves_a_number),
        cmocka_unit_test(a_port_request_is_judged_by_all_that_it_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
