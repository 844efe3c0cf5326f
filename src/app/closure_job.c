#include "app/closure_verbs.h"

#include "app/closure_forget.h"
#include "app/closure_work.h"
#include "app/keyring_turn.h"
#include "app/lease.h"
#include "app/tombstones.h"
#include "base/clock.h"
#include "base/failpoint.h"
#include "base/limits.h"
#include "base/log.h"
#include "store/log_share.h"
#include "store/sweep.h"
#include "store/ticket.h"
#include "store/work.h"

#include <string.h>

enum { JOB_STEPS = 16, SWEEP_ROWS = 500 };

static const struct actor system_actor = {.kind = ACTOR_SYSTEM};

/* Steps between which nothing waits are taken in one transaction; where one of them fails, each gets its own,
 * so that what can be done is kept and the reason is the failing step's. */
struct tick_job {
    struct app *app;
    struct closure_id id;
    int64_t now;
    bool steady, alone, tombstone_done;
    bool entered; /* the present state, by this job: its effects are done */
    bool ret_again, ret_entered, ret_tombstone;
    struct tombstone_records records;
    enum err why;
};

/* The closure's key has done its work when the confirmation was handed over, every refund has an end and no
 * mail waits that is sealed under it; one that was undone confirms nothing. While the account lives its page
 * is shown with it. */
static enum err drop_own_key(struct closure_work *closure, bool *changed)
{
    bool open = closure->row.confirmed_at == 0 && closure->row.state != CLOSURE_UNDONE;
    if (!closure->has_key || closure->account != NULL || open)
        return ERR_NONE;
    TRY(store_refund_unfinished(closure->tx, closure->row.account_id, closure->row.closure_id, &open));
    if (!open)
        TRY(store_outbox_waits_for_key(closure->tx, closure->row.account_id, "closure",
                                       closure->row.closure_id, &open));
    if (open)
        return ERR_NONE;
    FAILPOINT("closure.drop_own_key");
    TRY(keys_destroy(closure->tx, "closure", closure->row.closure_id));
    TRY(store_ticket_end_closure(closure->tx, closure->row.account_id, closure->row.closure_id,
                                 TICKET_CLOSED));
    TRY(store_queue_move(closure->tx, "sweep", closure->row.account_id, closure->row.closure_id,
                         closure->now));
    closure->has_key = false;
    *changed = true;
    return ERR_NONE;
}

static enum err step_done(struct closure_work *closure, const struct closure_config *config,
                          const char *event)
{
    struct closure_decision decision;
    struct closure_case now = closure_work_case(closure);
    TRY(closure_decide_step_done(config, &now, closure->now, &decision));
    return closure_work_change(closure, &decision, event, STR_NONE);
}

static enum err time_passes(struct closure_work *closure, const struct closure_config *config, bool steady)
{
    struct closure_decision decision;
    struct closure_case now = closure_work_case(closure);
    TRY(closure_decide_tick(config, &now, steady, closure->now, &decision));
    const char *event = decision.next.state != now.state               ? "time"
                        : decision.next.reminded_at != now.reminded_at ? "reminded"
                                                                       : NULL;
    return closure_work_change(closure, &decision, event, STR_NONE);
}

/* A step's effects were done in the transaction that entered it: then it is done. Where that was another job,
 * which was cut off, they are done once more. */
static enum err step(struct closure_work *closure, const struct closure_config *config, bool entered,
                     bool steady)
{
    enum closure_state before = (enum closure_state)closure->row.state;
    bool is_step = before == CLOSURE_SETTLING || before == CLOSURE_DISCONNECTING, attested;
    if (!is_step || !entered)
        TRY(time_passes(closure, config, steady));
    if (is_step)
        return step_done(closure, config, before == CLOSURE_SETTLING ? "settled" : "disconnected");
    if (before != CLOSURE_FORGETTING)
        return ERR_NONE;
    TRY(keyring_turn_attested(closure->tx, closure->row.state_at, &attested));
    return attested ? step_done(closure, config, "forgotten") : ERR_NONE;
}

/* The tombstone stands on every copy before anything is destroyed that a restore would have to destroy again.
 */
static bool waits_for_tombstone(const struct closure_work *closure, const struct tick_job *job)
{
    return closure->row.state == CLOSURE_SETTLING && !job->tombstone_done;
}

/* Nothing of an ended case comes by time; what is being forgotten waits for the keyring's turn. */
static bool is_at_rest(const struct closure_work *closure)
{
    return closure->row.state == CLOSURE_UNDONE || closure->row.state == CLOSURE_FORGETTING ||
           closure->row.state == CLOSURE_FORGOTTEN;
}

static enum err steps(struct closure_work *closure, const struct closure_config *config, struct tick_job *job)
{
    int64_t before;
    job->ret_entered = job->entered;
    do {
        before = closure->row.state;
        TRY(step(closure, config, job->ret_entered, job->steady));
        job->ret_entered = closure->row.state != before;
        job->ret_again = job->ret_entered && !is_at_rest(closure);
    } while (job->ret_again && !job->alone && !waits_for_tombstone(closure, job));
    job->ret_tombstone = waits_for_tombstone(closure, job);
    return ERR_NONE;
}

