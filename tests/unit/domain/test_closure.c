/* What each event decides, who may, and what is wanted with it. */
#include "../test.h"
#include "case.h"

#include <string.h>

static struct closure_config config;

static int set_up(void **context)
{
    (void)context;
    config = case_config();
    return 0;
}

static struct closure_decision ticked(const struct closure_case *closure, int64_t now)
{
    struct closure_decision decision;
    assert_int_equal(closure_decide_tick(&config, closure, true, now, &decision), ERR_NONE);
    return decision;
}

static struct closure_decision submitted(const struct closure_facts *facts,
                                         const struct closure_submission *submission)
{
    struct closure_decision decision;
    assert_int_equal(closure_decide_submit(&config, facts, submission, CASE_NOW, &decision), ERR_NONE);
    return decision;
}

/* "declare stop_fees …" */
static const char *wanted(const struct closure_decision *decision)
{
    static char text[1024];
    text[0] = '\0';
    for (size_t i = 0; i < decision->effect_count; i++) {
        strcat(text, i == 0 ? "" : " ");
        strcat(text, closure_effect_name(decision->effects[i]));
    }
    return text;
}

static void a_request_is_refused_only_for_proof_date_or_what_is_under_way(void **context)
{
    struct closure_facts proven = case_facts(), closed = case_facts(), open = case_facts(),
                         unproven = case_facts(), weak = case_facts(), alone = case_facts(),
                         suspended = case_facts();
    closed.account_state = ACCOUNT_CLOSED;
    open.case_open = true;
    unproven.proof = CLOSURE_PROOF_NONE;
    weak.proof = CLOSURE_PROOF_PASSWORD;
    alone.proof = CLOSURE_PROOF_PASSWORD;
    alone.contacts_outside = 0;
    suspended.account_state = ACCOUNT_SUSPENDED;
    const struct {
        const struct closure_facts *facts;
        struct closure_submission submission;
        enum err error;
        bool a_person_looks;
    } rows[] = {
        {&proven, {0}, ERR_NONE, false},
        {&suspended, {0}, ERR_NONE, false},
        {&closed, {0}, ERR_GONE, false},
        {&open, {0}, ERR_EXISTS, false},
        {&unproven, {0}, ERR_PROOF_NEEDED, false},
        {&weak, {0}, ERR_PROOF_NEEDED, false},
        {&alone, {0}, ERR_NONE, true},
        {&unproven, {.by_declaration = true}, ERR_NONE, true},
        {&proven, {.start_at = CASE_NOW + 30 * MICROS_DAY}, ERR_NONE, false},
        {&proven, {.start_at = CASE_NOW + 30 * MICROS_DAY + 1}, ERR_INVALID, false},
        {&proven, {.start_at = CASE_NOW - 9 * MICROS_HOUR}, ERR_NONE, false},
        {&proven, {.start_at = CASE_NOW - 2 * MICROS_DAY}, ERR_INVALID, false},
    };
    (void)context;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct closure_decision decision;
        enum err error =
            closure_decide_submit(&config, rows[i].facts, &rows[i].submission, CASE_NOW, &decision);
        if (error != rows[i].error)
            fail_msg("row %zu: %s", i, err_code(error));
        if (error == ERR_NONE && decision.next.fresh != rows[i].a_person_looks)
            fail_msg("row %zu looks", i);
    }
}

static void a_request_declares_stops_fees_and_tells_everyone(void **context)
{
    struct closure_facts facts = case_facts();
    struct closure_submission request = {0}, declared = {.by_declaration = true, .declared_at = CASE_NOW - 5};
    (void)context;
    struct closure_decision decision = submitted(&facts, &request);
    assert_string_equal(wanted(&decision), "declare stop_fees top_up_off account_closing alert");
    assert_true(closure_fees_stop_at(&decision.next) == CASE_NOW);
    decision = submitted(&facts, &declared);
    assert_string_equal(wanted(&decision), "stop_fees top_up_off account_closing alert desk_add");
    assert_true(closure_fees_stop_at(&decision.next) == CASE_NOW - 5);
    facts.scope = CLOSURE_SCOPE_NUMBER;
    decision = submitted(&facts, &request);
    assert_string_equal(wanted(&decision), "declare stop_fees alert");
}

