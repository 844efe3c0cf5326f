#include "app/closure_request.h"
#include "app/declaration.h"
#include "app/declaration_match.h"
#include "app/lease.h"
#include "base/clock.h"
#include "base/ids.h"
#include "crypto/link.h"
#include "domain/declaration/declaration.h"
#include "store/key.h"
#include "store/work.h"

enum { REVOKE_ROWS = 8, PROVE_ROWS = 64 };

struct due_job {
    struct app *app;
    int64_t declaration_id, now;
};

static enum err finish(struct sql_tx *tx, struct store_declaration *row, enum declaration_event event,
                       int64_t now)
{
    int64_t before = row->state;
    TRY(declaration_decide(before, event, &row->state));
    row->state_at = now;
    row->deadline_at = 0;
    TRY(store_declaration_update(tx, row, before));
    TRY(store_desk_remove(tx, "declaration", row->declaration_id));
    return store_queue_move(tx, "declaration", 0, row->declaration_id, now + DECLARATION_KEPT_MICROS);
}

struct object_job {
    struct app *app;
    struct str code, secret;
    int64_t now;
};

static enum err object_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct object_job *job = context;
    struct store_declaration row;
    struct account *account;
    int64_t none, declaration_id;
    TRY(store_reference_get(tx, job->code, "declaration", &none, &declaration_id));
    TRY(store_declaration_get(tx, arena, declaration_id, &row));
    if (!link_matches(job->secret, row.secret_hash))
        return ERR_NOT_FOUND;
    if (row.state != DECLARATION_MATCHED)
        return row.state == DECLARATION_OBJECTED ? ERR_NONE : ERR_STATE;
    enum err error = account_load(job->app, tx, arena, row.account_id, &account);
    if (error == ERR_NONE)
        error = declaration_resume_fees(tx, arena, account, &row, job->now);
    if (error != ERR_NONE && error != ERR_KEY_GONE) /* gone: the holder has closed meanwhile */
        return error;
    return finish(tx, &row, DECLARATION_EVENT_OBJECT, job->now);
}

enum err declaration_object(struct app *app, struct arena *arena, struct str reference, struct str secret)
{
    char code[IDS_REFERENCE_SIZE];
    (void)arena;
    if (!ids_reference_read(reference, "VD", code))
        return ERR_NOT_FOUND;
    struct object_job job = {.app = app, .code = str_from(code), .secret = secret, .now = clock_now()};
    return sql_call(app->store, "declaration_object", object_run, &job);
}

/* Thirty days after its outcome what the person wrote is forgotten. */
static enum err forget(struct sql_tx *tx, const struct store_declaration *row)
{
    TRY(store_queue_remove(tx, "declaration", 0, row->declaration_id));
    TRY(store_declaration_forget(tx, row->declaration_id));
    return keys_destroy(tx, "case", row->declaration_id);
}

/* A closure of its own begins; where one is under way already, or nothing is left, there is none. */
static enum err begin_closure(struct due_job *job, struct sql_tx *tx, struct arena *arena,
                              struct account *account, struct store_declaration *row)
{
    const struct closure_scope_choice choice = {
        .scope = row->line_id != 0 ? CLOSURE_SCOPE_NUMBER : CLOSURE_SCOPE_ACCOUNT, .line_id = row->line_id};
    enum err error = closure_submit_by_declaration(job->app, tx, arena, account, &choice, row->received_at,
                                                   job->now, &row->closure_id);
    if (error == ERR_NONE)
        return declaration_pay_back(tx, arena, account, row, false, job->now);
    bool nothing = error == ERR_EXISTS || error == ERR_GONE || (error == ERR_NOT_FOUND && row->line_id != 0);
    return nothing ? ERR_NONE : error;
}

static enum err start_closure(struct due_job *job, struct sql_tx *tx, struct arena *arena,
                              struct store_declaration *row)
{
    struct account *account;
    enum err error = account_load(job->app, tx, arena, row->account_id, &account);
    if (error == ERR_NONE && !account_is_closed(account))
        error = begin_closure(job, tx, arena, account, row);
    if (error != ERR_NONE && error != ERR_KEY_GONE)
        return error;
    return finish(tx, row, DECLARATION_EVENT_TIME, job->now);
}