/* While the job goes on, its place in the queue, and the lease on it, stay as they are. */
static enum err tick_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct tick_job *job = context;
    struct closure_work *closure;
    struct closure_config config = closure_work_config(job->app);
    TRY(closure_work_load(job->app, tx, arena, job->id.account_id, job->id.closure_id, job->now,
                          &system_actor, &closure));
    job->ret_again = job->ret_tombstone = waits_for_tombstone(closure, job);
    if (job->ret_tombstone)
        return lease_hold(job->app, tx);
    if (closure->row.state == CLOSURE_SETTLING)
        TRY(store_tombstone_insert(tx, job->now, job->id.closure_id, job->records.records,
                                   job->records.count));
    bool changed = closure->row.state != CLOSURE_UNDONE && closure->row.state != CLOSURE_FORGOTTEN;
    if (changed)
        TRY(steps(closure, &config, job));
    TRY(drop_own_key(closure, &changed));
    TRY(job->ret_again ? lease_hold(job->app, tx) : lease_end(job->app, tx));
    if (job->ret_again)
        return closure_work_save(closure);
    if (changed)
        return closure_work_finish(closure);
    return store_queue_remove(tx, "closure", job->id.account_id, job->id.closure_id);
}

/* It stays, is tried again with back-off, the third time opens a ticket, and the status page says what it
 * waits for. */
static enum err failed_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct tick_job *job = context;
    struct closure_work *closure;
    struct closure_decision decision;
    struct closure_config config = closure_work_config(job->app);
    TRY(lease_end(job->app, tx));
    TRY(closure_work_load(job->app, tx, arena, job->id.account_id, job->id.closure_id, job->now,
                          &system_actor, &closure));
    struct closure_case now = closure_work_case(closure);
    TRY(closure_decide_step_failed(&config, &now, job->now, &decision));
    closure->row.waits_for = str_from(err_code(job->why));
    return closure_work_apply(closure, &decision, "step_failed", closure->row.waits_for);
}

/* What outlives the account is re-sealed in the step itself; more than one transaction may hold goes ahead of
 * it in batches. */
static enum err take_step(struct tick_job *job)
{
    enum err error = sql_call(job->app->store, "closure_step", tick_run, job);
    if (error != ERR_TOO_LARGE)
        return error;
    TRY(closure_forget_ahead(job->app, job->id, job->now));
    return sql_call(job->app->store, "closure_step", tick_run, job);
}

static enum err step_once(struct tick_job *job, struct arena *arena)
{
    job->now = clock_now();
    if (job->ret_tombstone)
        TRY(tombstones_write(job->app, arena, job->id.account_id, job->id.closure_id, job->now,
                             &job->records));
    job->tombstone_done = job->tombstone_done || job->ret_tombstone;
    job->ret_tombstone = false;
    FAILPOINT("closure.before_step");
    TRY(take_step(job));
    FAILPOINT("closure.after_step");
    job->entered = job->ret_entered;
    return ERR_NONE;
}

static enum err steps_taken(struct tick_job *job, struct arena *arena)
{
    enum err error = ERR_NONE;
    job->ret_again = true;
    for (unsigned step = 0; error == ERR_NONE && job->ret_again && step < JOB_STEPS; step++) {
        error = step_once(job, arena);
        bool retried = error != ERR_NONE && error != ERR_STOPPING && !job->alone;
        if (!retried)
            continue;
        job->alone = job->ret_again = true;
        error = ERR_NONE;
    }
    return error;
}

enum err closure_job(struct app *app, int64_t account_id, int64_t closure_id)
{
    struct arena *arena = arena_new_wiped(0);
    struct tick_job job = {.app = app, .id = {account_id, closure_id}};
    if (arena == NULL)
        return ERR_MEMORY;
    job.steady = app->steady == NULL || atomic_load(app->steady);
    enum err error = steps_taken(&job, arena);
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
    struct app *app;
    struct closure_id id;
    bool more;
};

/* Only what no key opens any more: of the account, and of the closure once that has dropped its own key. */
static enum err sweep_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct sweep_job *job = context;
    struct seal_key key;
    bool more = false;
    (void)arena;
    TRY(lease_hold(job->app, tx));
    enum err account = keys_open(job->app, tx, "account", job->id.account_id, &key);
    enum err closure = keys_open(job->app, tx, "closure", job->id.closure_id, &key);
    explicit_bzero(&key, sizeof key);
    job->more = false;
    if (account == ERR_KEY_GONE)
        TRY(store_sweep(tx, job->id.account_id, SWEEP_ROWS, &job->more));
    if (closure == ERR_KEY_GONE)
        TRY(store_sweep_closure(tx, job->id.account_id, job->id.closure_id, SWEEP_ROWS, &more));
    job->more = job->more || more;
    return job->more ? ERR_NONE : store_queue_remove(tx, "sweep", job->id.account_id, job->id.closure_id);
}

enum err closure_sweep(struct app *app, int64_t account_id, int64_t closure_id)
{
    struct sweep_job job = {.app = app, .id = {account_id, closure_id}, .more = true};
    while (job.more)
        TRY(sql_call_bulk(app->store, "sweep", sweep_run, &job));
    return ERR_NONE;
}
