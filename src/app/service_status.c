#include "app/service_status.h"

#include "base/clock.h"
#include "domain/types.h"
#include "store/status.h"

#define STATUS_PATIENCE_MICROS (15 * MICROS_MINUTE)

struct status_job {
    int64_t now;
    struct store_status found;
    int64_t closings_late;
};

static enum err status_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    static const enum closure_state open[] = {CLOSURE_REVIEW,  CLOSURE_QUESTION, CLOSURE_REFUSED,
                                              CLOSURE_COOLING, CLOSURE_SETTLING, CLOSURE_DISCONNECTING};
    struct status_job *job = context;
    (void)arena;
    TRY(store_status_get(tx, job->now - STATUS_PATIENCE_MICROS, &job->found));
    for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
        int64_t late;
        TRY(store_status_late(tx, open[i], job->now, &late));
        job->closings_late += late;
    }
    return ERR_NONE;
}

enum err service_status(struct app *app, struct arena *arena, struct service_status *ret_status)
{
    struct status_job job = {.now = clock_now()};
    TRY(sql_read(app->store, status_run, arena, &job));
    *ret_status = (struct service_status){
        .last_text_at = job.found.last_text_at,
        .receiving = job.now - job.found.last_text_at < MICROS_DAY,
        .mail_leaves = !job.found.outbox_late,
        .closings_late = job.closings_late,
    };
    return ERR_NONE;
}
