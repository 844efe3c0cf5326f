#include "app/refund.h"

#include "app/closure_work.h"
#include "app/scheduler.h"
#include "base/clock.h"
#include "base/failpoint.h"
#include "base/ids.h"
#include "base/limits.h"
#include "domain/ledger/refund.h"
#include "store/identity.h"
#include "store/ledger.h"
#include "store/work.h"

enum { REFUND_ROWS = LIMIT_REFUNDS };

struct refund_job {
    struct app *app;
    const struct actor *actor;
    struct refund_id id;
    int64_t now;
    struct str reference;
    enum err (*verb)(struct closure_work *closure, struct refund_job *job, struct store_refund *refund);
};

static enum err find_refund(struct closure_work *closure, const struct refund_id *id,
                            struct store_refund *ret_refund)
{
    struct store_refund rows[REFUND_ROWS];
    size_t count;
    TRY(store_refund_list(closure->tx, closure->arena, &closure->key, closure->row.account_id,
                          closure->row.closure_id, rows, REFUND_ROWS, &count));
    for (size_t i = 0; i < count; i++)
        if (rows[i].payment_id == id->payment_id && rows[i].attempt == id->attempt) {
            *ret_refund = rows[i];
            return ERR_NONE;
        }
    return ERR_NOT_FOUND;
}

/* Off the desk when nothing is owed any more, and the closure looks whether its key has done its work. */
static enum err after_change(struct closure_work *closure)
{
    struct store_refund rows[REFUND_ROWS];
    size_t count;
    bool owed = false;
    TRY(store_refund_list(closure->tx, closure->arena, &closure->key, closure->row.account_id,
                          closure->row.closure_id, rows, REFUND_ROWS, &count));
    for (size_t i = 0; i < count; i++)
        owed = owed || rows[i].state == REFUND_OWED || rows[i].state == REFUND_SENT;
    if (!owed)
        TRY(store_desk_remove(closure->tx, "refund", closure->row.closure_id));
    return ERR_NONE;
}

static enum err refund_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct refund_job *job = context;
    struct closure_work *closure;
    struct store_refund refund;
    TRY(closure_work_load(job->app, tx, arena, job->id.closure.account_id, job->id.closure.closure_id,
                          job->now, job->actor, &closure));
    if (!closure->has_key)
        return ERR_STATE;
    TRY(find_refund(closure, &job->id, &refund));
    TRY(job->verb(closure, job, &refund));
    return after_change(closure);
}

static enum err refund_do(struct refund_job *job, const char *name)
{
    const struct actor *actor = job->actor;
    bool may = actor->kind == ACTOR_OPERATOR ||
               (actor->kind == ACTOR_STAFF && (actor->role == ROLE_FINANCE || actor->role == ROLE_ADMIN));
    if (!may)
        return ERR_FORBIDDEN;
    job->now = clock_now();
    FAILPOINT("refund.before");
    TRY(sql_call(job->app->store, name, refund_run, job));
    FAILPOINT("refund.after");
    scheduler_wake(job->app->scheduler);
    return ERR_NONE;
}

static enum err audit(struct closure_work *closure, const char *event)
{
    TRY(closure_work_journal(closure, event, STR_NONE));
    return store_audit_insert(closure->tx, closure->now, closure->actor->staff_id, event,
                              closure->row.account_id, closure->row.closure_id);
}

static enum err move_money(struct closure_work *closure, const struct store_refund *refund, int64_t debit,
                           int64_t credit, const char *kind)
{
    uint8_t key[32];
    struct str request =
        arena_printf(closure->arena, "%s %lld %lld %lld", kind, (long long)refund->closure_id,
                     (long long)refund->payment_id, (long long)refund->attempt);
    seal_hash(&request, 1, key);
    struct store_transfer transfer = {.ledger_id = closure->row.own.ledger_id,
                                      .transfer_id = ids_next(closure->now),
                                      .request_key = str_bytes(key, sizeof key),
                                      .debit = debit,
                                      .credit = credit,
                                      .amount = refund->amount,
                                      .kind = str_from(kind),
                                      .at = closure->now};
    return store_ledger_transfer(closure->tx, &transfer, NULL);
}

