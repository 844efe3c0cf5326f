/* The preflight: each row with the fact that brings it up, and only then. */
#include "../test.h"
#include "case.h"

#include <string.h>

struct row {
    enum preflight_row row;
    struct closure_facts facts; /* besides a contact outside */
    enum preflight_severity severity;
    int64_t amount, count, date;
    bool one_number;
};

#define DAY MICROS_DAY

static const struct row rows[] = {
    {PREFLIGHT_BALANCE_POSITIVE, {.balance = 12400000}, PREFLIGHT_LOSS, 12400000, 0, 0, false},
    {PREFLIGHT_BALANCE_NEGATIVE, {.balance = -2}, PREFLIGHT_CARE, 2, 0, 0, false},
    {PREFLIGHT_BALANCE_NEGATIVE, {.balance = INT64_MIN}, PREFLIGHT_CARE, INT64_MAX, 0, 0, false},
    {PREFLIGHT_PAYMENT_PENDING,
     {.payment_pending = 5000000, .payment_pending_until = CASE_NOW + DAY},
     PREFLIGHT_CARE,
     5000000,
     0,
     CASE_NOW + DAY,
     false},
    {PREFLIGHT_PAYMENT_LINKED, {.instruments = 2}, PREFLIGHT_INFO, 0, 2, 0, false},
    {PREFLIGHT_AUTO_TOP_UP, {.auto_top_up = true}, PREFLIGHT_CARE, 0, 0, 0, false},
    {PREFLIGHT_CALL_ACTIVE, {.calls_active = 1}, PREFLIGHT_INFO, 0, 1, 0, true},
    {PREFLIGHT_NUMBER_LEAVING, {.numbers_leaving = 1}, PREFLIGHT_INFO, 0, 1, 0, true},
    {PREFLIGHT_PORT_POSSIBLE, {.numbers_portable = 2}, PREFLIGHT_INFO, 0, 2, 0, true},
    {PREFLIGHT_SERVICES_LINKED,
     {.services_linked = 9, .service_last_at = CASE_NOW - DAY},
     PREFLIGHT_CARE,
     0,
     9,
     CASE_NOW - DAY,
     true},
    {PREFLIGHT_SERVICES_LINKED,
     {.services_linked = 9, .services_dangerous = 1},
     PREFLIGHT_LOSS,
     0,
     9,
     0,
     true},
    {PREFLIGHT_MESSAGES_UNSAVED, {.messages_unsaved = 480}, PREFLIGHT_CARE, 0, 480, 0, false},
    {PREFLIGHT_CONTACT_UNREACHABLE, {.contacts_outside = -1}, PREFLIGHT_CARE, 0, 0, 0, true},
    {PREFLIGHT_SECOND_FACTOR_HERE, {.factors_here = 1}, PREFLIGHT_LOSS, 0, 1, 0, true},
    {PREFLIGHT_TICKET_OPEN, {.tickets_open = 3}, PREFLIGHT_INFO, 0, 3, 0, false},
    {PREFLIGHT_API_IN_USE,
     {.api_used = 1, .api_last_at = CASE_NOW - 29 * DAY},
     PREFLIGHT_CARE,
     0,
     1,
     CASE_NOW - 29 * DAY,
     false},
    {PREFLIGHT_HOLD_LEGAL, {.hold = true}, PREFLIGHT_INFO, 0, 0, 0, false},
};

static struct closure_facts facts_of(const struct row *row, enum closure_scope scope)
{
    struct closure_facts facts = row->facts;
    facts.scope = scope;
    facts.contacts_outside = facts.contacts_outside == -1 ? 0 : 1;
    return facts;
}

