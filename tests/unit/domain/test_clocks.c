/* The clocks of a closure: tables, and many random configurations and lives. */
#include "../test.h"
#include "case.h"

enum { CONFIGURATIONS = 3000, LIVES = 20000, TICKS_MAX = 400 };

static uint64_t state = 20261123;

/* xorshift64*: the same lives in every run */
static int64_t below(int64_t limit)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (int64_t)(state * UINT64_C(2685821657736338717) >> 1) % limit;
}

static int64_t at(const char *text)
{
    int64_t micros = 0;
    assert_true(clock_parse(str_from(text), &micros));
    return micros;
}

static void the_earliest_of_the_markets_clocks_is_the_due_date(void **context)
{
    static const struct {
        bool china, europe, california;
        const char *start, *due;
    } rows[] = {
        {true, false, false, "2026-11-23T09:00:00Z", "2026-12-15"}, /* 15 working days, to their end */
        {true, false, false, "2026-11-28T09:00:00Z", "2026-12-19"}, /* received on a Saturday */
        {false, true, false, "2026-11-23T09:00:00Z", "2026-12-23T09:00:00Z"}, /* a month */
        {false, true, false, "2027-01-31T09:00:00Z", "2027-02-28T09:00:00Z"},
        {false, true, false, "2028-01-31T09:00:00Z", "2028-02-29T09:00:00Z"},
        {false, false, true, "2026-11-23T09:00:00Z", "2027-01-07T09:00:00Z"},
        {true, true, true, "2026-11-23T09:00:00Z", "2026-12-15"},
        {false, true, true, "2026-11-23T09:00:00Z", "2026-12-23T09:00:00Z"},
        {false, false, false, "2026-11-23T09:00:00Z", "2027-01-07T09:00:00Z"},
    };
    (void)context;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct closure_markets markets =
            closure_clocks_markets(rows[i].china, rows[i].europe, rows[i].california);
        if (closure_clocks_due(&markets, at(rows[i].start)) != at(rows[i].due))
            fail_msg("row %zu", i);
    }
}

static void a_configuration_that_cannot_meet_the_clock_is_refused(void **context)
{
    static const struct {
        struct closure_config config;
        enum err error;
    } rows[] = {
        {{{15, 0, 0}, 3, 72, 2}, ERR_NONE},    {{{15, 1, 45}, 14, 72, 1}, ERR_NONE},
        {{{0, 0, 0}, 3, 72, 2}, ERR_NONE},     {{{15, 0, 0}, 0, 72, 2}, ERR_CONFIG},
        {{{15, 0, 0}, 15, 72, 2}, ERR_CONFIG}, {{{15, 0, 0}, 3, 0, 2}, ERR_CONFIG},
        {{{15, 0, 0}, 3, 73, 2}, ERR_CONFIG},  {{{15, 0, 0}, 3, 72, 0}, ERR_CONFIG},
        {{{5, 0, 0}, 3, 72, 2}, ERR_CONFIG},   {{{0, 0, 10}, 7, 72, 2}, ERR_NONE},
        {{{0, 0, 10}, 8, 72, 2}, ERR_CONFIG},  {{{0, 0, 9}, 3, 72, 2}, ERR_CONFIG}, /* 7 days where fresh */
        {{{0, 0, 17}, 14, 1, 2}, ERR_NONE},    {{{0, 0, 16}, 14, 1, 2}, ERR_CONFIG},
        {{{-1, 0, 0}, 3, 72, 2}, ERR_CONFIG},  {{{0, 13, 0}, 3, 72, 2}, ERR_CONFIG},
    };
    (void)context;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (closure_clocks_check(&rows[i].config) != rows[i].error)
            fail_msg("row %zu", i);
}

static void no_due_date_is_nearer_than_the_shortest(void **context)
{
    (void)context;
    for (int i = 0; i < CONFIGURATIONS; i++) {
        struct closure_markets markets = {.working_days = below(3) ? below(40) : 0,
                                          .months = below(3) ? below(4) : 0,
                                          .days = below(3) ? below(90) : 0};
        int64_t start = CASE_NOW + below(3000) * MICROS_DAY + below(MICROS_DAY);
        assert_true(closure_clocks_due(&markets, start) - start >= closure_clocks_shortest(&markets));
    }
}