static void nothing_fresh_is_approved_by_rule_at_once(void **context)
{
    struct closure_case closure = case_in(CLOSURE_REVIEW, false);
    (void)context;
    assert_true(closure.deadline_at <= CASE_NOW);
    struct closure_decision decision = ticked(&closure, CASE_NOW);
    assert_int_equal(decision.next.state, CLOSURE_COOLING);
    assert_int_equal(decision.next.approved_by, CLOSURE_APPROVED_RULE);
    assert_true(decision.next.undo_end_at == CASE_NOW + 3 * MICROS_DAY);
    assert_string_equal(wanted(&decision), "mail_approved desk_remove");
}

static void a_hold_or_something_fresh_waits_for_a_person_and_silence_approves(void **context)
{
    (void)context;
    for (int hold = 0; hold < 2; hold++) {
        struct closure_facts facts = case_facts();
        facts.hold = hold;
        facts.security_at = hold ? 0 : CASE_NOW - 29 * MICROS_DAY;
        struct closure_case closure = submitted(&facts, &(struct closure_submission){0}).next;
        assert_true(closure.deadline_at == CASE_NOW + 72 * MICROS_HOUR);
        struct closure_decision decision = ticked(&closure, closure.deadline_at - 1);
        assert_int_equal(decision.next.state, CLOSURE_REVIEW);
        decision = ticked(&closure, closure.deadline_at);
        assert_int_equal(decision.next.approved_by, CLOSURE_APPROVED_TIME);
        assert_true(decision.next.undo_micros == (hold ? 3 : 7) * MICROS_DAY);
    }
}

static void a_chosen_date_starts_the_clocks(void **context)
{
    struct closure_facts facts = case_facts();
    struct closure_submission later = {.start_at = CASE_NOW + 10 * MICROS_DAY};
    (void)context;
    struct closure_case closure = submitted(&facts, &later).next;
    assert_true(closure.deadline_at == later.start_at);
    assert_true(closure.due_at == closure_clocks_due(&config.markets, later.start_at));
    assert_true(closure_fees_stop_at(&closure) == later.start_at);
    assert_int_equal(ticked(&closure, CASE_NOW + MICROS_DAY).next.state, CLOSURE_REVIEW);
    assert_int_equal(ticked(&closure, later.start_at).next.state, CLOSURE_COOLING);
    struct closure_decision early;
    assert_int_equal(closure_decide_approve(&config, &closure, &case_reviewer, CASE_NOW, &early), ERR_NONE);
    assert_int_equal(early.next.state, CLOSURE_REVIEW);
    assert_true(early.next.deadline_at == later.start_at);
    assert_int_equal(ticked(&early.next, later.start_at).next.approved_by, CLOSURE_APPROVED_PERSON);
}

static void only_reviewers_review_and_nobody_an_own_case(void **context)
{
    const struct closure_actor *const may_not[] = {&case_agent, &case_own_reviewer, &case_subscriber,
                                                   &case_system, &case_contact};
    struct closure_case closure = case_in(CLOSURE_REVIEW, true);
    struct closure_decision decision;
    (void)context;
    for (size_t i = 0; i < sizeof may_not / sizeof *may_not; i++) {
        assert_int_equal(closure_decide_approve(&config, &closure, may_not[i], CASE_NOW, &decision),
                         ERR_FORBIDDEN);
        assert_int_equal(closure_decide_ask(&config, &closure, may_not[i], CASE_NOW, &decision),
                         ERR_FORBIDDEN);
        assert_int_equal(closure_decide_refuse(&config, &closure, may_not[i], CLOSURE_REFUSAL_UNPROVEN, true,
                                               CASE_NOW, &decision),
                         ERR_FORBIDDEN);
        assert_int_equal(closure_decide_hold(&config, &closure, may_not[i], true, CASE_NOW, &decision),
                         ERR_FORBIDDEN);
    }
}

