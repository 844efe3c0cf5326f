/* Work that is found by time: one thread looks into the queue, leases what is due and hands it to workers. */
#ifndef APP_SCHEDULER_H
#define APP_SCHEDULER_H

#include "app/app.h"

/* Does the due work of one subject; it takes its own row off the queue, or moves it, in its transaction. Work
 * that fails is found again when the lease ends. */
typedef enum err scheduler_job(struct app *app, int64_t account_id, int64_t subject_id);

struct scheduler_kind {
    const char *kind;
    scheduler_job *job;
};

/* Starts, and watches the clock for app->steady; kinds must stay alive and have every kind that is ever
 * queued. */
enum err scheduler_start(struct app *app, const struct scheduler_kind *kinds, size_t count,
                         struct scheduler **ret_scheduler);
/* Looks again at once: something due now was committed, or the clock was moved. NULL is allowed. */
void scheduler_wake(struct scheduler *scheduler);
/* Finishes what is under way and frees; accepts NULL. */
void scheduler_stop(struct scheduler *scheduler);

#endif