static void a_review_ends_after_72_hours_or_when_the_due_date_wants_it(void **context)
{
    struct closure_config config = case_config();
    int64_t start = CASE_NOW;
    (void)context;
    assert_true(closure_clocks_review_end(&config, start, start + 30 * MICROS_DAY, false) ==
                start + 72 * MICROS_HOUR);
    assert_true(closure_clocks_review_end(&config, start, start + 7 * MICROS_DAY, false) ==
                start + 2 * MICROS_DAY);
    assert_true(closure_clocks_review_end(&config, start, start + 11 * MICROS_DAY, true) ==
                start + 2 * MICROS_DAY);
    assert_true(closure_clocks_undo(&config, false) == 3 * MICROS_DAY);
    assert_true(closure_clocks_undo(&config, true) == 7 * MICROS_DAY);
    config.undo_days = 10;
    assert_true(closure_clocks_undo(&config, true) == 10 * MICROS_DAY);
}

static void a_change_is_fresh_for_30_days(void **context)
{
    (void)context;
    assert_false(closure_clocks_is_fresh(0, CASE_NOW));
    assert_true(closure_clocks_is_fresh(CASE_NOW, CASE_NOW));
    assert_true(closure_clocks_is_fresh(CASE_NOW - 30 * MICROS_DAY + 1, CASE_NOW));
    assert_false(closure_clocks_is_fresh(CASE_NOW - 30 * MICROS_DAY, CASE_NOW));
}

static void a_step_is_tried_again_later_and_later(void **context)
{
    static const int64_t minutes[] = {1, 4, 16, 64, 256, 360, 360};
    (void)context;
    for (int64_t i = 0; i < 7; i++)
        assert_true(closure_clocks_retry(i + 1) == minutes[i] * MICROS_MINUTE);
    assert_true(closure_clocks_retry(1000000) == 6 * MICROS_HOUR);
}

/* One random life of a case: what happened to it, and how long its clock stood still. */
struct life {
    struct closure_config config;
    struct closure_case now_at, first;
    int64_t now, stood, stands_since, approved_at, fails;
};

static bool stands(const struct closure_case *closure)
{
    bool open = closure->state <= CLOSURE_COOLING;
    return open && (closure->objected_at != 0 || closure->state == CLOSURE_REFUSED);
}

static void record(struct life *life, const struct closure_decision *decision)
{
    bool stood = stands(&life->now_at), will = stands(&decision->next);
    if (!stood && will)
        life->stands_since = life->now;
    if (stood && !will && decision->next.state != CLOSURE_UNDONE)
        life->stood += life->now - life->stands_since;
    if (life->now_at.state == CLOSURE_REVIEW && decision->next.state == CLOSURE_COOLING)
        life->approved_at = life->now;
    if (decision->next.state == CLOSURE_SETTLING && life->now_at.state == CLOSURE_COOLING) {
        assert_true(life->now >= life->now_at.undo_end_at);
        assert_true(life->now >= life->approved_at + life->config.undo_days * MICROS_DAY);
        assert_true(life->now_at.objected_at == 0);
    }
    for (size_t i = 0; i < decision->effect_count; i++) {
        enum closure_effect effect = decision->effects[i];
        if (effect == CLOSURE_EFFECT_RELEASE_NUMBERS || effect == CLOSURE_EFFECT_FREEZE_WALLET ||
            effect == CLOSURE_EFFECT_DESTROY_KEY || effect == CLOSURE_EFFECT_END_ACCESS)
            assert_true(life->now >= life->approved_at + life->config.undo_days * MICROS_DAY &&
                        life->approved_at != 0);
    }
    life->now_at = decision->next;
}

/* What a desk and a subscriber may do at any moment; mostly nothing. */
static enum err somebody_acts(struct life *life, struct closure_decision *decision)
{
    const struct closure_case *closure = &life->now_at;
    const struct closure_actor *who = below(2) ? &case_reviewer : &case_second_reviewer;
    switch (below(40)) {
    case 0:
    case 1:
        return closure_decide_ask(&life->config, closure, who, life->now, decision);
    case 2:
    case 3:
        return closure_decide_answer(&life->config, closure, &case_subscriber, life->now, decision);
    case 4:
    case 5:
    case 6:
        return closure_decide_refuse(&life->config, closure, who, CLOSURE_REFUSAL_UNPROVEN, true, life->now,
                                     decision);
    case 7:
        return closure_decide_not_me(&life->config, closure, life->now, decision);
    case 8:
    case 9:
    case 10:
        return closure_decide_prove(&life->config, closure, who, life->now, decision);
    case 11:
        return closure_decide_approve(&life->config, closure, who, life->now, decision);
    case 12:
        return closure_decide_hold(&life->config, closure, who, below(2), life->now, decision);
    case 13:
        return below(8) == 0 ? closure_decide_undo(closure, &case_subscriber, life->now, decision)
                             : ERR_STATE;
    default:
        return ERR_STATE;
    }
}

