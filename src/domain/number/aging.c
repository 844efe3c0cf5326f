#include "domain/number/aging.h"

#include "base/watch.h"

static bool is_overdue(const struct aging_facts *facts, int64_t now)
{
    int64_t most = facts->number_class == NUMBER_BUSINESS ? AGING_DAYS_BUSINESS : AGING_DAYS_RESIDENTIAL;
    return now >= facts->disconnected_at + (most - AGING_ALARM_DAYS_BEFORE) * MICROS_DAY;
}

static struct aging_decision wait_until(struct aging_decision decision, int64_t at)
{
    decision.look_at = at;
    return decision;
}

struct aging_decision aging_decide(const struct aging_facts *facts, struct clock_reading now)
{
    struct aging_decision decision = {.rested_days = (now.wall - facts->disconnected_at) / MICROS_DAY};
    struct watch watch = {.first = facts->seen, .last = facts->seen, .begun = facts->seen.wall != 0};
    if (facts->state != NUMBER_AGING)
        return decision;
    decision.alarm = is_overdue(facts, now.wall);
    if (now.wall < facts->aging_until)
        return wait_until(decision, facts->aging_until);
    if (facts->rnd_submitted_at == 0)
        return wait_until(decision, now.wall + MICROS_DAY);
    if (watch_observe(&watch, now)) {
        decision.step = AGING_FREE;
        return decision;
    }
    decision.seen = watch.first;
    return wait_until(decision, now.wall + WATCH_STEADY_MICROS - (now.monotonic - watch.first.monotonic));
}
