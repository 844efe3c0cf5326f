/* Whether the wall clock may be believed: two observations, an hour of monotonic time apart, between which it
 * did not jump. Asked before anything that cannot be undone happens because of a date. */
#ifndef BASE_WATCH_H
#define BASE_WATCH_H

#include "base/clock.h"

#define WATCH_STEADY_MICROS MICROS_HOUR
#define WATCH_TOLERANCE_MICROS MICROS_MINUTE

/* All zero before the first observation. One owner, one thread. */
struct watch {
    struct clock_reading first, last;
    bool begun;
};

/* Notes an observation; true where the clock has been steady for an hour of monotonic time. Where the wall
 * clock moved more than a minute against the monotonic one since the last observation, the hour begins anew.
 * Clocks that are moved together, as the demo does, stay steady. */
bool watch_observe(struct watch *watch, struct clock_reading now);

#endif
