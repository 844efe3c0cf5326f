#include "app/outbox.h"

#include "app/closure_receipt.h"
#include "app/job_tries.h"
#include "app/keys.h"
#include "app/lease.h"
#include "app/ticket.h"
#include "base/clock.h"
#include "base/failpoint.h"
#include "base/limits.h"
#include "base/log.h"
#include "store/work.h"

#include <string.h>

static const struct effect_kind *effect_kinds;
static size_t effect_kind_count;

void outbox_register(const struct effect_kind *kinds, size_t count)
{
    effect_kinds = kinds;
    effect_kind_count = count;
}

struct outbox_job {
    struct app *app;
    struct arena *arena;
    struct store_outbox row;
    struct effect effect;
    enum effect_result result;
    struct str text;
    bool gone;
};

static enum err outbox_load(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct outbox_job *job = context;
    struct str box;
    struct seal_key key;
    (void)arena;
    TRY(store_outbox_get(tx, job->row.account_id, job->row.outbox_id, &job->row, &box));
    job->row.kind = arena_str(job->arena, job->row.kind);
    job->row.effect_key = arena_str(job->arena, job->row.effect_key);
    char *key_kind = arena_cstr(job->arena, job->row.key_kind);
    job->row.key_kind = str_from(key_kind);
    TRY(keys_open(job->app, tx, key_kind, job->row.key_owner, &key));
    enum err error = store_outbox_open(job->arena, &key, &job->row, box);
    explicit_bzero(&key, sizeof key);
    return error;
}

static enum err outbox_record(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct outbox_job *job = context;
    int64_t now = clock_now();
    enum store_outbox_state state = job->gone ? OUTBOX_CANCELLED : OUTBOX_DONE;
    int64_t due = 0;
    TRY(lease_end(job->app, tx));
    if (job->result == EFFECT_RETRY && job->row.tries < LIMIT_OUTBOX_TRIES) {
        state = OUTBOX_WAITING;
        due = now + job_tries_delay(job->row.tries);
    } else if (job->result != EFFECT_DONE) {
        state = OUTBOX_DEAD;
    }
    enum err error = store_outbox_finish(tx, &job->row, state, now, job->text);
    if (error == ERR_CHANGED) /* ran past its lease: who took it over has told its end, or it was cancelled */
        return ERR_NONE;
    TRY(error);
    TRY(store_queue_move(tx, "outbox", job->row.account_id, job->row.outbox_id, due));
    if (state == OUTBOX_DONE || state == OUTBOX_DEAD)
        TRY(closure_receipt_handed_over(job->app, tx, arena, job->row.account_id, job->row.closure_id,
                                        job->row.effect_key, job->row.fields, state == OUTBOX_DONE, now));
    /* A destination that a subscriber chose is for the subscriber to mend. */
    bool forwards = str_starts(job->row.effect_key, STR("forward:"));
    bool stuck = !forwards && (state == OUTBOX_DEAD ||
                               (state == OUTBOX_WAITING && job->row.tries == LIMIT_OUTBOX_TRIES_TO_TICKET));
    if (stuck)
        TRY(ticket_open_for_operator(job->app, tx, arena, job->row.account_id, job->row.closure_id,
                                     job->row.effect_key, job->text, now));
    return ERR_NONE;
}

static void outbox_perform(struct outbox_job *job)
{
    job->effect = (struct effect){
        .account_id = job->row.account_id,
        .outbox_id = job->row.outbox_id,
        .closure_id = job->row.closure_id,
        .created_at = job->row.created_at,
        .kind = job->row.kind,
        .effect_key = job->row.effect_key,
        .fields = job->row.fields,
    };
    job->result = EFFECT_FAILED;
    job->text = STR("no such effect");
    for (size_t i = 0; i < effect_kind_count; i++)
        if (str_is(job->row.kind, effect_kinds[i].kind))
            job->result =
                effect_kinds[i].perform(effect_kinds[i].context, job->arena, &job->effect, &job->text);
}

static enum err outbox_do(struct outbox_job *job)
{
    enum err error = sql_read(job->app->store, outbox_load, job->arena, job);
    if (error == ERR_KEY_GONE) { /* its owner was forgotten: nothing of it may leave any more */
        job->gone = true;
        job->text = STR("key gone");
    } else if (error != ERR_NONE) {
        return error;
    } else if (job->row.state != OUTBOX_WAITING) {
        job->text = STR("not waiting");
        return ERR_NONE;
    } else {
        FAILPOINT("outbox.before_effect");
        job->row.tries++;
        outbox_perform(job);
        FAILPOINT("outbox.after_effect");
    }
    return sql_call(job->app->store, "outbox_record", outbox_record, job);
}

enum err outbox_run(struct app *app, int64_t account_id, int64_t outbox_id)
{
    struct arena *arena = arena_new_wiped(0);
    if (arena == NULL)
        return ERR_MEMORY;
    struct outbox_job job = {
        .app = app, .arena = arena, .row = {.account_id = account_id, .outbox_id = outbox_id}};
    enum err error = outbox_do(&job);
    if (job.result != EFFECT_DONE)
        log_warn("effect_failed", LOG_STR("kind", job.row.kind), LOG_STR("result", job.text),
                 LOG_INT("tries", job.row.tries));
    arena_free(arena);
    return error;
}
