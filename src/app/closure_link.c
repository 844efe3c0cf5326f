#include "app/closure_link.h"

#include "app/closure_verbs.h"
#include "app/closure_work.h"
#include "app/rate.h"
#include "app/scheduler.h"
#include "base/clock.h"
#include "base/ids.h"

struct link_job {
    struct app *app;
    struct closure_id id;
    int64_t now;
};

/* The hour is the occasion: asked for again within it, nothing is queued. */
static enum err link_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct link_job *job = context;
    const struct actor system = {.kind = ACTOR_SYSTEM};
    struct closure_work *closure;
    TRY(closure_work_load(job->app, tx, arena, job->id.account_id, job->id.closure_id, job->now, &system,
                          &closure));
    struct str hour = arena_printf(arena, "%lld", (long long)(job->now / MICROS_HOUR));
    return closure_work_mail(closure, "link", hour, NULL, 0);
}

enum err closure_send_link(struct app *app, struct arena *arena, struct str reference, struct str client)
{
    struct clock_reading now = clock_read();
    struct link_job job = {.app = app, .now = now.wall};
    char code[IDS_REFERENCE_SIZE];
    if (!ids_reference_read(reference, "VC", code))
        return ERR_NOT_FOUND;
    TRY(rate_take(RATE_DECLARATION, client, now.monotonic));
    enum err error = closure_find(app, arena, reference, &job.id);
    if (error == ERR_NONE)
        error = sql_call(app->store, "closure_link", link_run, &job);
    if (error != ERR_NONE)
        return error == ERR_NOT_FOUND || error == ERR_KEY_GONE ? ERR_NONE : error;
    scheduler_wake(app->scheduler);
    return ERR_NONE;
}
