/* The rest of a number (号码空置期): when it ends. */
#ifndef DOMAIN_NUMBER_AGING_H
#define DOMAIN_NUMBER_AGING_H

#include "base/clock.h"
#include "domain/types.h"

/* A number may rest 45 to 90 days (residential) or 365 (business), 47 CFR 52.15(f)(1)(ii); one that has not
 * left two days before its last raises an alarm. */
enum {
    AGING_DAYS_MIN = 45,
    AGING_DAYS_RESIDENTIAL = 90,
    AGING_DAYS_BUSINESS = 365,
    AGING_ALARM_DAYS_BEFORE = 2
};

struct aging_facts {
    int64_t state;        /* enum number_state */
    int64_t number_class; /* enum number_class */
    int64_t disconnected_at, aging_until;
    struct clock_reading seen; /* first of the two observations that its time is over; zero: none */
    int64_t rnd_submitted_at;  /* of its row for the Reassigned Numbers Database; 0: not yet */
};

enum aging_step {
    AGING_WAIT,
    AGING_FREE, /* it may be assigned again */
};

struct aging_decision {
    enum aging_step step;
    int64_t look_at;           /* when to ask again, microseconds UTC; 0: never */
    struct clock_reading seen; /* to be kept for the next time */
    bool alarm;                /* it rests for longer than it should */
    int64_t rested_days;
};

/* It leaves only when its time is over, its row was submitted, and two observations an hour of monotonic time
 * apart, between which the wall clock did not jump, say so: no clock that jumps frees a number. */
struct aging_decision aging_decide(const struct aging_facts *facts, struct clock_reading now);

#endif
