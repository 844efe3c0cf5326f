#include "app/closure_verbs.h"

#include "app/closure_work.h"
#include "app/keyring_turn.h"
#include "app/tombstones.h"
#include "base/clock.h"
#include "base/failpoint.h"
#include "base/limits.h"
#include "base/log.h"
#include "store/log_share.h"
#include "store/sweep.h"
#include "store/ticket.h"
#include "store/work.h"

enum { JOB_STEPS = 16, SWEEP_ROWS = 500 };

static const struct actor system_actor = {.kind = ACTOR_SYSTEM};

struct tick_job {
    struct app *app;
    struct closure_id id;
    int64_t now;
    bool steady, again, tombstone, failed;
    struct tombstone_records records; /* written by this step */
    enum err why;
};

static enum err look_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct tick_job *job = context;
    struct store_closure row;
    TRY(store_closure_get(tx, arena, job->id.account_id, job->id.closure_id, &row));
    job->tombstone = row.state == CLOSURE_SETTLING;
    return ERR_NONE;
}

/* The closure's key has done its work when the confirmation was handed over, every refund has an end and no
 * mail waits that is sealed under it; one that was undone confirms nothing. While the account lives its page
 * is shown with it. */
static enum err drop_own_key(struct closure_work *closure)
{
    bool unfinished, open = closure->row.confirmed_at == 0 && closure->row.state != CLOSURE_UNDONE;
    if (!closure->has_key || closure->account != NULL)
        return ERR_NONE;
    TRY(store_refund_unfinished(closure->tx, closure->row.account_id, closure->row.closure_id, &unfinished));
    open = open || unfinished;
    if (!open)
        TRY(store_outbox_waits_for_key(closure->tx, closure->row.account_id, "closure",
                                       closure->row.closure_id, &open));
    if (open)
        return ERR_NONE;
    FAILPOINT("closure.drop_own_key");
    TRY(keys_destroy(closure->tx, "closure", closure->row.closure_id));
    TRY(store_ticket_end_closure(closure->tx, closure->row.account_id, closure->row.closure_id,
                                 TICKET_CLOSED));
    closure->has_key = false;
    return closure_work_save(closure);
}

static enum err step_done(struct closure_work *closure, const struct closure_config *config,
                          const char *event)
{
    struct closure_decision decision;
    struct closure_case now = closure_work_case(closure);
    TRY(closure_decide_step_done(config, &now, closure->now, &decision));
    return closure_work_apply(closure, &decision, event, STR_NONE);
}

static enum err forgetting(struct closure_work *closure, const struct closure_config *config,
                           struct tick_job *job)
{
    bool attested;
    TRY(keyring_turn_attested(closure->tx, closure->row.state_at, &attested));
    if (!attested)
        return ERR_NONE;
    job->again = true;
    return step_done(closure, config, "forgotten");
}

/* A step's effects were done in the transaction that entered it, or by the tick: then it is done. */
static enum err tick(struct closure_work *closure, const struct closure_config *config, struct tick_job *job)
{
    struct closure_decision decision;
    struct closure_case now = closure_work_case(closure);
    enum closure_state before = now.state;
    if (before == CLOSURE_UNDONE || before == CLOSURE_FORGOTTEN)
        return store_queue_move(closure->tx, "closure", job->id.account_id, job->id.closure_id, 0);
    TRY(closure_decide_tick(config, &now, job->steady, closure->now, &decision));
    bool moved = decision.next.state != before;
    bool worth_telling = moved || decision.next.reminded_at != now.reminded_at;
    TRY(closure_work_apply(closure, &decision,
                           moved           ? "time"
                           : worth_telling ? "reminded"
                                           : "looked",
                           STR_NONE));
    job->again = moved;
    if (!moved && before == CLOSURE_SETTLING) {
        job->again = true;
        return step_done(closure, config, "settled");
    }
    if (!moved && before == CLOSURE_DISCONNECTING) {
        job->again = true;
        return step_done(closure, config, "disconnected");
    }
    return before == CLOSURE_FORGETTING ? forgetting(closure, config, job) : ERR_NONE;
}

static enum err tick_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct tick_job *job = context;
    struct closure_work *closure;
    struct closure_config config = closure_work_config(job->app);
    job->again = false;
    TRY(closure_work_load(job->app, tx, arena, job->id.account_id, job->id.closure_id, job->now,
                          &system_actor, &closure));
    if (job->tombstone)
        TRY(store_tombstone_insert(tx, job->now, job->id.closure_id, job->records.records,
                                   job->records.count));
    TRY(tick(closure, &config, job));
    return drop_own_key(closure);
}

/* It stays, is tried again with back-off, the third time opens a ticket, and the status page says what it
 * waits for. */
static enum err failed_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct tick_job *job = context;
    struct closure_work *closure;
    struct closure_decision decision;
    struct closure_config config = closure_work_config(job->app);
    TRY(closure_work_load(job->app, tx, arena, job->id.account_id, job->id.closure_id, job->now,
                          &system_actor, &closure));
    struct closure_case now = closure_work_case(closure);
    TRY(closure_decide_step_failed(&config, &now, job->now, &decision));
    closure->row.waits_for = str_from(err_code(job->why));
    struct str why = closure->row.waits_for;
    TRY(closure_work_apply(closure, &decision, "step_failed", why));
    closure->row.waits_for = why;
    return closure_work_save(closure);
}

/* The tombstone stands on every copy before anything is destroyed that a restore would have to destroy again.
 */
static enum err step_once(struct tick_job *job, struct arena *arena)
{
    job->now = clock_now();
    TRY(sql_read(job->app->store, look_run, arena, job));
    if (job->tombstone)
        TRY(tombstones_write(job->app, arena, job->id.account_id, job->id.closure_id, job->now,
                             &job->records));
    FAILPOINT("closure.before_step");
    TRY(sql_call(job->app->store, "closure_step", tick_run, job));
    FAILPOINT("closure.after_step");
    return ERR_NONE;
}

enum err closure_job(struct app *app, int64_t account_id, int64_t closure_id)
{
    struct arena *arena = arena_new_wiped(0);
    struct tick_job job = {.app = app, .id = {account_id, closure_id}, .again = true};
    enum err error = arena != NULL ? ERR_NONE : ERR_MEMORY;
    job.steady = app->steady == NULL || atomic_load(app->steady);
    for (unsigned step = 0; error == ERR_NONE && job.again && step < JOB_STEPS; step++)
        error = step_once(&job, arena);
    if (error != ERR_NONE && error != ERR_STOPPING) {
        job.why = error;
        log_warn("closure_step_failed", LOG_ERR(error));
        enum err recorded = sql_call(app->store, "closure_step_failed", failed_run, &job);
        error = recorded == ERR_NONE ? ERR_NONE : error;
    }
    arena_free(arena);
    return error;
}

struct sweep_job {
    struct closure_id id;
    bool more;
};

static enum err sweep_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct sweep_job *job = context;
    (void)arena;
    TRY(store_sweep(tx, job->id.account_id, SWEEP_ROWS, &job->more));
    return job->more ? ERR_NONE : store_queue_remove(tx, "sweep", job->id.account_id, job->id.closure_id);
}

enum err closure_sweep(struct app *app, int64_t account_id, int64_t closure_id)
{
    struct sweep_job job = {.id = {account_id, closure_id}, .more = true};
    while (job.more)
        TRY(sql_call_bulk(app->store, "sweep", sweep_run, &job));
    return ERR_NONE;
}
