#include "app/restore.h"

#include "app/account.h"
#include "app/backup_files.h"
#include "app/number_move.h"
#include "app/settings.h"
#include "app/tombstones.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/log.h"
#include "domain/types.h"
#include "store/closure.h"
#include "store/identity.h"
#include "store/keeping.h"
#include "store/key.h"
#include "store/number.h"
#include "store/restore.h"
#include "store/work.h"

#include <string.h>

struct restore_job {
    struct app *app;
    struct restore_report *report;
    int64_t now;
    struct str keys, keys_left;       /* what a command takes, and what it leaves */
    int64_t after, next_after, found; /* the same of a walk over accounts or staff */
    size_t page;
    const struct tombstone *tombstone;
    int64_t numbers, refunds;
    bool replayed;
};

/* The copy's record of turns and backups is not that of the keyring that is here. */
static enum err clear_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    static const char *const settings[] = {"turn.epoch", "turn.rewrapped_at", "turn.attested_until",
                                           "backup.epoch", "backup.taken_at"};
    (void)arena;
    (void)context;
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        TRY(store_keeping_put(tx, settings[i], 0));
    return store_restore_clear(tx);
}

static enum err keys_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct restore_job *job = context;
    struct str rest = job->keys, line;
    int64_t count = 0;
    while (count < LIMIT_BULK_ROWS && rest.length != 0 && str_split(&rest, '\n', &line)) {
        struct backup_key key;
        TRY(backup_key_read(arena, line, &key));
        TRY(store_restore_put_key(tx, key.owner_id, key.kind, key.epoch, key.wrapped));
        count++;
    }
    job->keys_left = rest;
    job->found = count;
    return ERR_NONE;
}

static enum err put_keys(struct restore_job *job)
{
    while (job->keys.length != 0) {
        TRY(sql_call_bulk(job->app->store, "restore_keys", keys_run, job));
        job->keys = job->keys_left;
        job->report->keys += job->found;
    }
    return ERR_NONE;
}

static enum err tombstone_closure(struct restore_job *job, struct sql_tx *tx, int64_t state)
{
    const struct tombstone *tombstone = job->tombstone;
    struct store_restore_closure closure = {
        .account_id = tombstone->account_id,
        .closure_id = tombstone->closure_id,
        .scope = tombstone->line_id != 0 ? CLOSURE_SCOPE_NUMBER : CLOSURE_SCOPE_ACCOUNT,
        .line_id = tombstone->line_id,
        .state = state,
        .closed_at = tombstone->closed_at,
        .now = job->now,
        .submitted_at = tombstone->closed_at < job->now ? tombstone->closed_at : job->now,
        .deadline_at = state == CLOSURE_FORGETTING ? job->now : 0,
        .reference = tombstone->reference,
        .secret_hash = tombstone->secret_hash,
        .link_public = tombstone->link_public,
    };
    for (size_t i = 0; i < tombstone->refund_count; i++)
        closure.amount += tombstone->refunds[i].amount;
    TRY(store_restore_closure(tx, &closure));
    return store_queue_move(tx, "closure", closure.account_id, closure.closure_id, closure.deadline_at);
}

/* Not owed a second time: what became of them stands with the provider, under our own key. */
static enum err tombstone_refunds(struct restore_job *job, struct sql_tx *tx)
{
    const struct tombstone *tombstone = job->tombstone;
    for (size_t i = 0; i < tombstone->refund_count; i++)
        TRY(store_restore_refund(tx, tombstone->account_id, tombstone->closure_id,
                                 tombstone->refunds[i].payment_id, tombstone->refunds[i].attempt,
                                 tombstone->refunds[i].amount, REFUND_SENT, tombstone->closed_at));
    job->refunds = (int64_t)tombstone->refund_count;
    return ERR_NONE;
}

/* In the copy the number may still be the account's, or not yet have been given to it. */
static bool must_rest(const struct store_number *number, const struct tombstone *tombstone, int64_t at)
{
    bool own = number->account_id == tombstone->account_id;
    bool free = number->account_id == 0 && number->state == NUMBER_AVAILABLE;
    return own || (free && number->disconnected_at < at);
}

