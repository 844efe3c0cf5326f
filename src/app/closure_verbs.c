#include "app/closure_verbs.h"

#include "app/closure_work.h"
#include "app/links.h"
#include "app/scheduler.h"
#include "base/clock.h"
#include "base/failpoint.h"
#include "base/ids.h"
#include "base/limits.h"
#include "crypto/link.h"
#include "store/identity.h"
#include "store/key.h"

struct find_job {
    struct str code, secret;
    struct closure_id id;
    bool by_link;
};

static enum err find_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct find_job *job = context;
    struct store_closure closure;
    TRY(store_reference_get(tx, job->code, "closure", &job->id.account_id, &job->id.closure_id));
    if (!job->by_link)
        return ERR_NONE;
    TRY(store_closure_get(tx, arena, job->id.account_id, job->id.closure_id, &closure));
    return link_matches(job->secret, closure.secret_hash) ? ERR_NONE : ERR_NOT_FOUND;
}

static enum err find(struct app *app, struct arena *arena, struct str reference, bool by_link,
                     struct str secret, struct closure_id *ret_id)
{
    char code[IDS_REFERENCE_SIZE];
    if (!ids_reference_read(reference, "VC", code))
        return ERR_NOT_FOUND;
    struct find_job job = {.code = str_from(code), .secret = secret, .by_link = by_link};
    TRY(sql_read(app->store, find_run, arena, &job));
    *ret_id = job.id;
    return ERR_NONE;
}

enum err closure_find(struct app *app, struct arena *arena, struct str reference, struct closure_id *ret_id)
{
    return find(app, arena, reference, false, STR_NONE, ret_id);
}

enum err closure_find_by_link(struct app *app, struct arena *arena, struct str reference, struct str secret,
                              struct closure_id *ret_id)
{
    return find(app, arena, reference, true, secret, ret_id);
}

struct alert_job {
    struct app *app;
    struct str code, key;
    struct closure_id id;
};

static enum err alert_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct alert_job *job = context;
    const struct actor link = {.kind = ACTOR_LINK};
    struct closure_work *closure;
    TRY(store_reference_get(tx, job->code, "closure", &job->id.account_id, &job->id.closure_id));
    TRY(closure_work_load(job->app, tx, arena, job->id.account_id, job->id.closure_id, clock_now(), &link,
                          &closure));
    if (link_matches(job->key, closure->row.secret_hash))
        return ERR_NONE;
    bool warned = closure->has_key && closure->row.own.secret.length != 0 &&
                  str_equal_secret(job->key, links_alert_key(arena, closure->row.own.secret));
    return warned ? ERR_NONE : ERR_NOT_FOUND;
}

enum err closure_find_by_alert(struct app *app, struct arena *arena, struct str reference, struct str key,
                               struct closure_id *ret_id)
{
    char code[IDS_REFERENCE_SIZE];
    if (!ids_reference_read(reference, "VC", code))
        return ERR_NOT_FOUND;
    struct alert_job job = {.app = app, .code = str_from(code), .key = key};
    TRY(sql_read(app->store, alert_run, arena, &job));
    *ret_id = job.id;
    return ERR_NONE;
}

struct verb_job {
    struct app *app;
    const struct actor *actor;
    struct closure_id id;
    int64_t now;
    struct str text;
    int64_t number;
    bool flag, ret_flag;
    /* Decides and applies on the loaded case. */
    enum err (*verb)(struct closure_work *closure, struct verb_job *job, const struct closure_config *config);
};

static enum err verb_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct verb_job *job = context;
    struct closure_work *closure;
    struct closure_config config = closure_work_config(job->app);
    TRY(closure_work_load(job->app, tx, arena, job->id.account_id, job->id.closure_id, job->now, job->actor,
                          &closure));
    if (job->actor->kind == ACTOR_SUBSCRIBER && job->actor->account_id != job->id.account_id)
        return ERR_NOT_FOUND;
    return job->verb(closure, job, &config);
}

