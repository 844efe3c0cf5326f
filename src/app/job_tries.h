/* Work that fails again and again: it is put off for longer each time, an operator's ticket is opened once,
 * and what was said of it is taken back when it works again. Effects and closures keep their own count. */
#ifndef APP_JOB_TRIES_H
#define APP_JOB_TRIES_H

#include "app/app.h"

/* How a job of the scheduler ended. Failed: its place in the queue is put off by job_tries_delay, and at the
 * third failure in a row (LIMIT_OUTBOX_TRIES_TO_TICKET) a ticket is opened, which is not opened again. Done
 * after failures: the count is forgotten, and the ticket closed with a note. Stopping is no failure. */
void job_tries_note(struct app *app, const char *kind, int64_t account_id, int64_t subject_id,
                    enum err error);
/* 1, 2, 4 … minutes, at most 6 hours; microseconds. */
int64_t job_tries_delay(int64_t tries);

#endif