static enum err time_passes(struct life *life, struct closure_decision *decision)
{
    const struct closure_case *closure = &life->now_at;
    bool step = closure->state == CLOSURE_SETTLING || closure->state == CLOSURE_DISCONNECTING;
    if (!step)
        return closure_decide_tick(&life->config, closure, below(4) != 0, life->now, decision);
    if (life->fails < 4 && below(3) == 0) {
        life->fails++;
        return closure_decide_step_failed(&life->config, closure, life->now, decision);
    }
    return closure_decide_step_done(&life->config, closure, life->now, decision);
}

static struct life begin_life(void)
{
    struct life life = {.now = CASE_NOW + below(1500) * MICROS_DAY + below(MICROS_DAY)};
    struct closure_facts facts = case_facts();
    struct closure_submission submission = {.by_declaration = below(5) == 0};
    struct closure_decision decision;
    do
        life.config = (struct closure_config){
            .markets = {below(2) * below(40), below(2) * below(3), below(2) * below(60)},
            .undo_days = 1 + below(14),
            .review_hours = 1 + below(72),
            .desk_people = 1 + below(3)};
    while (closure_clocks_check(&life.config) != ERR_NONE);
    facts.security_at = below(2) * (life.now - below(60 * MICROS_DAY));
    facts.hold = below(8) == 0;
    submission.start_at = below(3) == 0 ? life.now + below(30 * MICROS_DAY) : 0;
    assert_int_equal(closure_decide_submit(&life.config, &facts, &submission, life.now, &decision), ERR_NONE);
    life.now_at = life.first = decision.next;
    return life;
}

static void no_configuration_that_starts_can_miss_its_due_date(void **context)
{
    int ends[CLOSURE_FORGOTTEN + 1] = {0}, refused = 0, objected = 0;
    (void)context;
    for (int i = 0; i < LIVES; i++) {
        struct life life = begin_life();
        int ticks = 0;
        for (; life.now_at.state != CLOSURE_CLOSED && life.now_at.state != CLOSURE_UNDONE; ticks++) {
            struct closure_decision decision;
            int64_t deadline = life.now_at.deadline_at > life.now ? life.now_at.deadline_at : life.now;
            assert_true(ticks < TICKS_MAX && life.now_at.deadline_at != 0);
            life.now +=
                below(2) ? below(deadline - life.now + 1) : deadline - life.now + below(5 * MICROS_MINUTE);
            if (ticks < 30 && somebody_acts(&life, &decision) == ERR_NONE)
                record(&life, &decision);
            /* a tick that comes too early must do no harm */
            if ((life.now >= life.now_at.deadline_at || below(3) == 0) &&
                time_passes(&life, &decision) == ERR_NONE)
                record(&life, &decision);
            refused += life.now_at.state == CLOSURE_REFUSED;
            objected += life.now_at.objected_at != 0;
        }
        ends[life.now_at.state]++;
        if (life.now_at.state == CLOSURE_CLOSED) {
            assert_true(life.now_at.due_at == life.first.due_at + life.stood);
            assert_true(life.now_at.closed_at <= life.now_at.due_at);
            assert_true(life.now_at.objected_at == 0);
        }
    }
    assert_true(ends[CLOSURE_CLOSED] > LIVES / 4 && ends[CLOSURE_UNDONE] > 0 && refused > 0 && objected > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_earliest_of_the_markets_clocks_is_the_due_date),
        cmocka_unit_test(a_configuration_that_cannot_meet_the_clock_is_refused),
        cmocka_unit_test(no_due_date_is_nearer_than_the_shortest),
        cmocka_unit_test(a_review_ends_after_72_hours_or_when_the_due_date_wants_it),
        cmocka_unit_test(a_change_is_fresh_for_30_days),
        cmocka_unit_test(a_step_is_tried_again_later_and_later),
        cmocka_unit_test(no_configuration_that_starts_can_miss_its_due_date),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