static enum err verb_do(struct verb_job *job, const char *name)
{
    job->now = clock_now();
    FAILPOINT("closure.before_verb");
    TRY(sql_call(job->app->store, name, verb_run, job));
    FAILPOINT("closure.after_verb");
    scheduler_wake(job->app->scheduler);
    return ERR_NONE;
}

static enum err audit(struct closure_work *closure, const char *event)
{
    if (closure->actor->kind != ACTOR_STAFF)
        return ERR_NONE;
    return store_audit_insert(closure->tx, closure->now, closure->actor->staff_id, event,
                              closure->row.account_id, closure->row.closure_id);
}

static enum err undo_verb(struct closure_work *closure, struct verb_job *job,
                          const struct closure_config *config)
{
    struct closure_decision decision;
    struct closure_case now = closure_work_case(closure);
    struct closure_actor actor = closure_work_actor(closure);
    (void)config;
    TRY(closure_decide_undo(&now, &actor, job->now, &decision));
    return closure_work_apply(closure, &decision, "undone", STR_NONE);
}

enum err closure_undo(struct app *app, const struct actor *actor, struct closure_id id)
{
    struct verb_job job = {.app = app, .actor = actor, .id = id, .verb = undo_verb};
    return verb_do(&job, "closure_undo");
}

static enum err not_me_verb(struct closure_work *closure, struct verb_job *job,
                            const struct closure_config *config)
{
    struct closure_decision decision;
    struct closure_case now = closure_work_case(closure);
    TRY(closure_decide_not_me(config, &now, job->now, &decision));
    return closure_work_apply(closure, &decision, "not_me", STR_NONE);
}

enum err closure_not_me(struct app *app, const struct actor *actor, struct closure_id id)
{
    struct verb_job job = {.app = app, .actor = actor, .id = id, .verb = not_me_verb};
    return verb_do(&job, "closure_not_me");
}

static bool words_are_valid(struct str text)
{
    struct str trimmed = str_trim(text);
    return trimmed.length != 0 && trimmed.length <= LIMIT_REASON_BYTES && str_is_utf8(trimmed);
}

static enum err answer_verb(struct closure_work *closure, struct verb_job *job,
                            const struct closure_config *config)
{
    struct closure_decision decision;
    struct closure_case now = closure_work_case(closure);
    struct closure_actor actor = closure_work_actor(closure);
    TRY(closure_decide_answer(config, &now, &actor, job->now, &decision));
    closure->row.own.answer = job->text;
    return closure_work_apply(closure, &decision, "answered", job->text);
}

enum err closure_answer(struct app *app, const struct actor *actor, struct closure_id id, struct str text)
{
    struct verb_job job = {.app = app, .actor = actor, .id = id, .text = str_trim(text), .verb = answer_verb};
    return words_are_valid(text) ? verb_do(&job, "closure_answer") : ERR_INVALID;
}

static enum err reason_verb(struct closure_work *closure, struct verb_job *job,
                            const struct closure_config *config)
{
    (void)config;
    closure->row.reason = job->number;
    closure->row.own.comment = job->text;
    return closure_work_save(closure);
}

enum err closure_tell_reason(struct app *app, struct closure_id id, enum closure_reason reason,
                             struct str comment)
{
    const struct actor link = {.kind = ACTOR_LINK};
    struct verb_job job = {.app = app,
                           .actor = &link,
                           .id = id,
                           .number = reason,
                           .text = str_trim(comment),
                           .verb = reason_verb};
    bool fits = comment.length <= LIMIT_REASON_BYTES && str_is_utf8(comment) &&
                reason > CLOSURE_REASON_NONE && reason <= CLOSURE_REASON_OTHER;
    return fits ? verb_do(&job, "closure_reason") : ERR_INVALID;
}

static enum err approve_verb(struct closure_work *closure, struct verb_job *job,
                             const struct closure_config *config)
{
    struct closure_decision decision;
    struct closure_case now = closure_work_case(closure);
    struct closure_actor actor = closure_work_actor(closure);
    TRY(closure_decide_approve(config, &now, &actor, job->now, &decision));
    TRY(audit(closure, "closure_approved"));
    return closure_work_apply(closure, &decision, "approved", STR_NONE);
}

