/* Accounts, declarations, fees, refunds: tables. */
#include "../test.h"
#include "domain/account/account.h"
#include "domain/declaration/declaration.h"
#include "domain/ledger/refund.h"
#include "domain/number/aging.h"
#include "domain/number/fee.h"

/* Monday 2026-11-23 09:00:00 UTC */
#define NOW INT64_C(1795424400000000)
#define DAY MICROS_DAY

static void every_table_is_total(void **context)
{
    static const struct machine *const machines[] = {&account_machine, &declaration_machine, &refund_machine};
    (void)context;
    for (size_t i = 0; i < sizeof machines / sizeof *machines; i++) {
        int state;
        const char *fault = machine_fault(machines[i], &state);
        if (fault != NULL)
            fail_msg("%s, %s: %s", machines[i]->name, machine_state_name(machines[i], state), fault);
    }
}

static void accounts_are_named_and_even_the_suspended_may_close(void **context)
{
    (void)context;
    assert_string_equal(account_state_name(ACCOUNT_ACTIVE), "active");
    assert_string_equal(account_state_name(ACCOUNT_CLOSED), "closed");
    assert_string_equal(account_state_name(0), "unknown");
    assert_true(machine_answers(&account_machine, ACCOUNT_SUSPENDED, ACCOUNT_EVENT_CLOSE));
    assert_true(machine_leads(&account_machine, ACCOUNT_CLOSING, ACCOUNT_EVENT_UNDO, ACCOUNT_SUSPENDED));
    assert_true(machine_is_final(&account_machine, ACCOUNT_CLOSED));
}

static void a_declaration_goes_one_way(void **context)
{
    static const struct {
        int64_t state;
        enum declaration_event event;
        int64_t next; /* 0: refused */
    } rows[] = {
        {DECLARATION_RECEIVED, DECLARATION_EVENT_MATCH, DECLARATION_MATCHED},
        {DECLARATION_RECEIVED, DECLARATION_EVENT_MISS, DECLARATION_UNMATCHED},
        {DECLARATION_RECEIVED, DECLARATION_EVENT_END, DECLARATION_ENDED},
        {DECLARATION_RECEIVED, DECLARATION_EVENT_OBJECT, 0},
        {DECLARATION_MATCHED, DECLARATION_EVENT_TIME, DECLARATION_ENDED},
        {DECLARATION_MATCHED, DECLARATION_EVENT_OBJECT, DECLARATION_OBJECTED},
        {DECLARATION_MATCHED, DECLARATION_EVENT_MATCH, 0},
        {DECLARATION_MATCHED, DECLARATION_EVENT_PROOF, DECLARATION_ENDED},
        {DECLARATION_UNMATCHED, DECLARATION_EVENT_PROOF, 0},
        {DECLARATION_OBJECTED, DECLARATION_EVENT_PROOF, 0},
        {DECLARATION_UNMATCHED, DECLARATION_EVENT_MATCH, DECLARATION_MATCHED},
        {DECLARATION_UNMATCHED, DECLARATION_EVENT_TIME, DECLARATION_ENDED_UNMATCHED},
        {DECLARATION_UNMATCHED, DECLARATION_EVENT_OBJECT, 0},
        {DECLARATION_ENDED, DECLARATION_EVENT_OBJECT, DECLARATION_OBJECTED},
        {DECLARATION_ENDED, DECLARATION_EVENT_TIME, 0},
        {DECLARATION_OBJECTED, DECLARATION_EVENT_TIME, 0},
        {DECLARATION_ENDED_UNMATCHED, DECLARATION_EVENT_MATCH, 0},
    };
    (void)context;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t next = 0;
        enum err error = declaration_decide(rows[i].state, rows[i].event, &next);
        if (next != rows[i].next || (error == ERR_NONE) != (next != 0))
            fail_msg("row %zu", i);
    }
}

static void a_declaration_takes_effect_at_its_date_and_closes_30_days_later(void **context)
{
    (void)context;
    assert_true(declaration_effective_at(NOW, 0) == NOW);
    assert_true(declaration_effective_at(NOW, NOW - DAY) == NOW);
    assert_true(declaration_effective_at(NOW, NOW + 90 * DAY) == NOW + 90 * DAY);
    assert_true(declaration_deadline(DECLARATION_MATCHED, NOW, NOW) == NOW + 30 * DAY);
    assert_true(declaration_deadline(DECLARATION_MATCHED, NOW + 90 * DAY, NOW) == NOW + 90 * DAY);
    assert_true(declaration_deadline(DECLARATION_UNMATCHED, NOW + 90 * DAY, NOW) == NOW + 30 * DAY);
    assert_int_equal(declaration_deadline(DECLARATION_ENDED, NOW, NOW), 0);
}

