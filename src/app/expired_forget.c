#include "app/expired_forget.h"

#include "app/lease.h"
#include "base/clock.h"
#include "base/limits.h"
#include "store/expired.h"
#include "store/work.h"

/* One place in the queue for all tables. */
enum { NO_ACCOUNT = 0, ALL_TABLES = 1 };

static const int64_t kept_micros[STORE_EXPIRED_TABLES] = {
    [STORE_EXPIRED_SESSION] = 0,
    [STORE_EXPIRED_PROOF] = 0,
    [STORE_EXPIRED_IDEMPOTENCY] = LIMIT_IDEMPOTENCY_HOURS * MICROS_HOUR, /* its row holds when it began */
};

struct forget_job {
    struct app *app;
    enum store_expired_table table;
    int64_t now, due, count;
};

static enum err plan_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct forget_job *job = context;
    (void)arena;
    TRY(lease_end(job->app, tx));
    return store_queue_move(tx, "expired", NO_ACCOUNT, ALL_TABLES, job->due);
}

static enum err plan(struct app *app, int64_t due)
{
    struct forget_job job = {.app = app, .due = due};
    return sql_call(app->store, "expired_forget_plan", plan_run, &job);
}

enum err expired_forget_plan(struct app *app)
{
    return plan(app, clock_now());
}

static enum err forget_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct forget_job *job = context;
    (void)arena;
    return store_expired_delete(tx, job->table, job->now - kept_micros[job->table], LIMIT_BULK_ROWS,
                                &job->count);
}

enum err expired_forget_run(struct app *app, int64_t account_id, int64_t subject_id)
{
    struct forget_job job = {.now = clock_now()};
    (void)account_id;
    (void)subject_id;
    for (unsigned table = 0; table < STORE_EXPIRED_TABLES; table++) {
        job.table = (enum store_expired_table)table;
        do
            TRY(sql_call_bulk(app->store, "expired_forget", forget_run, &job));
        while (job.count == LIMIT_BULK_ROWS);
    }
    return plan(app, job.now + MICROS_HOUR);
}