enum err closure_approve(struct app *app, const struct actor *actor, struct closure_id id)
{
    struct verb_job job = {.app = app, .actor = actor, .id = id, .verb = approve_verb};
    return verb_do(&job, "closure_approve");
}

static enum err ask_verb(struct closure_work *closure, struct verb_job *job,
                         const struct closure_config *config)
{
    struct closure_decision decision;
    struct closure_case now = closure_work_case(closure);
    struct closure_actor actor = closure_work_actor(closure);
    TRY(closure_decide_ask(config, &now, &actor, job->now, &decision));
    closure->row.own.question = job->text;
    closure->row.own.answer = STR_NONE;
    TRY(audit(closure, "closure_asked"));
    return closure_work_apply(closure, &decision, "asked", job->text);
}

enum err closure_ask(struct app *app, const struct actor *actor, struct closure_id id, struct str question)
{
    struct verb_job job = {
        .app = app, .actor = actor, .id = id, .text = str_trim(question), .verb = ask_verb};
    return words_are_valid(question) ? verb_do(&job, "closure_ask") : ERR_INVALID;
}

static enum err refuse_verb(struct closure_work *closure, struct verb_job *job,
                            const struct closure_config *config)
{
    struct closure_decision decision;
    struct closure_case now = closure_work_case(closure);
    struct closure_actor actor = closure_work_actor(closure);
    TRY(closure_decide_refuse(config, &now, &actor, (enum closure_refusal)job->number, job->text.length != 0,
                              job->now, &decision));
    job->ret_flag = decision.next.state != CLOSURE_REFUSED;
    closure->row.own.refusal = job->text;
    TRY(audit(closure, job->ret_flag ? "closure_refusal_first" : "closure_refused"));
    return closure_work_apply(closure, &decision, job->ret_flag ? "refusal_first" : "refused", job->text);
}

enum err closure_refuse(struct app *app, const struct actor *actor, struct closure_id id,
                        enum closure_refusal reason, struct str words, bool *ret_waits)
{
    struct verb_job job = {
        .app = app, .actor = actor, .id = id, .text = str_trim(words), .number = reason, .verb = refuse_verb};
    if (!words_are_valid(words))
        return ERR_INVALID;
    TRY(verb_do(&job, "closure_refuse"));
    *ret_waits = job.ret_flag;
    return ERR_NONE;
}

static enum err prove_verb(struct closure_work *closure, struct verb_job *job,
                           const struct closure_config *config)
{
    struct closure_decision decision;
    struct closure_case now = closure_work_case(closure);
    struct closure_actor actor = closure_work_actor(closure);
    TRY(closure_decide_prove(config, &now, &actor, job->now, &decision));
    TRY(audit(closure, "closure_holder_proven"));
    return closure_work_apply(closure, &decision, "holder_proven", STR_NONE);
}

enum err closure_prove_holder(struct app *app, const struct actor *actor, struct closure_id id)
{
    struct verb_job job = {.app = app, .actor = actor, .id = id, .verb = prove_verb};
    return verb_do(&job, "closure_prove");
}

static enum err hold_verb(struct closure_work *closure, struct verb_job *job,
                          const struct closure_config *config)
{
    struct closure_decision decision;
    struct closure_case now = closure_work_case(closure);
    struct closure_actor actor = closure_work_actor(closure);
    TRY(closure_decide_hold(config, &now, &actor, job->flag, job->now, &decision));
    TRY(audit(closure, job->flag ? "closure_hold" : "closure_hold_lifted"));
    return closure_work_apply(closure, &decision, job->flag ? "hold" : "hold_lifted", STR_NONE);
}

enum err closure_set_hold(struct app *app, const struct actor *actor, struct closure_id id, bool hold)
{
    struct verb_job job = {.app = app, .actor = actor, .id = id, .flag = hold, .verb = hold_verb};
    return verb_do(&job, "closure_hold");
}