/* The fourteenth day after the purchase's own counts to its end; a weekend lengthens it to Monday. */
static void a_purchase_can_be_withdrawn_from_for_fourteen_days(void **context)
{
    static const struct {
        const char *bought, *last_day;
    } rows[] = {
        {"2026-11-02T00:00:00Z", "2026-11-16"}, /* Monday to Monday */
        {"2026-11-02T23:59:59Z", "2026-11-16"}, {"2026-11-06T12:00:00Z", "2026-11-20"},
        {"2026-11-07T12:00:00Z", "2026-11-23"}, /* a Saturday's term ends on Monday */
        {"2026-11-08T12:00:00Z", "2026-11-23"}, /* a Sunday's as well */
        {"2026-11-09T12:00:00Z", "2026-11-23"}, {"2028-02-16T12:00:00Z", "2028-03-01"},
    };
    (void)context;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t bought, last_day;
        assert_true(clock_parse(str_from(rows[i].bought), &bought));
        assert_true(clock_parse(str_from(rows[i].last_day), &last_day));
        assert_true(declaration_withdraw_last_day(bought) == last_day);
        assert_true(declaration_withdraws_in_time(last_day + DAY - 1, bought));
        assert_false(declaration_withdraws_in_time(last_day + DAY, bought));
    }
    assert_false(declaration_withdraws_in_time(NOW, 0));
}

static void a_refund_goes_to_the_newest_payments_first(void **context)
{
    static const struct {
        struct refund_payment payments[3];
        int64_t amount, parts[3], rest;
    } rows[] = {
        {{{10, 0}, {10, 0}, {10, 0}}, 25, {10, 10, 5}, 0}, {{{10, 4}, {10, 10}, {10, 0}}, 12, {6, 0, 6}, 0},
        {{{10, 0}, {5, 0}, {5, 0}}, 30, {10, 5, 5}, 10},   {{{10, 20}, {0, 0}, {7, 0}}, 8, {0, 0, 7}, 1},
        {{{10, 0}, {10, 0}, {10, 0}}, 0, {0, 0, 0}, 0},    {{{10, 0}, {10, 0}, {10, 0}}, -5, {0, 0, 0}, 0},
    };
    (void)context;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t parts[3];
        assert_true(refund_split(rows[i].payments, 3, rows[i].amount, parts) == rows[i].rest);
        for (size_t j = 0; j < 3; j++)
            if (parts[j] != rows[i].parts[j])
                fail_msg("row %zu, payment %zu", i, j);
    }
    assert_true(refund_split(NULL, 0, 7, NULL) == 7);
}

static void a_refund_is_never_sent_twice(void **context)
{
    (void)context;
    assert_false(machine_answers(&refund_machine, REFUND_SENT, REFUND_EVENT_SEND));
    assert_false(machine_answers(&refund_machine, REFUND_FAILED, REFUND_EVENT_SEND));
    assert_false(machine_answers(&refund_machine, REFUND_OWED, REFUND_EVENT_SETTLE));
    assert_true(machine_leads(&refund_machine, REFUND_SENT, REFUND_EVENT_FAIL, REFUND_FAILED));
}

/* A month from 23 November to 23 December has 30 days. */
static void a_fee_is_the_month_or_the_days_until_it_stops(void **context)
{
    static const struct {
        int64_t stopped_at, amount, until;
    } rows[] = {
        {0, 3000000, NOW + 30 * DAY},
        {NOW + 30 * DAY, 3000000, NOW + 30 * DAY},
        {NOW + 10 * DAY, 1000000, NOW + 10 * DAY},
        {NOW + 10 * DAY + DAY / 2, 1000000, NOW + 10 * DAY + DAY / 2},
        {NOW + 1, 0, NOW + 1},
        {NOW - DAY, 0, NOW},
    };
    (void)context;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fee_line line = {.fee = 3000000, .paid_until = NOW, .stopped_at = rows[i].stopped_at};
        int64_t until;
        if (fee_of_period(&line, &until) != rows[i].amount || until != rows[i].until)
            fail_msg("row %zu", i);
    }
    struct fee_line odd = {.fee = 2000000, .paid_until = NOW, .stopped_at = NOW + 8 * DAY};
    int64_t until;
    assert_true(fee_of_period(&odd, &until) == 530000); /* and no part of a cent, which nobody pays back */
}

