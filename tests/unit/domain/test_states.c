/* The table of states: total, true to the rules, and the picture drawn from it. */
#include "../test.h"
#include "case.h"

#include <stdio.h>
#include <string.h>

static void every_state_can_be_reached_and_can_end(void **context)
{
    int state = 0;
    (void)context;
    const char *fault = machine_fault(&closure_machine, &state);
    if (fault != NULL)
        fail_msg("%s: %s", machine_state_name(&closure_machine, state), fault);
}

static void a_broken_table_is_found(void **context)
{
    static const char *const events[] = {NULL, "go", "time"};
    static const struct machine_edge stays[] = {{1, 1}, {0, 0}}, goes[] = {{1, 2}, {0, 0}},
                                     timed[] = {{2, 2}, {0, 0}}, nowhere[] = {{1, 9}, {0, 0}},
                                     circle[] = {{1, 1}, {0, 0}};
    static const struct {
        struct machine_row rows[2];
        const char *fault;
    } tables[] = {
        {{{1, "a", "m", NULL, NULL, goes}, {2, "b", "m", NULL, NULL, NULL}}, NULL},
        {{{1, "a", "m", NULL, NULL, stays}, {2, "b", "m", NULL, NULL, NULL}},
         "a state that nothing leads to"},
        {{{1, "a", "m", NULL, NULL, goes}, {2, "b", "m", NULL, NULL, circle}}, "a state that cannot end"},
        {{{1, "a", "m", NULL, NULL, nowhere}, {2, "b", "m", NULL, NULL, NULL}},
         "an edge to an unknown state"},
        {{{1, "a", "m", NULL, NULL, stays}, {1, "b", "m", NULL, NULL, NULL}}, "a state or a name twice"},
        {{{1, "a", "m", NULL, NULL, goes}, {2, "a", "m", NULL, NULL, NULL}}, "a state or a name twice"},
        {{{1, "a", "m", NULL, NULL, goes}, {2, "b", NULL, NULL, NULL, NULL}},
         "a state without number, name or message id"},
        {{{1, "a", "m", NULL, NULL, goes}, {2, "b", "m", NULL, NULL, timed}},
         "a state that time ends, without a deadline"},
        {{{1, "a", "m", "soon", NULL, goes}, {2, "b", "m", NULL, NULL, NULL}},
         "a deadline that nothing answers"},
    };
    (void)context;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        int state;
        struct machine machine = {.name = "broken",
                                  .first = 1,
                                  .time = 2,
                                  .rows = tables[i].rows,
                                  .row_count = 2,
                                  .events = events,
                                  .event_count = 3};
        const char *fault = machine_fault(&machine, &state);
        if (tables[i].fault == NULL ? fault != NULL : fault == NULL || strcmp(fault, tables[i].fault) != 0)
            fail_msg("table %zu: %s", i, fault != NULL ? fault : "sound");
    }
}

static enum err decide(enum closure_event event, const struct closure_case *closure,
                       struct closure_decision *decision)
{
    struct closure_config config = case_config();
    int64_t now = closure->state_at + MICROS_SECOND;
    switch (event) {
    case CLOSURE_EVENT_APPROVE:
        return closure_decide_approve(&config, closure, &case_reviewer, now, decision);
    case CLOSURE_EVENT_ASK:
        return closure_decide_ask(&config, closure, &case_reviewer, now, decision);
    case CLOSURE_EVENT_ANSWER:
        return closure_decide_answer(&config, closure, &case_subscriber, now, decision);
    case CLOSURE_EVENT_REFUSE:
        return closure_decide_refuse(&config, closure, &case_reviewer, CLOSURE_REFUSAL_NOT_HOLDER, true, now,
                                     decision);
    case CLOSURE_EVENT_UNDO:
        return closure_decide_undo(closure, &case_subscriber, now, decision);
    case CLOSURE_EVENT_NOT_ME:
        return closure_decide_not_me(&config, closure, now, decision);
    case CLOSURE_EVENT_PROVE:
        return closure_decide_prove(&config, closure, &case_reviewer, now, decision);
    case CLOSURE_EVENT_TIME:
        return closure_decide_tick(&config, closure, true, now, decision);
    case CLOSURE_EVENT_STEP_DONE:
        return closure_decide_step_done(&config, closure, now, decision);
    case CLOSURE_EVENT_STEP_FAILED:
        return closure_decide_step_failed(&config, closure, now, decision);
    case CLOSURE_EVENT_HOLD:
        return closure_decide_hold(&config, closure, &case_reviewer, true, now, decision);
    case CLOSURE_EVENT_SUBMIT: /* a case is submitted before it exists */
    case CLOSURE_EVENTS:
        break;
    }
    return ERR_STATE;
}

