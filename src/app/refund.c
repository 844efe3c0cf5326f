#include "app/refund.h"

#include "app/closure_work.h"
#include "app/scheduler.h"
#include "app/ticket.h"
#include "base/clock.h"
#include "base/failpoint.h"
#include "base/ids.h"
#include "base/limits.h"
#include "domain/ledger/refund.h"
#include "store/identity.h"
#include "store/ledger.h"
#include "store/work.h"

enum { DESTINATION_MIN_BYTES = 8, DESTINATION_MAX_BYTES = 200, REFERENCE_MAX_BYTES = 200 };

struct refund_job {
    struct app *app;
    const struct actor *actor;
    struct refund_id id;
    int64_t now;
    struct str reference, to;
    enum err (*verb)(struct closure_work *closure, struct refund_job *job, struct store_refund *refund);
};

static enum err get_refund(struct closure_work *closure, const struct refund_id *id, int64_t attempt,
                           struct store_refund *ret_refund)
{
    return store_refund_get(closure->tx, closure->arena, &closure->key, closure->row.account_id,
                            closure->row.closure_id, id->payment_id, attempt, ret_refund);
}

/* Off the desk when nothing is unfinished any more. */
static enum err after_change(struct closure_work *closure)
{
    bool unfinished;
    TRY(store_refund_unfinished(closure->tx, closure->row.account_id, closure->row.closure_id, &unfinished));
    return unfinished ? ERR_NONE : store_desk_remove(closure->tx, "refund", closure->row.closure_id);
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
    TRY(get_refund(closure, &job->id, job->id.attempt, &refund));
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
    bool own = refund->payment_id != 0 && refund->attempt == 1; /* as the subscriber knows the payment */
    if (own || to.length <= 4)
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
        MAIL_ARGUMENT_TEXT("instrument", refund_label(closure->arena, refund)),
        MAIL_ARGUMENT_DATE("by", refund_arrives_by(refund))};
    struct str occasion =
        arena_printf(closure->arena, "%lld-%lld", (long long)refund->payment_id, (long long)refund->attempt);
    return closure_work_mail(closure, kind, occasion, arguments, refund->state == REFUND_SENT ? 3 : 2);
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
    if (refund_asks_destination(refund))
        return ERR_STATE;
    if (job->to.length != 0 && !str_equal(job->to, refund->instrument))
        return ERR_CHANGED;
    TRY(move_state(refund, REFUND_EVENT_SEND, REFUND_SENT));
    refund->sent_at = job->now;
    refund->bank_reference = job->reference;
    TRY(store_refund_update(closure->tx, closure->arena, &closure->key, refund, REFUND_OWED));
    TRY(move_money(closure, refund, LEDGER_REFUND_PAYABLE, LEDGER_CASH, "refund_sent"));
    TRY(audit(closure, "refund_sent"));
    return mail_refund(closure, "refund_sent", refund);
}

