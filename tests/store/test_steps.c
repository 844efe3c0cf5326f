#include "../unit/test.h"

#include "app/closure_steps.h"

enum { ROWS = 12 };

#define REVIEW_AT(at) [CLOSURE_REVIEW] = (at)

static void the_journal_tells_when_each_state_was_entered(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t start_at;
        const char *events[ROWS]; /* at 1, 2, 3 … */
        int64_t expected[CLOSURE_STATES];
    } table[] = {
        {"approved by rule, to the end",
         0,
         {"submitted", "approved_by_rule", "reminded", "time", "looked", "settled", "looked", "disconnected",
          "confirmation_sent", "time", "looked", "forgotten"},
         {REVIEW_AT(1), [CLOSURE_COOLING] = 2, [CLOSURE_SETTLING] = 4, [CLOSURE_DISCONNECTING] = 6,
          [CLOSURE_CLOSED] = 8, [CLOSURE_FORGETTING] = 10, [CLOSURE_FORGOTTEN] = 12}},
        {"asked, answered, approved by silence",
         0,
         {"submitted", "asked", "answered", "asked", "time", "time", "time"},
         {REVIEW_AT(5), [CLOSURE_QUESTION] = 4, [CLOSURE_COOLING] = 6, [CLOSURE_SETTLING] = 7}},
        {"refused, then proven, then approved",
         0,
         {"submitted", "refusal_first", "refused", "holder_proven", "approved"},
         {REVIEW_AT(4), [CLOSURE_REFUSED] = 3, [CLOSURE_COOLING] = 5}},
        {"approved before the chosen date",
         3,
         {"submitted", "approved", "looked", "time", "time"},
         {REVIEW_AT(1), [CLOSURE_COOLING] = 4, [CLOSURE_SETTLING] = 5}},
        {"undone", 0, {"submitted", "approved", "undone"}, {REVIEW_AT(1), [CLOSURE_COOLING] = 2}},
        {"restored", 0, {"restored"}, {0}},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct store_journal_row rows[ROWS];
        int64_t at[CLOSURE_STATES];
        size_t count = 0;
        for (; count < ROWS && table[i].events[count] != NULL; count++)
            rows[count] = (struct store_journal_row){.at = (int64_t)count + 1,
                                                     .event = str_from(table[i].events[count])};
        closure_steps(rows, count, table[i].start_at, at);
        for (size_t k = 0; k < CLOSURE_STATES; k++)
            if (at[k] != table[i].expected[k])
                fail_msg("%s: state %zu at %lld, not %lld", table[i].name, k, (long long)at[k],
                         (long long)table[i].expected[k]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_journal_tells_when_each_state_was_entered)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