static void a_question_waits_48_hours_and_comes_back_for_a_look(void **context)
{
    struct closure_case closure = case_in(CLOSURE_QUESTION, true);
    struct closure_decision decision;
    (void)context;
    assert_true(closure.deadline_at == CASE_NOW + 48 * MICROS_HOUR);
    decision = ticked(&closure, closure.deadline_at);
    assert_int_equal(decision.next.state, CLOSURE_REVIEW);
    assert_true(decision.next.due_at == closure.due_at);
    assert_true(decision.next.deadline_at == CASE_NOW + 72 * MICROS_HOUR);
    assert_string_equal(wanted(&decision), "desk_add mail_review_again");
    assert_int_equal(closure_decide_answer(&config, &closure, &case_reviewer, CASE_NOW, &decision),
                     ERR_FORBIDDEN);
    assert_int_equal(
        closure_decide_answer(&config, &closure, &case_subscriber, CASE_NOW + MICROS_HOUR, &decision),
        ERR_NONE);
    assert_int_equal(decision.next.state, CLOSURE_REVIEW);
}

static void refusing_takes_two_people_one_lawful_reason_and_words(void **context)
{
    struct closure_case closure = case_in(CLOSURE_REVIEW, true);
    struct closure_decision first, second;
    (void)context;
    static const struct {
        enum closure_refusal reason;
        bool in_words;
        enum err error;
    } rows[] = {
        {CLOSURE_REFUSAL_NONE, true, ERR_INVALID},
        {(enum closure_refusal)4, true, ERR_INVALID},
        {CLOSURE_REFUSAL_UNPROVEN, false, ERR_INVALID},
        {CLOSURE_REFUSAL_CONTACT_OBJECTED, true, ERR_POLICY}, /* nobody did */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(closure_decide_refuse(&config, &closure, &case_reviewer, rows[i].reason,
                                               rows[i].in_words, CASE_NOW, &first),
                         rows[i].error);
    assert_int_equal(closure_decide_refuse(&config, &closure, &case_reviewer, CLOSURE_REFUSAL_UNPROVEN, true,
                                           CASE_NOW, &first),
                     ERR_NONE);
    assert_int_equal(first.next.state, CLOSURE_REVIEW);
    assert_int_equal(closure_decide_refuse(&config, &first.next, &case_reviewer, CLOSURE_REFUSAL_UNPROVEN,
                                           true, CASE_NOW + 2 * MICROS_DAY, &second),
                     ERR_FORBIDDEN);
    assert_int_equal(closure_decide_refuse(&config, &first.next, &case_second_reviewer,
                                           CLOSURE_REFUSAL_NOT_HOLDER, true, CASE_NOW, &second),
                     ERR_CONFLICT);
    assert_int_equal(closure_decide_refuse(&config, &first.next, &case_second_reviewer,
                                           CLOSURE_REFUSAL_UNPROVEN, true, CASE_NOW, &second),
                     ERR_NONE);
    assert_int_equal(second.next.state, CLOSURE_REFUSED);
    assert_string_equal(wanted(&second), "mail_refused desk_remove");
}

static void one_person_alone_refuses_after_a_pause_of_24_hours(void **context)
{
    struct closure_case closure = case_in(CLOSURE_REVIEW, true);
    struct closure_decision first, second;
    (void)context;
    config.desk_people = 1;
    assert_int_equal(closure_decide_refuse(&config, &closure, &case_reviewer, CLOSURE_REFUSAL_UNPROVEN, true,
                                           CASE_NOW, &first),
                     ERR_NONE);
    assert_int_equal(closure_decide_refuse(&config, &first.next, &case_reviewer, CLOSURE_REFUSAL_UNPROVEN,
                                           true, CASE_NOW + 24 * MICROS_HOUR - 1, &second),
                     ERR_POLICY);
    assert_int_equal(closure_decide_refuse(&config, &first.next, &case_reviewer, CLOSURE_REFUSAL_UNPROVEN,
                                           true, CASE_NOW + 24 * MICROS_HOUR, &second),
                     ERR_NONE);
    assert_true(closure_wants(&second, CLOSURE_EFFECT_AUDIT_ONE_PERSON));
}

static void a_refusal_is_no_grave_and_its_days_do_not_count(void **context)
{
    struct closure_case closure = case_in(CLOSURE_REFUSED, true);
    (void)context;
    assert_true(closure.deadline_at == CASE_NOW + 7 * MICROS_DAY);
    struct closure_decision again = ticked(&closure, closure.deadline_at);
    assert_int_equal(again.next.state, CLOSURE_REVIEW);
    assert_true(again.next.due_at == closure.due_at + 7 * MICROS_DAY);
    assert_int_equal(again.next.first_refuser, 0);
    assert_false(closure_is_approved_by_rule(&again.next));
}

static void undo_works_to_the_last_second_of_cooling(void **context)
{
    static const enum closure_state undoable[] = {CLOSURE_REVIEW, CLOSURE_QUESTION, CLOSURE_REFUSED,
                                                  CLOSURE_COOLING};
    struct closure_decision decision;
    (void)context;
    for (size_t i = 0; i < 4; i++) {
        struct closure_case closure = case_in(undoable[i], false);
        int64_t last = closure.undo_end_at != 0 ? closure.undo_end_at - 1 : CASE_NOW;
        assert_int_equal(closure_decide_undo(&closure, &case_reviewer, last, &decision), ERR_FORBIDDEN);
        assert_int_equal(closure_decide_undo(&closure, &case_subscriber, last, &decision), ERR_NONE);
        assert_int_equal(decision.next.state, CLOSURE_UNDONE);
        assert_int_equal(decision.next.deadline_at, 0);
        assert_string_equal(wanted(&decision),
                            "resume_fees revoke_declaration account_back mail_undone desk_remove");
    }
    struct closure_case settling = case_in(CLOSURE_SETTLING, false);
    assert_int_equal(closure_decide_undo(&settling, &case_subscriber, settling.state_at, &decision),
                     ERR_STATE);
}

static void not_me_stops_the_clock_until_the_holder_is_proven(void **context)
{
    struct closure_case cooling = case_in(CLOSURE_COOLING, false);
    struct closure_decision stopped, again, proven;
    int64_t when = CASE_NOW + MICROS_DAY;
    (void)context;
    assert_int_equal(closure_decide_not_me(&config, &cooling, when, &stopped), ERR_NONE);
    assert_string_equal(wanted(&stopped), "end_sessions lock mail_stopped desk_add");
    assert_int_equal(ticked(&stopped.next, cooling.undo_end_at + MICROS_DAY).next.state, CLOSURE_COOLING);
    assert_int_equal(closure_decide_not_me(&config, &stopped.next, when + 1, &again), ERR_NONE);
    assert_int_equal(again.effect_count, 0);
    assert_true(again.next.objected_at == when);
    assert_int_equal(closure_decide_prove(&config, &cooling, &case_reviewer, when, &proven), ERR_POLICY);
    assert_int_equal(closure_decide_prove(&config, &stopped.next, &case_subscriber, when, &proven),
                     ERR_FORBIDDEN);
    assert_int_equal(
        closure_decide_prove(&config, &stopped.next, &case_reviewer, when + 5 * MICROS_DAY, &proven),
        ERR_NONE);
    assert_true(proven.next.undo_end_at == cooling.undo_end_at + 5 * MICROS_DAY);
    assert_true(proven.next.due_at == cooling.due_at + 5 * MICROS_DAY);
    assert_string_equal(wanted(&proven), "unlock mail_goes_on desk_remove");
}

static void nobody_proven_for_30_days_ends_it_undone(void **context)
{
    static const enum closure_state open[] = {CLOSURE_REVIEW, CLOSURE_QUESTION, CLOSURE_REFUSED,
                                              CLOSURE_COOLING};
    (void)context;
    for (size_t i = 0; i < 4; i++) {
        struct closure_case closure = case_in(open[i], true);
        struct closure_decision decision;
        assert_int_equal(closure_decide_not_me(&config, &closure, CASE_NOW, &decision), ERR_NONE);
        for (int ticks = 0; decision.next.state != CLOSURE_UNDONE; ticks++) {
            assert_true(ticks < 4 && decision.next.deadline_at <= CASE_NOW + 30 * MICROS_DAY);
            decision = ticked(&decision.next, decision.next.deadline_at);
        }
    }
}

static void an_objected_case_is_not_approved(void **context)
{
    struct closure_case closure = case_in(CLOSURE_REVIEW, true);
    struct closure_decision decision, approved, refused;
    (void)context;
    assert_int_equal(closure_decide_not_me(&config, &closure, CASE_NOW, &decision), ERR_NONE);
    assert_int_equal(closure_decide_approve(&config, &decision.next, &case_reviewer, CASE_NOW, &approved),
                     ERR_POLICY);
    assert_int_equal(closure_decide_refuse(&config, &decision.next, &case_reviewer,
                                           CLOSURE_REFUSAL_CONTACT_OBJECTED, true, CASE_NOW, &refused),
                     ERR_NONE);
}

static void one_mail_comes_24_hours_before_the_end(void **context)
{
    struct closure_case closure = case_in(CLOSURE_COOLING, false);
    (void)context;
    assert_true(closure.deadline_at == closure.undo_end_at - 24 * MICROS_HOUR);
    struct closure_decision reminded = ticked(&closure, closure.deadline_at);
    assert_string_equal(wanted(&reminded), "mail_reminder");
    assert_true(reminded.next.deadline_at == closure.undo_end_at);
    struct closure_decision again = ticked(&reminded.next, closure.deadline_at + MICROS_HOUR);
    assert_int_equal(again.effect_count, 0);
}

static void a_clock_that_jumped_ends_no_undo_period(void **context)
{
    struct closure_case closure = case_in(CLOSURE_COOLING, false);
    struct closure_decision decision;
    int64_t late = closure.undo_end_at + MICROS_DAY;
    (void)context;
    assert_int_equal(closure_decide_tick(&config, &closure, false, late, &decision), ERR_NONE);
    assert_int_equal(decision.next.state, CLOSURE_COOLING);
    assert_true(decision.next.deadline_at > late);
    assert_int_equal(ticked(&closure, late).next.state, CLOSURE_SETTLING);
}

static void each_step_enters_with_its_work_and_asks_for_it_again(void **context)
{
    static const struct {
        enum closure_state state;
        const char *work, *next;
    } rows[] = {
        {CLOSURE_SETTLING, "end_access freeze_wallet", "release_numbers tell_recipients"},
        {CLOSURE_DISCONNECTING, "release_numbers tell_recipients", "account_closed make_receipt confirm"},
        {CLOSURE_FORGETTING, "ask_turn", "add_receipt_line"},
    };
    (void)context;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct closure_case closure = case_in(rows[i].state, false);
        struct closure_decision decision = ticked(&closure, closure.state_at);
        assert_string_equal(wanted(&decision), rows[i].work);
        assert_int_equal(decision.next.state, rows[i].state);
        assert_int_equal(closure_decide_step_done(&config, &closure, closure.state_at, &decision), ERR_NONE);
        assert_string_equal(wanted(&decision), rows[i].next);
    }
}

