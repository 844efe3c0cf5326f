/* What the desk does about effects that failed for good, and how much waits on the clock. */
#ifndef APP_EFFECT_DESK_H
#define APP_EFFECT_DESK_H

#include "app/app.h"
#include "store/dead.h"

enum { EFFECT_DEAD_ROWS = 100, EFFECT_JOB_KINDS = 32 };

/* Effects that failed for good, those that failed last first; at most EFFECT_DEAD_ROWS, in arena. */
enum err effect_dead_list(struct app *app, struct arena *arena, struct store_dead **ret_rows,
                          size_t *ret_count);
/* Tries it again, as often as a new one; by an admin, written into the audit. ERR_FORBIDDEN, ERR_NOT_FOUND,
 * ERR_KEY_GONE where its owner was forgotten, ERR_CHANGED where it is not dead any more. */
enum err effect_retry(struct app *app, const struct actor *actor, int64_t account_id, int64_t outbox_id);
/* Lets it be, and takes it off the list; otherwise as effect_retry. */
enum err effect_give_up(struct app *app, const struct actor *actor, int64_t account_id, int64_t outbox_id);

/* Jobs on the clock by kind: due now and since when, and due within a day; at most EFFECT_JOB_KINDS. */
enum err effect_jobs(struct app *app, struct arena *arena, struct store_queue_kind **ret_kinds,
                     size_t *ret_count);

#endif