enum err refund_mark_sent(struct app *app, const struct actor *actor, struct refund_id id,
                          struct str reference, struct str to)
{
    struct refund_job job = {
        .app = app, .actor = actor, .id = id, .reference = str_trim(reference), .to = to, .verb = sent_verb};
    if (job.reference.length == 0 || job.reference.length > REFERENCE_MAX_BYTES || !str_is_utf8(reference))
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

/* The failure is the evidence that a next attempt rests on: it is made here and nowhere else. */
static enum err owe_again(struct closure_work *closure, const struct store_refund *failed, struct str to)
{
    struct store_refund again = *failed;
    again.attempt++;
    again.state = REFUND_OWED;
    again.owed_at = closure->now;
    again.sent_at = again.settled_at = 0;
    again.bank_reference = STR_NONE;
    again.instrument = to;
    return store_refund_insert(closure->tx, closure->arena, &closure->key, &again);
}

static enum err out_of_attempts(struct closure_work *closure, const struct store_refund *refund)
{
    struct str key = arena_printf(closure->arena, "refund %.*s", STR_ARG(closure->row.reference));
    TRY(ticket_open_for_operator(closure->app, closure->tx, closure->arena, closure->row.account_id,
                                 closure->row.closure_id, key, STR("came back too often: ask the holder"),
                                 closure->now));
    return mail_refund(closure, "refund_stopped", refund);
}

static enum err failed_verb(struct closure_work *closure, struct refund_job *job, struct store_refund *refund)
{
    TRY(move_state(refund, REFUND_EVENT_FAIL, REFUND_FAILED));
    TRY(store_refund_update(closure->tx, closure->arena, &closure->key, refund, REFUND_SENT));
    TRY(move_money(closure, refund, LEDGER_CASH, LEDGER_REFUND_PAYABLE, "refund_returned"));
    TRY(store_desk_remove(closure->tx, "refund", closure->row.closure_id));
    TRY(store_desk_add(closure->tx, "refund", job->now, closure->row.account_id, closure->row.closure_id));
    TRY(audit(closure, "refund_failed"));
    if (!refund_tries_again(refund->attempt))
        return out_of_attempts(closure, refund);
    TRY(owe_again(closure, refund, STR_NONE));
    return mail_refund(closure, "refund_failed", refund);
}

enum err refund_mark_failed(struct app *app, const struct actor *actor, struct refund_id id)
{
    struct refund_job job = {.app = app, .actor = actor, .id = id, .verb = failed_verb};
    return refund_do(&job, "refund_failed");
}

bool refund_destination_fits(struct str to)
{
    for (size_t i = 0; i < to.length; i++)
        if ((unsigned char)to.data[i] < ' ' || to.data[i] == 0x7f)
            return false;
    return to.length >= DESTINATION_MIN_BYTES && to.length <= DESTINATION_MAX_BYTES && str_is_utf8(to);
}

bool refund_asks_destination(const struct store_refund *refund)
{
    return refund->state == REFUND_OWED && refund->instrument.length == 0;
}

static enum err name_destination(struct closure_work *closure, struct store_refund *refund, struct str to)
{
    refund->instrument = to;
    return store_refund_update(closure->tx, closure->arena, &closure->key, refund, REFUND_OWED);
}

static enum err redirect_verb(struct closure_work *closure, struct refund_job *job,
                              struct store_refund *refund)
{
    struct store_refund next;
    enum err error = get_refund(closure, &job->id, refund->attempt + 1, &next);
    if (refund_asks_destination(refund))
        TRY(name_destination(closure, refund, job->to));
    else if (refund->state == REFUND_FAILED && error == ERR_NOT_FOUND)
        TRY(owe_again(closure, refund, job->to));
    else
        return ERR_STATE;
    return audit(closure, "refund_redirected");
}

enum err refund_redirect(struct app *app, const struct actor *actor, struct refund_id id, struct str to)
{
    struct refund_job job = {.app = app, .actor = actor, .id = id, .to = str_trim(to), .verb = redirect_verb};
    return refund_destination_fits(job.to) ? refund_do(&job, "refund_redirect") : ERR_INVALID;
}

enum err refund_destination_allowed(const struct store_closure *closure, bool has_key)
{
    if (!has_key || closure->objected_at != 0)
        return ERR_STATE;
    /* Begun by a declaration, without a log-in: the money goes back to where it came from only. */
    return closure->declared_at < closure->submitted_at ? ERR_POLICY : ERR_NONE;
}

static enum err bank_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct refund_job *job = context;
    struct closure_work *closure;
    struct store_refund *refunds;
    size_t count;
    const struct closure_id *id = &job->id.closure;
    TRY(closure_work_load(job->app, tx, arena, id->account_id, id->closure_id, job->now, job->actor,
                          &closure));
    if (job->actor->kind == ACTOR_SUBSCRIBER && job->actor->account_id != id->account_id)
        return ERR_NOT_FOUND;
    TRY(refund_destination_allowed(&closure->row, closure->has_key));
    TRY(store_refund_list(tx, arena, &closure->key, id->account_id, id->closure_id, &refunds, &count));
    bool settled = count != 0, named = false;
    for (size_t i = 0; i < count; i++) {
        bool own =
            refund_asks_destination(&refunds[i]) ||
            (refunds[i].state == REFUND_OWED && (refunds[i].payment_id == 0 || refunds[i].attempt > 1));
        if (own)
            TRY(name_destination(closure, &refunds[i], job->to));
        named = named || own;
    }
    if (settled && !named)
        return ERR_STATE;
    closure->row.own.bank = job->to;
    TRY(closure_work_journal(closure, "refund_destination", STR_NONE));
    return closure_work_save(closure);
}

enum err closure_set_bank(struct app *app, const struct actor *actor, struct closure_id id, struct str bank)
{
    struct refund_job job = {
        .app = app, .actor = actor, .id = {.closure = id}, .now = clock_now(), .to = str_trim(bank)};
    if (!refund_destination_fits(job.to))
        return ERR_INVALID;
    TRY(sql_call(app->store, "closure_bank", bank_run, &job));
    scheduler_wake(app->scheduler);
    return ERR_NONE;
}

bool refund_waits_for_person(const struct store_refund *rows, size_t count, size_t index)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i].payment_id == rows[index].payment_id && rows[i].attempt > rows[index].attempt)
            return false;
    return rows[index].state == REFUND_FAILED;
}

int64_t refund_arrives_by(const struct store_refund *refund)
{
    return refund->state == REFUND_SENT ? refund_with_you_by(refund->sent_at) : 0;
}

static enum err count_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    (void)arena;
    return store_refund_waiting_count(tx, context);
}

enum err refund_count_waiting(struct app *app, struct arena *arena, int64_t *ret_count)
{
    return sql_read(app->store, count_run, arena, ret_count);
}