static void a_step_that_fails_stays_and_opens_a_ticket_the_third_time(void **context)
{
    struct closure_case closure = case_in(CLOSURE_DISCONNECTING, false);
    (void)context;
    for (int try = 1; try <= 5; try++) {
        struct closure_decision decision;
        int64_t now = closure.deadline_at;
        assert_int_equal(closure_decide_step_failed(&config, &closure, now, &decision), ERR_NONE);
        assert_int_equal(decision.next.state, CLOSURE_DISCONNECTING);
        assert_int_equal(closure_wants(&decision, CLOSURE_EFFECT_OPEN_TICKET), try == 3);
        assert_true(decision.next.deadline_at == now + closure_clocks_retry(try));
        closure = decision.next;
    }
}

static void a_hold_keeps_forgetting_waiting_and_nothing_else(void **context)
{
    struct closure_case closure = case_in(CLOSURE_CLOSED, false);
    struct closure_decision decision;
    (void)context;
    assert_int_equal(
        closure_decide_hold(&config, &closure, &case_reviewer, true, closure.state_at, &decision), ERR_NONE);
    struct closure_case held = decision.next;
    assert_int_equal(ticked(&held, held.deadline_at + 90 * MICROS_DAY).next.state, CLOSURE_CLOSED);
    assert_int_equal(closure_decide_hold(&config, &held, &case_reviewer, false, held.state_at, &decision),
                     ERR_NONE);
    decision = ticked(&decision.next, decision.next.deadline_at);
    assert_int_equal(decision.next.state, CLOSURE_FORGETTING);
    assert_string_equal(wanted(&decision), "reseal destroy_key");
}

