/* Rows that have run out: sessions, codes that were sent, answers kept for a repeated request. */
#ifndef APP_EXPIRED_FORGET_H
#define APP_EXPIRED_FORGET_H

#include "app/app.h"

/* Puts the work in the queue, due now: once a start. */
enum err expired_forget_plan(struct app *app);
/* The job: deletes what has run out, LIMIT_BULK_ROWS of a table a command, and comes back in an hour. Nothing
 * rests on it: who reads such a row looks at its time. */
enum err expired_forget_run(struct app *app, int64_t account_id, int64_t subject_id);

#endif
