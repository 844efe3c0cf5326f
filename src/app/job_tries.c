#include "app/job_tries.h"

#include "app/ticket.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "store/job_failure.h"

#include <string.h>

struct tries_job {
    struct app *app;
    struct store_job_failure failure;
    enum err error;
    int64_t now;
};

int64_t job_tries_delay(int64_t tries)
{
    int64_t minutes = tries < 9 ? INT64_C(1) << (tries > 0 ? tries - 1 : 0) : 360;
    return (minutes < 360 ? minutes : 360) * MICROS_MINUTE;
}

static enum err open_ticket(struct tries_job *job, struct sql_tx *tx, struct arena *arena)
{
    struct store_job_failure *failure = &job->failure;
    struct str key = arena_printf(arena, "job %.*s", STR_ARG(failure->kind));
    TRY(ticket_open_noted(job->app, tx, arena, failure->account_id, key, str_from(err_code(job->error)),
                          job->now, &failure->ticket_id));
    return store_job_failure_ticket(tx, failure);
}

/* A job without a place in the queue is not tried again: somebody took it off meanwhile. */
static enum err failed_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct tries_job *job = context;
    struct store_job_failure *failure = &job->failure;
    bool waits;
    TRY(store_job_failure_add(tx, failure, job->now));
    TRY(store_job_failure_put_off(tx, failure, job->now + job_tries_delay(failure->tries), &waits));
    if (!waits)
        return store_job_failure_delete(tx, failure);
    bool told = failure->ticket_id != 0 || failure->tries < LIMIT_OUTBOX_TRIES_TO_TICKET;
    return told ? ERR_NONE : open_ticket(job, tx, arena);
}

static enum err look_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct tries_job *job = context;
    (void)arena;
    return store_job_failure_get(tx, &job->failure);
}

static enum err worked_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct tries_job *job = context;
    enum err error = store_job_failure_get(tx, &job->failure);
    if (error != ERR_NONE)
        return error == ERR_NOT_FOUND ? ERR_NONE : error;
    TRY(store_job_failure_delete(tx, &job->failure));
    if (job->failure.ticket_id == 0)
        return ERR_NONE;
    struct str note = arena_printf(arena, "works again after %lld failures", (long long)job->failure.tries);
    return ticket_settle(job->app, tx, arena, job->failure.account_id, job->failure.ticket_id, note,
                         job->now);
}

/* Nearly every job works: one look by key tells. */
static enum err worked(struct tries_job *job)
{
    struct arena *arena = arena_new(0);
    if (arena == NULL)
        return ERR_MEMORY;
    enum err error = sql_read(job->app->store, look_run, arena, job);
    arena_free(arena);
    if (error == ERR_NONE)
        error = sql_call(job->app->store, "job_worked", worked_run, job);
    return error == ERR_NOT_FOUND ? ERR_NONE : error;
}

void job_tries_note(struct app *app, const char *kind, int64_t account_id, int64_t subject_id, enum err error)
{
    bool counts_itself = strcmp(kind, "outbox") == 0 || strcmp(kind, "closure") == 0;
    struct tries_job job = {
        .app = app,
        .failure = {.kind = str_from(kind), .account_id = account_id, .subject_id = subject_id},
        .error = error,
        .now = clock_now()};
    /* Changed: another node has taken the job over, and what comes of it is told there. */
    if (error == ERR_STOPPING || error == ERR_CHANGED || (error == ERR_NONE && counts_itself))
        return;
    if (error != ERR_NONE)
        log_warn("job_failed", LOG_TEXT("kind", kind), LOG_ERR(error));
    enum err noted = error != ERR_NONE ? sql_call(app->store, "job_failed", failed_run, &job) : worked(&job);
    if (noted != ERR_NONE && noted != ERR_STOPPING) /* it is found again when its lease ends */
        log_warn("job_not_noted", LOG_TEXT("kind", kind), LOG_ERR(noted));
}
