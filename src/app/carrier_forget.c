#include "app/carrier_forget.h"

#include "app/lease.h"
#include "app/message_carry.h"
#include "base/clock.h"
#include "base/limits.h"
#include "store/carrier.h"
#include "store/work.h"

/* One place in the queue for all carriers. */
enum { NO_ACCOUNT = 0, ALL_CARRIERS = 1 };

struct forget_job {
    struct app *app;
    int64_t now, due, count;
};

static enum err plan_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct forget_job *job = context;
    (void)arena;
    TRY(lease_end(job->app, tx));
    return store_queue_move(tx, "carrier_seen", NO_ACCOUNT, ALL_CARRIERS, job->due);
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static enum err forget_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct forget_job *job = context;
    int64_t ids, receipts, notes, taken;
    (void)arena;
    TRY(store_carrier_forget(tx, job->now - LIMIT_CARRIER_ID_DAYS * MICROS_DAY, LIMIT_BULK_ROWS, &ids));
    TRY(store_carrier_note_forget(tx, job->now - LIMIT_CARRIER_NOTE_HOURS * MICROS_HOUR, LIMIT_BULK_ROWS,
                                  &notes));
    TRY(store_carrier_taken_forget(tx, job->now - LIMIT_CARRIER_REPEAT_MINUTES * MICROS_MINUTE,
                                   LIMIT_BULK_ROWS, &taken));
    TRY(message_receipts_forget(tx, job->now, LIMIT_BULK_ROWS, &receipts));
    job->count = most(most(ids, notes), most(taken, receipts));
    return ERR_NONE;
}

static enum err plan(struct app *app, int64_t due)
{
    struct forget_job job = {.app = app, .due = due};
    return sql_call(app->store, "carrier_forget_plan", plan_run, &job);
}

enum err carrier_forget_plan(struct app *app)
{
    return plan(app, clock_now());
}

enum err carrier_forget_run(struct app *app, int64_t account_id, int64_t subject_id)
{
    struct forget_job job = {.now = clock_now()};
    (void)account_id;
    (void)subject_id;
    do
        TRY(sql_call_bulk(app->store, "carrier_forget", forget_run, &job));
    while (job.count == LIMIT_BULK_ROWS);
    return plan(app, job.now + MICROS_HOUR);
}