struct str refund_label(struct arena *arena, const struct store_refund *refund)
{
    struct str to = str_trim(refund->instrument);
    if (refund->payment_id != 0 || to.length <= 4)
        return to;
    size_t from = to.length - 4;
    while (from > 0 && ((unsigned char)to.data[from] & 0xc0) == 0x80) /* not inside of a character */
        from--;
    return arena_printf(arena, "•••• %.*s", STR_ARG(str_part(to, from, to.length)));
}

static enum err mail_refund(struct closure_work *closure, const char *kind, const struct store_refund *refund)
{
    const struct mail_argument arguments[] = {
        MAIL_ARGUMENT_MONEY("amount", refund->amount),
        MAIL_ARGUMENT_TEXT("instrument", refund_label(closure->arena, refund))};
    struct str occasion =
        arena_printf(closure->arena, "%lld-%lld", (long long)refund->payment_id, (long long)refund->attempt);
    return closure_work_mail(closure, kind, occasion, arguments, 2);
}

static enum err move_state(struct store_refund *refund, enum refund_event event, enum refund_state next)
{
    if (!machine_leads(&refund_machine, (int)refund->state, (int)event, (int)next))
        return ERR_STATE;
    refund->state = next;
    return ERR_NONE;
}

static enum err sent_verb(struct closure_work *closure, struct refund_job *job, struct store_refund *refund)
{
    TRY(move_state(refund, REFUND_EVENT_SEND, REFUND_SENT));
    refund->sent_at = job->now;
    refund->bank_reference = job->reference;
    TRY(store_refund_update(closure->tx, closure->arena, &closure->key, refund, REFUND_OWED));
    TRY(move_money(closure, refund, LEDGER_REFUND_PAYABLE, LEDGER_CASH, "refund_sent"));
    TRY(audit(closure, "refund_sent"));
    return mail_refund(closure, "refund_sent", refund);
}

enum err refund_mark_sent(struct app *app, const struct actor *actor, struct refund_id id,
                          struct str reference)
{
    struct refund_job job = {
        .app = app, .actor = actor, .id = id, .reference = str_trim(reference), .verb = sent_verb};
    if (job.reference.length == 0 || job.reference.length > 200 || !str_is_utf8(reference))
        return ERR_INVALID;
    return refund_do(&job, "refund_sent");
}

static enum err settled_verb(struct closure_work *closure, struct refund_job *job,
                             struct store_refund *refund)
{
    TRY(move_state(refund, REFUND_EVENT_SETTLE, REFUND_SETTLED));
    refund->settled_at = job->now;
    TRY(store_refund_update(closure->tx, closure->arena, &closure->key, refund, REFUND_SENT));
    TRY(audit(closure, "refund_settled"));
    TRY(mail_refund(closure, "refund_settled", refund));
    if (closure->account != NULL)
        return ERR_NONE;
    return store_queue_move(closure->tx, "closure", closure->row.account_id, closure->row.closure_id,
                            job->now);
}

enum err refund_mark_settled(struct app *app, const struct actor *actor, struct refund_id id)
{
    struct refund_job job = {.app = app, .actor = actor, .id = id, .verb = settled_verb};
    return refund_do(&job, "refund_settled");
}

static enum err failed_verb(struct closure_work *closure, struct refund_job *job, struct store_refund *refund)
{
    TRY(move_state(refund, REFUND_EVENT_FAIL, REFUND_FAILED));
    TRY(store_refund_update(closure->tx, closure->arena, &closure->key, refund, REFUND_SENT));
    TRY(move_money(closure, refund, LEDGER_CASH, LEDGER_REFUND_PAYABLE, "refund_returned"));
    struct store_refund again = *refund;
    again.attempt++;
    again.state = REFUND_OWED;
    again.owed_at = job->now;
    again.sent_at = again.settled_at = 0;
    again.bank_reference = STR_NONE;
    TRY(store_refund_insert(closure->tx, closure->arena, &closure->key, &again));
    TRY(store_desk_add(closure->tx, "refund", job->now, closure->row.account_id, closure->row.closure_id));
    TRY(audit(closure, "refund_failed"));
    return mail_refund(closure, "refund_failed", refund);
}

enum err refund_mark_failed(struct app *app, const struct actor *actor, struct refund_id id)
{
    struct refund_job job = {.app = app, .actor = actor, .id = id, .verb = failed_verb};
    return refund_do(&job, "refund_failed");
}