/* It was leaving to another carrier, or has left by now; the copy may not know. It waits until that is said
 * again. */
static enum err hold_number(struct sql_tx *tx, const struct store_number *before, int64_t at)
{
    struct store_number number = *before;
    number.account_id = number.line_id = number.assigned_at = number.seen_wall = number.seen_monotonic = 0;
    number.state = NUMBER_PARKED;
    number.disconnected_at = at;
    if (number.leaving_at == 0)
        number.leaving_at = at;
    return number_move(tx, NUMBER_EVENT_DISCONNECT, before, &number);
}

/* A port-out that the copy knows and that was called off before the closing. */
static enum err call_off(struct restore_job *job, struct sql_tx *tx, struct store_number *number)
{
    if (number->leaving_at == 0 || number->account_id == 0)
        return ERR_NONE;
    TRY(number_stay(job->app, tx, number, job->tombstone->closed_at));
    number->leaving_at = 0;
    return ERR_NONE;
}

static enum err tombstone_number(struct restore_job *job, struct sql_tx *tx,
                                 const struct tombstone_number *ended)
{
    struct store_number number;
    bool left = ended->disconnected_at == 0;
    int64_t at = left ? job->tombstone->closed_at : ended->disconnected_at;
    enum err error = store_number_get(tx, ended->e164, &number);
    if (error == ERR_NOT_FOUND)
        return ERR_NONE;
    TRY(error);
    if (!must_rest(&number, job->tombstone, at))
        return ERR_NONE;
    job->numbers++;
    if (left)
        return hold_number(tx, &number, at);
    TRY(call_off(job, tx, &number));
    return number_disconnect(job->app, tx, &number, at);
}

/* A closing that the copy knows as final, and whose account it has forgotten, is left as it is. */
static enum err is_known(struct restore_job *job, struct sql_tx *tx, struct arena *arena, bool *ret_known,
                         bool *ret_held)
{
    const struct tombstone *tombstone = job->tombstone;
    struct store_closure closure;
    *ret_held = *ret_known = false;
    enum err error = store_closure_get(tx, arena, tombstone->account_id, tombstone->closure_id, &closure);
    if (error == ERR_NOT_FOUND)
        return ERR_NONE;
    TRY(error);
    *ret_held = closure.hold != 0;
    bool account = tombstone->line_id == 0;
    *ret_known = closure.state >= CLOSURE_FORGETTING || (closure.state == CLOSURE_CLOSED && !account);
    return ERR_NONE;
}

static enum err close_account(struct restore_job *job, struct sql_tx *tx, bool held)
{
    const struct tombstone *tombstone = job->tombstone;
    TRY(store_restore_account(tx, tombstone->account_id, ACCOUNT_CLOSED, tombstone->closed_at, held));
    if (held)
        return ERR_NONE;
    TRY(keys_destroy(tx, "account", tombstone->account_id));
    return store_queue_move(tx, "sweep", tombstone->account_id, tombstone->closure_id, job->now);
}

static enum err replay_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct restore_job *job = context;
    const struct tombstone *tombstone = job->tombstone;
    bool known, held, account = tombstone->line_id == 0;
    job->numbers = job->refunds = 0;
    job->replayed = false;
    TRY(is_known(job, tx, arena, &known, &held));
    if (known)
        return account ? keys_destroy(tx, "account", tombstone->account_id) : ERR_NONE;
    TRY(tombstone_closure(job, tx, account && !held ? CLOSURE_FORGETTING : CLOSURE_CLOSED));
    TRY(tombstone_refunds(job, tx));
    for (size_t i = 0; i < tombstone->number_count; i++)
        TRY(tombstone_number(job, tx, &tombstone->numbers[i]));
    TRY(store_restore_end_lines(tx, tombstone->account_id, tombstone->line_id, tombstone->closed_at));
    if (account)
        TRY(close_account(job, tx, held));
    job->replayed = true;
    return store_journal_add(tx, arena, NULL, tombstone->account_id, tombstone->closure_id, job->now,
                             "restored", STR("operator"), STR_NONE);
}