static void a_fact_brings_up_its_row_and_no_other(void **context)
{
    struct preflight_finding findings[PREFLIGHT_ROWS];
    (void)context;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct closure_facts facts = facts_of(&rows[i], CLOSURE_SCOPE_ACCOUNT);
        size_t count = closure_preflight(&facts, CASE_NOW, findings);
        if (count != 1 || findings[0].row != rows[i].row || findings[0].severity != rows[i].severity ||
            findings[0].amount != rows[i].amount || findings[0].count != rows[i].count ||
            findings[0].date != rows[i].date)
            fail_msg("row %zu, %s", i, closure_preflight_name(rows[i].row));
        facts = facts_of(&rows[i], CLOSURE_SCOPE_NUMBER);
        assert_int_equal(closure_preflight(&facts, CASE_NOW, findings), rows[i].one_number);
    }
}

static void nothing_applies_where_all_is_fine(void **context)
{
    struct preflight_finding findings[PREFLIGHT_ROWS];
    struct closure_facts facts = case_facts();
    (void)context;
    assert_int_equal(closure_preflight(&facts, CASE_NOW, findings), 0);
    assert_int_equal(closure_preflight_possible(CLOSURE_SCOPE_ACCOUNT), PREFLIGHT_ROWS - 1);
    assert_int_equal(closure_preflight_possible(CLOSURE_SCOPE_NUMBER), 6);
}

static void an_unspoken_hold_and_old_keys_are_not_shown(void **context)
{
    struct preflight_finding findings[PREFLIGHT_ROWS];
    struct closure_facts facts = case_facts();
    (void)context;
    facts.hold = facts.hold_unspoken = true;
    facts.api_used = 1;
    facts.api_last_at = CASE_NOW - 30 * DAY;
    assert_int_equal(closure_preflight(&facts, CASE_NOW, findings), 0);
}

static void all_rows_come_in_order_each_with_its_remedies(void **context)
{
    struct preflight_finding findings[PREFLIGHT_ROWS];
    struct closure_facts facts = {.scope = CLOSURE_SCOPE_ACCOUNT,
                                  .balance = 1,
                                  .payment_pending = 1,
                                  .instruments = 1,
                                  .auto_top_up = true,
                                  .calls_active = 1,
                                  .numbers_leaving = 1,
                                  .numbers_portable = 1,
                                  .services_linked = 1,
                                  .messages_unsaved = 1,
                                  .factors_here = 1,
                                  .tickets_open = 1,
                                  .api_used = 1,
                                  .api_last_at = CASE_NOW,
                                  .hold = true};
    (void)context;
    size_t count = closure_preflight(&facts, CASE_NOW, findings);
    assert_int_equal(count, PREFLIGHT_ROWS - 2); /* a balance is not both above and below zero */
    for (size_t i = 0; i < count; i++) {
        assert_true(i == 0 || findings[i].row > findings[i - 1].row);
        assert_true((findings[i].remedies[0].kind != REMEDY_NONE) ==
                    (findings[i].row != PREFLIGHT_HOLD_LEGAL));
        for (size_t j = 0; j < PREFLIGHT_REMEDIES && findings[i].remedies[j].kind != REMEDY_NONE; j++)
            assert_true(findings[i].remedies[j].when >= PREFLIGHT_NOW);
    }
}

static void rows_and_remedies_have_names(void **context)
{
    (void)context;
    assert_string_equal(closure_preflight_name(PREFLIGHT_BALANCE_POSITIVE), "balance_positive");
    assert_string_equal(closure_preflight_name(PREFLIGHT_HOLD_LEGAL), "hold_legal");
    assert_string_equal(closure_preflight_name((enum preflight_row)0), "unknown");
    for (int kind = 0; kind < REMEDY_COUNT; kind++)
        assert_true(strcmp(closure_remedy_name((enum preflight_remedy_kind)kind), "unknown") != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fact_brings_up_its_row_and_no_other),
        cmocka_unit_test(nothing_applies_where_all_is_fine),
        cmocka_unit_test(an_unspoken_hold_and_old_keys_are_not_shown),
        cmocka_unit_test(all_rows_come_in_order_each_with_its_remedies),
        cmocka_unit_test(rows_and_remedies_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