static void a_single_number_ends_closed_and_no_key_dies(void **context)
{
    struct closure_facts facts = case_facts();
    (void)context;
    facts.scope = CLOSURE_SCOPE_NUMBER;
    struct closure_decision decision = submitted(&facts, &(struct closure_submission){0});
    decision = ticked(&decision.next, CASE_NOW);
    decision = ticked(&decision.next, decision.next.undo_end_at);
    assert_string_equal(wanted(&decision), "end_access");
    assert_int_equal(closure_decide_step_done(&config, &decision.next, decision.next.state_at, &decision),
                     ERR_NONE);
    assert_int_equal(closure_decide_step_done(&config, &decision.next, decision.next.state_at, &decision),
                     ERR_NONE);
    assert_string_equal(wanted(&decision), "make_receipt confirm");
    assert_int_equal(decision.next.deadline_at, 0);
    assert_int_equal(ticked(&decision.next, CASE_NOW + 90 * MICROS_DAY).next.state, CLOSURE_CLOSED);
}

static void a_turn_that_waits_over_7_days_alarms(void **context)
{
    struct closure_case closure = case_in(CLOSURE_FORGETTING, false);
    (void)context;
    struct closure_decision decision = ticked(&closure, closure.state_at + 7 * MICROS_DAY - 1);
    assert_string_equal(wanted(&decision), "ask_turn");
    decision = ticked(&closure, closure.state_at + 7 * MICROS_DAY);
    assert_string_equal(wanted(&decision), "ask_turn alarm_turn");
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_request_is_refused_only_for_proof_date_or_what_is_under_way),
        TEST(a_request_declares_stops_fees_and_tells_everyone),
        TEST(nothing_fresh_is_approved_by_rule_at_once),
        TEST(a_hold_or_something_fresh_waits_for_a_person_and_silence_approves),
        TEST(a_chosen_date_starts_the_clocks),
        TEST(only_reviewers_review_and_nobody_an_own_case),
        TEST(a_question_waits_48_hours_and_comes_back_for_a_look),
        TEST(refusing_takes_two_people_one_lawful_reason_and_words),
        TEST(one_person_alone_refuses_after_a_pause_of_24_hours),
        TEST(a_refusal_is_no_grave_and_its_days_do_not_count),
        TEST(undo_works_to_the_last_second_of_cooling),
        TEST(not_me_stops_the_clock_until_the_holder_is_proven),
        TEST(nobody_proven_for_30_days_ends_it_undone),
        TEST(an_objected_case_is_not_approved),
        TEST(one_mail_comes_24_hours_before_the_end),
        TEST(a_clock_that_jumped_ends_no_undo_period),
        TEST(each_step_enters_with_its_work_and_asks_for_it_again),
        TEST(a_step_that_fails_stays_and_opens_a_ticket_the_third_time),
        TEST(a_hold_keeps_forgetting_waiting_and_nothing_else),
        TEST(a_single_number_ends_closed_and_no_key_dies),
        TEST(a_turn_that_waits_over_7_days_alarms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
