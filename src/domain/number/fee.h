/* The periodic fee of a line: charged ahead for a month, stopped by a declaration, taken up again by undo.
 * All times are microseconds UTC, 0: never. */
#ifndef DOMAIN_NUMBER_FEE_H
#define DOMAIN_NUMBER_FEE_H

#include "base/clock.h"

#define FEE_REMINDER_MICROS (7 * MICROS_DAY)
/* A whole cent, millionths: no bank and no card pays a smaller part of what is left back. */
#define FEE_STEP INT64_C(10000)

struct fee_line {
    int64_t fee; /* a month, millionths */
    int64_t paid_until;
    int64_t stopped_at; /* no fee from here on */
    int64_t ended_at;
    int64_t last_text_at;
    int64_t reminded_at;
};

/* True where a fee will be due at the end of what is paid. */
bool fee_runs(const struct fee_line *line);
/* When to look at the line next: at its reminder or at its fee; 0: never. */
int64_t fee_look_at(const struct fee_line *line);
/* True where the subscriber is to be mailed now: 7 days before the next fee, nothing received since the
 * last. */
bool fee_wants_reminder(const struct fee_line *line, int64_t now);
/* True where the moment of the reminder has come and was not noted yet, whether a mail is due or not. */
bool fee_reminder_is_due(const struct fee_line *line, int64_t now);
/* The next period's fee: the whole month, or the whole days of it until the fee stops, rounded down to
 * a whole cent.
 * *ret_until is what is paid by it. */
int64_t fee_of_period(const struct fee_line *line, int64_t *ret_until);
/* Until when the line is paid once the fee runs again: nothing is owed for the days between. */
int64_t fee_paid_after_resuming(const struct fee_line *line, int64_t now);

#endif
