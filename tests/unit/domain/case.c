#include "case.h"

#include "../test.h"

const struct closure_actor case_subscriber = {.kind = CLOSURE_BY_SUBSCRIBER};
const struct closure_actor case_reviewer = {.kind = CLOSURE_BY_STAFF, .staff_id = 7, .role = ROLE_REVIEWER};
const struct closure_actor case_second_reviewer = {
    .kind = CLOSURE_BY_STAFF, .staff_id = 8, .role = ROLE_REVIEWER};
const struct closure_actor case_agent = {.kind = CLOSURE_BY_STAFF, .staff_id = 9, .role = ROLE_AGENT};
const struct closure_actor case_own_reviewer = {
    .kind = CLOSURE_BY_STAFF, .staff_id = 7, .role = ROLE_REVIEWER, .own_case = true};
const struct closure_actor case_system = {.kind = CLOSURE_BY_SYSTEM};
const struct closure_actor case_contact = {.kind = CLOSURE_BY_CONTACT};

struct closure_config case_config(void)
{
    return (struct closure_config){.markets = closure_clocks_markets(true, true, true),
                                   .undo_days = 3,
                                   .review_hours = 72,
                                   .desk_people = 2};
}

struct closure_facts case_facts(void)
{
    return (struct closure_facts){.scope = CLOSURE_SCOPE_ACCOUNT,
                                  .account_state = ACCOUNT_ACTIVE,
                                  .proof = CLOSURE_PROOF_FULL,
                                  .contacts_outside = 1};
}

static void take(enum err error)
{
    assert_int_equal(error, ERR_NONE);
}

/* Refusing needs two; everything that executes comes after an approval and its undo period. */
static struct closure_case walk(const struct closure_config *config, struct closure_decision *at,
                                enum closure_state state)
{
    int64_t now = CASE_NOW;
    if (state == CLOSURE_QUESTION)
        take(closure_decide_ask(config, &at->next, &case_reviewer, now, at));
    if (state == CLOSURE_REFUSED) {
        take(closure_decide_refuse(config, &at->next, &case_reviewer, CLOSURE_REFUSAL_UNPROVEN, true, now,
                                   at));
        take(closure_decide_refuse(config, &at->next, &case_second_reviewer, CLOSURE_REFUSAL_UNPROVEN, true,
                                   now, at));
    }
    if (state == CLOSURE_UNDONE)
        take(closure_decide_undo(&at->next, &case_subscriber, now, at));
    if (state == CLOSURE_COOLING || state >= CLOSURE_SETTLING)
        take(closure_decide_approve(config, &at->next, &case_reviewer, now, at));
    while (at->next.state != state && at->next.state >= CLOSURE_COOLING && at->next.state != CLOSURE_UNDONE) {
        bool waits = at->next.state == CLOSURE_COOLING || at->next.state == CLOSURE_CLOSED;
        now = waits ? at->next.deadline_at : now;
        take(waits ? closure_decide_tick(config, &at->next, true, now, at)
                   : closure_decide_step_done(config, &at->next, now, at));
    }
    return at->next;
}

struct closure_case case_in(enum closure_state state, bool fresh)
{
    struct closure_config config = case_config();
    struct closure_facts facts = case_facts();
    struct closure_submission submission = {0};
    struct closure_decision at;
    facts.security_at = fresh ? CASE_NOW - MICROS_DAY : 0;
    take(closure_decide_submit(&config, &facts, &submission, CASE_NOW, &at));
    struct closure_case reached = walk(&config, &at, state);
    assert_int_equal(reached.state, state);
    return reached;
}