static enum err account_is_forgotten(struct app *app, struct sql_tx *tx, struct arena *arena,
                                     int64_t account_id, bool *ret_forgotten)
{
    struct account *account;
    enum err error = account_load(app, tx, arena, account_id, &account);
    *ret_forgotten = error == ERR_KEY_GONE;
    return error == ERR_KEY_GONE ? ERR_NONE : error;
}

static enum err due_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct due_job *job = context;
    struct store_declaration row;
    TRY(lease_end(job->app, tx));
    TRY(store_declaration_get(tx, arena, job->declaration_id, &row));
    bool ended = false;
    if (row.state == DECLARATION_MATCHED)
        TRY(account_is_forgotten(job->app, tx, arena, row.account_id, &ended));
    if (row.deadline_at > job->now && !ended)
        return store_queue_move(tx, "declaration", 0, row.declaration_id, row.deadline_at);
    if (row.state == DECLARATION_MATCHED)
        return start_closure(job, tx, arena, &row);
    if (row.state == DECLARATION_UNMATCHED)
        return finish(tx, &row, DECLARATION_EVENT_TIME, job->now);
    return forget(tx, &row);
}

enum err declaration_job(struct app *app, int64_t account_id, int64_t declaration_id)
{
    struct due_job job = {.app = app, .declaration_id = declaration_id, .now = clock_now()};
    (void)account_id;
    return sql_call(app->store, "declaration_due", due_run, &job);
}

enum err declaration_of_closure(struct closure_work *closure)
{
    struct store_closure *row = &closure->row;
    struct seal_key key;
    char reference[IDS_REFERENCE_SIZE];
    struct store_declaration declaration = {.declaration_id = ids_next(closure->now),
                                            .kind = DECLARATION_CANCEL,
                                            .state = DECLARATION_ENDED,
                                            .state_at = closure->now,
                                            .received_at = closure->now,
                                            .wished_at = row->start_at > closure->now ? row->start_at : 0,
                                            .account_id = row->account_id,
                                            .line_id = row->line_id,
                                            .closure_id = row->closure_id,
                                            .secret_hash = row->secret_hash,
                                            .name = row->own.name,
                                            .contract = row->reference,
                                            .number = row->line_id != 0 ? row->own.numbers[0] : STR_NONE,
                                            .language = row->own.language};
    ids_reference("VD", reference);
    declaration.reference = str_from(reference);
    TRY(keys_make(closure->app, closure->tx, "case", declaration.declaration_id, &key));
    TRY(store_declaration_insert(closure->tx, closure->arena, &key, &declaration));
    TRY(store_reference_insert(closure->tx, declaration.reference, "declaration", 0,
                               declaration.declaration_id));
    return store_queue_add(closure->tx, "declaration", 0, declaration.declaration_id,
                           closure->now + DECLARATION_KEPT_MICROS);
}

static enum err prove_one(struct closure_work *closure, int64_t declaration_id)
{
    struct store_declaration row;
    TRY(store_declaration_get(closure->tx, closure->arena, declaration_id, &row));
    if (closure->row.line_id != 0 && row.line_id != closure->row.line_id)
        return ERR_NONE;
    row.closure_id = closure->row.closure_id;
    TRY(declaration_pay_back(closure->tx, closure->arena, closure->account, &row, false, closure->now));
    return finish(closure->tx, &row, DECLARATION_EVENT_PROOF, closure->now);
}

enum err declaration_prove(struct closure_work *closure)
{
    int64_t ids[PROVE_ROWS];
    size_t count;
    TRY(store_declaration_in_state(closure->tx, closure->row.account_id, DECLARATION_MATCHED, ids, PROVE_ROWS,
                                   &count));
    for (size_t i = 0; i < count; i++)
        TRY(prove_one(closure, ids[i]));
    return ERR_NONE;
}

enum err declaration_revoke(struct closure_work *closure)
{
    int64_t ids[REVOKE_ROWS];
    size_t count;
    TRY(store_declaration_of_closure(closure->tx, closure->row.account_id, closure->row.closure_id, ids,
                                     REVOKE_ROWS, &count));
    for (size_t i = 0; i < count; i++) {
        struct store_declaration row;
        TRY(store_declaration_get(closure->tx, closure->arena, ids[i], &row));
        if (row.state != DECLARATION_ENDED)
            continue;
        if (closure->account != NULL)
            TRY(declaration_pay_back(closure->tx, closure->arena, closure->account, &row, true,
                                     closure->now));
        TRY(finish(closure->tx, &row, DECLARATION_EVENT_OBJECT, closure->now));
    }
    return ERR_NONE;
}
