/* The dates that a closure would have, for whoever is about to submit one. */
#ifndef APP_CLOSURE_DATES_H
#define APP_CLOSURE_DATES_H

#include "app/app.h"

struct closure_dates {
    int64_t undo_until;   /* where it starts now and is approved at once */
    int64_t due_at;       /* closed by then, where it starts now */
    int64_t latest_start; /* the last date that may be chosen */
};

/* Of the operator's markets and settings; now in microseconds UTC. */
struct closure_dates closure_dates_of(const struct app *app, int64_t now);

/* Which clock gives the due date of a closure whose clocks start then: "china", "europe", "california" or
 * "none" where no market sets one. */
const char *closure_due_clock(const struct app *app, int64_t start);

#endif