static void fees_stop_with_the_declaration_and_the_days_between_cost_nothing(void **context)
{
    struct fee_line line = {.fee = 3000000, .paid_until = NOW + 20 * DAY};
    (void)context;
    assert_true(fee_runs(&line));
    assert_true(fee_paid_after_resuming(&line, NOW) == NOW + 20 * DAY);
    line.stopped_at = NOW;
    assert_false(fee_runs(&line));
    assert_int_equal(fee_look_at(&line), 0);
    assert_true(fee_paid_after_resuming(&line, NOW + 5 * DAY) == NOW + 25 * DAY);
    line.stopped_at = NOW + 21 * DAY;
    assert_true(fee_runs(&line));
    assert_true(fee_paid_after_resuming(&line, NOW + 5 * DAY) == NOW + 20 * DAY);
    line.stopped_at = 0;
    line.ended_at = NOW;
    assert_false(fee_runs(&line));
    assert_false(fee_runs(&(struct fee_line){.paid_until = NOW}));
}

static void an_unused_line_is_reminded_once_7_days_before_the_next_fee(void **context)
{
    struct fee_line line = {.fee = 1, .paid_until = NOW};
    (void)context;
    assert_true(fee_look_at(&line) == NOW - 7 * DAY);
    assert_false(fee_wants_reminder(&line, NOW - 7 * DAY - 1));
    assert_true(fee_wants_reminder(&line, NOW - 7 * DAY));
    assert_false(fee_wants_reminder(&line, NOW));
    line.last_text_at = NOW - 20 * DAY;
    assert_false(fee_wants_reminder(&line, NOW - 7 * DAY));
    assert_true(fee_reminder_is_due(&line, NOW - 7 * DAY));
    line.last_text_at = NOW - 40 * DAY;
    assert_true(fee_wants_reminder(&line, NOW - 6 * DAY));
    line.reminded_at = NOW - 7 * DAY;
    assert_false(fee_wants_reminder(&line, NOW - 6 * DAY));
    assert_true(fee_look_at(&line) == NOW);
}

static void a_number_rests_until_time_report_and_a_steady_clock_say_so(void **context)
{
    struct aging_facts facts = {.state = NUMBER_AGING,
                                .number_class = NUMBER_RESIDENTIAL,
                                .disconnected_at = NOW,
                                .aging_until = NOW + 85 * DAY,
                                .rnd_submitted_at = NOW + DAY};
    struct clock_reading at = {.wall = NOW + 85 * DAY, .monotonic = 10 * MICROS_HOUR};
    (void)context;
    assert_int_equal(aging_decide(&facts, (struct clock_reading){NOW + 85 * DAY - 1, 1}).step, AGING_WAIT);
    struct aging_decision first = aging_decide(&facts, at);
    assert_int_equal(first.step, AGING_WAIT);
    assert_true(first.look_at == at.wall + MICROS_HOUR);
    facts.seen = first.seen;
    struct clock_reading jumped = {at.wall + 2 * MICROS_HOUR, at.monotonic + MICROS_MINUTE};
    assert_int_equal(aging_decide(&facts, jumped).step, AGING_WAIT);
    struct clock_reading later = {at.wall + MICROS_HOUR, at.monotonic + MICROS_HOUR};
    assert_int_equal(aging_decide(&facts, later).step, AGING_FREE);
    facts.rnd_submitted_at = 0;
    assert_int_equal(aging_decide(&facts, later).step, AGING_WAIT);
    assert_false(aging_decide(&facts, later).alarm);
    assert_true(aging_decide(&facts, (struct clock_reading){NOW + 88 * DAY, 1}).alarm);
    facts.number_class = NUMBER_BUSINESS;
    assert_false(aging_decide(&facts, (struct clock_reading){NOW + 88 * DAY, 1}).alarm);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_table_is_total),
        cmocka_unit_test(accounts_are_named_and_even_the_suspended_may_close),
        cmocka_unit_test(a_declaration_goes_one_way),
        cmocka_unit_test(a_declaration_takes_effect_at_its_date_and_closes_30_days_later),
        cmocka_unit_test(a_purchase_can_be_withdrawn_from_for_fourteen_days),
        cmocka_unit_test(a_refund_goes_to_the_newest_payments_first),
        cmocka_unit_test(a_refund_is_never_sent_twice),
        cmocka_unit_test(a_fee_is_the_month_or_the_days_until_it_stops),
        cmocka_unit_test(fees_stop_with_the_declaration_and_the_days_between_cost_nothing),
        cmocka_unit_test(an_unused_line_is_reminded_once_7_days_before_the_next_fee),
        cmocka_unit_test(a_number_rests_until_time_report_and_a_steady_clock_say_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