/* PROVE is answered with ERR_POLICY where nothing was objected; that is an answer. */
static void every_state_answers_every_event_as_the_table_says(void **context)
{
    (void)context;
    for (enum closure_state state = CLOSURE_REVIEW; state <= CLOSURE_FORGOTTEN; state++)
        for (enum closure_event event = CLOSURE_EVENT_SUBMIT; event < CLOSURE_EVENTS; event++) {
            struct closure_case closure = case_in(state, true);
            struct closure_decision decision = {.next = {.state = 0}};
            enum err error = decide(event, &closure, &decision);
            bool answers = machine_answers(&closure_machine, (int)state, (int)event);
            if (answers != (error != ERR_STATE) || (error == ERR_NONE) != (decision.next.state != 0))
                fail_msg("%s, %s: %s", machine_state_name(&closure_machine, (int)state),
                         machine_event_name(&closure_machine, (int)event), err_code(error));
        }
}

static void every_state_that_time_ends_has_a_deadline(void **context)
{
    (void)context;
    for (enum closure_state state = CLOSURE_REVIEW; state <= CLOSURE_FORGOTTEN; state++)
        for (int fresh = 0; fresh < 2; fresh++) {
            struct closure_case closure = case_in(state, fresh);
            bool timed = machine_answers(&closure_machine, (int)state, CLOSURE_EVENT_TIME);
            assert_true(timed == (closure.deadline_at != 0));
            assert_true(timed == (machine_row(&closure_machine, (int)state)->deadline != NULL));
        }
}

static void names_are_stored_names(void **context)
{
    static const char *const names[] = {"review",   "question",      "refused", "cooling",    "undone",
                                        "settling", "disconnecting", "closed",  "forgetting", "forgotten"};
    (void)context;
    for (int state = CLOSURE_REVIEW; state <= CLOSURE_FORGOTTEN; state++) {
        int found = 0;
        assert_string_equal(machine_state_name(&closure_machine, state), names[state - 1]);
        assert_true(machine_state_named(&closure_machine, str_from(names[state - 1]), &found));
        assert_int_equal(found, state);
    }
    int unused;
    assert_false(machine_state_named(&closure_machine, STR("gone"), &unused));
    assert_string_equal(machine_state_name(&closure_machine, 99), "unknown");
}

static void the_subscriber_keeps_what_each_state_leaves(void **context)
{
    static const struct {
        enum closure_state state;
        bool log_in, receive, use, buy, undo, executing;
    } rows[] = {
        {CLOSURE_REVIEW, true, true, true, true, true, false},
        {CLOSURE_QUESTION, true, true, true, true, true, false},
        {CLOSURE_REFUSED, true, true, true, true, true, false},
        {CLOSURE_COOLING, true, true, true, false, true, false},
        {CLOSURE_UNDONE, true, true, true, true, false, false},
        {CLOSURE_SETTLING, false, false, false, false, false, true},
        {CLOSURE_DISCONNECTING, false, false, false, false, false, true},
        {CLOSURE_CLOSED, false, false, false, false, false, true},
        {CLOSURE_FORGETTING, false, false, false, false, false, true},
        {CLOSURE_FORGOTTEN, false, false, false, false, false, true},
    };
    (void)context;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(closure_allows(rows[i].state, CLOSURE_RIGHT_LOG_IN), rows[i].log_in);
        assert_int_equal(closure_allows(rows[i].state, CLOSURE_RIGHT_RECEIVE), rows[i].receive);
        assert_int_equal(closure_allows(rows[i].state, CLOSURE_RIGHT_USE), rows[i].use);
        assert_int_equal(closure_allows(rows[i].state, CLOSURE_RIGHT_BUY), rows[i].buy);
        assert_int_equal(closure_can_undo((int)rows[i].state), rows[i].undo);
        assert_int_equal(closure_is_executing((int)rows[i].state), rows[i].executing);
    }
}

static void a_single_number_ends_at_closed_and_an_account_is_forgotten(void **context)
{
    (void)context;
    assert_true(closure_is_over(CLOSURE_CLOSED, CLOSURE_SCOPE_NUMBER));
    assert_false(closure_is_over(CLOSURE_CLOSED, CLOSURE_SCOPE_ACCOUNT));
    assert_false(closure_is_over(CLOSURE_FORGETTING, CLOSURE_SCOPE_ACCOUNT));
    assert_true(closure_is_over(CLOSURE_FORGOTTEN, CLOSURE_SCOPE_ACCOUNT));
    assert_true(closure_is_over(CLOSURE_UNDONE, CLOSURE_SCOPE_ACCOUNT));
}

static void every_effect_has_a_name(void **context)
{
    (void)context;
    for (enum closure_effect effect = CLOSURE_EFFECT_NONE; effect < CLOSURE_EFFECT_COUNT; effect++)
        assert_non_null(closure_effect_name(effect));
    assert_string_equal(closure_effect_name(CLOSURE_EFFECT_DESTROY_KEY), "destroy_key");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_can_be_reached_and_can_end),
        cmocka_unit_test(a_broken_table_is_found),
        cmocka_unit_test(every_state_answers_every_event_as_the_table_says),
        cmocka_unit_test(every_state_that_time_ends_has_a_deadline),
        cmocka_unit_test(names_are_stored_names),
        cmocka_unit_test(the_subscriber_keeps_what_each_state_leaves),
        cmocka_unit_test(a_single_number_ends_at_closed_and_an_account_is_forgotten),
        cmocka_unit_test(every_effect_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