static enum err replay(const struct tombstone *tombstone, void *context)
{
    struct restore_job *job = context;
    job->tombstone = tombstone;
    TRY(sql_call(job->app->store, "restore_tombstone", replay_run, job));
    job->report->closed += job->replayed;
    job->report->numbers += job->numbers;
    job->report->refunds += job->refunds;
    return ERR_NONE;
}

static enum err prune_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct restore_job *job = context;
    (void)arena;
    TRY(store_restore_prune(tx, TICKET_CLOSED, OUTBOX_CANCELLED, job->now));
    return store_restore_unreadable(tx, &job->found);
}

static enum err claim_account(struct restore_job *job, struct sql_tx *tx, struct arena *arena,
                              int64_t account_id, int64_t *found)
{
    struct account *account;
    enum err error = account_load(job->app, tx, arena, account_id, &account);
    if (error == ERR_KEY_GONE)
        return ERR_NONE;
    TRY(error);
    TRY(keys_claim_name(job->app, tx, "login", keys_normalise(arena, account->row.name), account_id));
    (*found)++;
    return ERR_NONE;
}

static enum err claim_staff(struct restore_job *job, struct sql_tx *tx, struct arena *arena, int64_t staff_id,
                            int64_t *found)
{
    struct seal_key key;
    struct store_staff staff;
    enum err error = keys_open(job->app, tx, "case", staff_id, &key);
    if (error == ERR_KEY_GONE)
        return ERR_NONE;
    TRY(error);
    TRY(store_staff_get(tx, arena, &key, staff_id, &staff));
    TRY(keys_claim_name(job->app, tx, "staff", keys_normalise(arena, staff.name), staff_id));
    (*found)++;
    return ERR_NONE;
}

static enum err accounts_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct restore_job *job = context;
    struct store_account *rows = ARENA_ARRAY(arena, LIMIT_BULK_ROWS, struct store_account);
    job->found = 0;
    TRY(store_account_list(tx, job->after, rows, LIMIT_BULK_ROWS, &job->page));
    for (size_t i = 0; i < job->page; i++) {
        job->next_after = rows[i].account_id;
        TRY(claim_account(job, tx, arena, rows[i].account_id, &job->found));
    }
    return ERR_NONE;
}

static enum err staff_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct restore_job *job = context;
    int64_t ids[LIMIT_BULK_ROWS];
    job->found = 0;
    TRY(store_restore_staff(tx, job->after, ids, LIMIT_BULK_ROWS, &job->page));
    for (size_t i = 0; i < job->page; i++) {
        job->next_after = ids[i];
        TRY(claim_staff(job, tx, arena, ids[i], &job->found));
    }
    return ERR_NONE;
}

static enum err claim_all(struct restore_job *job, const char *name, sql_run_fn *run)
{
    job->after = 0;
    do {
        TRY(sql_call_bulk(job->app->store, name, run, job));
        job->after = job->next_after;
        job->report->names += job->found;
    } while (job->page == LIMIT_BULK_ROWS);
    return ERR_NONE;
}

enum err restore_run(struct app *app, struct str keys, struct restore_report *ret_report)
{
    struct restore_report report = {.keys = 0};
    struct restore_job job = {.app = app, .report = &report, .now = clock_now(), .keys = keys};
    TRY(sql_call(app->store, "restore_clear", clear_run, &job));
    TRY(put_keys(&job));
    TRY(tombstones_walk(app, replay, &job));
    TRY(sql_call(app->store, "restore_prune", prune_run, &job));
    report.unreadable = job.found;
    TRY(claim_all(&job, "restore_accounts", accounts_run));
    TRY(claim_all(&job, "restore_staff", staff_run));
    TRY(tombstones_check(app, NULL));
    log_info("restored", LOG_INT("closed", report.closed), LOG_INT("keys", report.keys));
    *ret_report = report;
    return ERR_NONE;
}
