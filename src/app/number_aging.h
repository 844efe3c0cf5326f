/* The end of a number's rest. */
#ifndef APP_NUMBER_AGING_H
#define APP_NUMBER_AGING_H

#include "app/app.h"

/* Puts a number that has begun to age on the clock, inside a transaction. due: aging_until; 0: it rests no
 * more. */
enum err number_aging_plan(struct sql_tx *tx, struct str e164, int64_t due);
/* The scheduler's job "aging" (account 0; the subject is the number's digits): frees a number when its time
 * is over, its RND row was submitted, and two observations an hour of monotonic time apart say so, so that a
 * clock that jumps frees nothing. */
enum err number_aging_run(struct app *app, int64_t account_id, int64_t subject_id);

#endif
