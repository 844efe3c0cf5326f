/* The clocks of a closure: when it is due, when its review ends by itself, how long it can be undone. All
 * times are microseconds UTC. */
#ifndef DOMAIN_CLOSURE_CLOCKS_H
#define DOMAIN_CLOSURE_CLOCKS_H

#include "base/clock.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

#define CLOSURE_CHOICE_MICROS (30 * MICROS_DAY)    /* how far ahead a date may be chosen */
#define CLOSURE_FRESH_MICROS (30 * MICROS_DAY)     /* a password, contact or factor is fresh so long */
#define CLOSURE_FRESH_UNDO_MICROS (7 * MICROS_DAY) /* undo period where silence approved something fresh */
#define CLOSURE_SETTLE_MICROS (2 * MICROS_DAY) /* kept for settling and disconnecting before the due date */
#define CLOSURE_QUESTION_MICROS (48 * MICROS_HOUR)     /* a question waits so long */
#define CLOSURE_REFUSED_MICROS (7 * MICROS_DAY)        /* a refusal stands so long */
#define CLOSURE_OBJECTION_MICROS (30 * MICROS_DAY)     /* nobody proves to be the holder: undone */
#define CLOSURE_REMINDER_MICROS (24 * MICROS_HOUR)     /* the mail before the end */
#define CLOSURE_PAUSE_MICROS (24 * MICROS_HOUR)        /* stands for the second person of a desk of one */
#define CLOSURE_LOOK_MICROS (24 * MICROS_HOUR)         /* what a reviewer gets to read an answer */
#define CLOSURE_REVIEW_LEAST_MICROS (24 * MICROS_HOUR) /* a configuration must leave a review so long */
#define CLOSURE_TURN_ALARM_MICROS (7 * MICROS_DAY)     /* a turn that waits longer alarms */
#define CLOSURE_STEADY_RETRY_MICROS (5 * MICROS_MINUTE)

enum { CLOSURE_TRIES_TO_TICKET = 3 };

/* What the law of the markets allows between receipt and closed; 0: does not apply. The earliest counts;
 * where none applies, 45 days do. */
struct closure_markets {
    int64_t working_days, months, days;
};

struct closure_config {
    struct closure_markets markets;
    int64_t undo_days;    /* 1 to 14 */
    int64_t review_hours; /* 1 to 72 */
    int64_t desk_people;  /* 1: a pause of 24 h stands for the second person */
};

/* The clocks of the markets: 15 working days (China), one month (GDPR, Art. 12(3)), 45 days (CCPA,
 * § 1798.130). */
struct closure_markets closure_clocks_markets(bool china, bool europe, bool california);
/* ERR_CONFIG where a value is out of its range, or where on some day of the year the shortest due date would
 * leave less than a day of review before the longest undo period and the two days of settling. */
enum err closure_clocks_check(const struct closure_config *config);
/* The shortest time that closure_clocks_due ever gives, microseconds. */
int64_t closure_clocks_shortest(const struct closure_markets *markets);
/* When a closure must be closed whose clocks start at `start`. */
int64_t closure_clocks_due(const struct closure_markets *markets, int64_t start);
/* The undo period in microseconds; longer where silence approved something fresh. */
int64_t closure_clocks_undo(const struct closure_config *config, bool fresh_by_silence);
/* The last moment at which an approval still meets the due date. */
int64_t closure_clocks_latest_approval(const struct closure_config *config, int64_t due, bool fresh);
/* When a review ends by itself, approved. */
int64_t closure_clocks_review_end(const struct closure_config *config, int64_t start, int64_t due,
                                  bool fresh);
/* True where a password, contact or factor changed in the last 30 days; changed_at 0: never. */
bool closure_clocks_is_fresh(int64_t changed_at, int64_t now);
/* How long to wait after the nth try of a step failed (n from 1): a minute, then four times as long each
 * time, at most six hours. */
int64_t closure_clocks_retry(int64_t tries);

#endif
