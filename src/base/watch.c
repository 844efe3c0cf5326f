#include "base/watch.h"

static bool jumped(struct clock_reading before, struct clock_reading now)
{
    int64_t monotonic = now.monotonic - before.monotonic;
    int64_t drift = now.wall - before.wall - monotonic;
    return monotonic < 0 || drift > WATCH_TOLERANCE_MICROS || drift < -WATCH_TOLERANCE_MICROS;
}

bool watch_observe(struct watch *watch, struct clock_reading now)
{
    if (!watch->begun || jumped(watch->last, now))
        watch->first = now;
    watch->begun = true;
    watch->last = now;
    return now.monotonic - watch->first.monotonic >= WATCH_STEADY_MICROS;
}
