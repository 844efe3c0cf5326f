/* The lease of the job that runs: what a job writes at its end counts only while no other node, and no later
 * run on this one, has claimed its place in the queue. */
#ifndef APP_LEASE_H
#define APP_LEASE_H

#include "app/app.h"

struct lease {
    const char *kind;
    int64_t account_id, subject_id, fence;
    _Atomic bool ended; /* by lease_end, in a transaction that may have been refused */
};

/* Inside the transaction of a job's step: renews the lease. ERR_CHANGED where the place was claimed again
 * since; then nothing of the step may stand. Nothing is asked outside a job (no lease). */
enum err lease_hold(const struct app *app, struct sql_tx *tx);
/* The same for the transaction that ends the job, before it moves or removes its place: the lease ends. */
enum err lease_end(const struct app *app, struct sql_tx *tx);

#endif
