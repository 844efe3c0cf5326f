#include "app/closure_view.h"

#include "app/closure_work.h"
#include "app/wallet.h"
#include "base/clock.h"
#include "base/limits.h"
#include "domain/closure/states.h"
#include "store/identity.h"
#include "store/line.h"
#include "store/message.h"
#include "store/ticket.h"

struct view_job {
    struct app *app;
    struct arena *arena;
    struct closure_id id;
    int64_t account_id, now;
    struct closure_view *views;
    size_t limit, count;
    const char *kind;
    struct store_desk_item *items;
    struct desk_facts *facts;
};

static enum err receipt_there(struct sql_tx *tx, struct arena *arena, struct closure_id id, int64_t stage,
                              bool *ret_there)
{
    struct store_receipt receipt;
    enum err error = store_receipt_get(tx, arena, id.account_id, id.closure_id, stage, &receipt);
    *ret_there = error == ERR_NONE;
    return error == ERR_NOT_FOUND ? ERR_NONE : error;
}

static int64_t undo_until(const struct store_closure *row, int64_t now)
{
    if (!closure_can_undo((int)row->state))
        return 0;
    int64_t start = row->start_at > now ? row->start_at : now;
    return row->undo_end_at != 0 ? row->undo_end_at : start + row->undo_micros;
}

static enum err view_head(struct view_job *job, struct sql_tx *tx, struct closure_id id,
                          struct closure_view *view)
{
    const struct actor system = {.kind = ACTOR_SYSTEM};
    struct closure_work *closure;
    TRY(closure_work_load(job->app, tx, job->arena, id.account_id, id.closure_id, job->now, &system,
                          &closure));
    view->row = closure->row;
    view->has_key = closure->has_key;
    view->account_there = closure->account != NULL;
    view->state_name = machine_state_name(&closure_machine, (int)closure->row.state);
    view->can_undo = closure_can_undo((int)closure->row.state);
    view->undo_until = undo_until(&closure->row, job->now);
    TRY(receipt_there(tx, job->arena, id, RECEIPT_CLOSED, &view->receipt_made));
    return receipt_there(tx, job->arena, id, RECEIPT_FORGOTTEN, &view->forgotten_made);
}

static enum err view_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct view_job *job = context;
    struct closure_view *view = job->views;
    struct seal_key key;
    (void)arena;
    TRY(view_head(job, tx, job->id, view));
    if (view->has_key)
        TRY(keys_open(job->app, tx, "closure", job->id.closure_id, &key));
    TRY(store_refund_list(tx, job->arena, view->has_key ? &key : NULL, job->id.account_id, job->id.closure_id,
                          &view->refunds, &view->refund_count));
    TRY(store_recipient_list(tx, job->arena, job->id.account_id, job->id.closure_id, view->recipients,
                             VIEW_RECIPIENTS, &view->recipient_count));
    return store_journal_list(tx, job->id.account_id, job->id.closure_id, view->journal, VIEW_JOURNAL,
                              &view->journal_count);
}

enum err closure_view(struct app *app, struct arena *arena, struct closure_id id,
                      struct closure_view **ret_view)
{
    struct view_job job = {.app = app,
                           .arena = arena,
                           .id = id,
                           .now = clock_now(),
                           .views = ARENA_NEW(arena, struct closure_view)};
    TRY(sql_read(app->store, view_run, arena, &job));
    *ret_view = job.views;
    return ERR_NONE;
}

static enum err list_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct view_job *job = context;
    int64_t ids[64];
    size_t found;
    (void)arena;
    TRY(store_closure_of_account(tx, job->account_id, ids, job->limit < 64 ? job->limit : 64, &found));
    for (; job->count < found; job->count++)
        TRY(view_head(job, tx, (struct closure_id){job->account_id, ids[job->count]},
                      &job->views[job->count]));
    return ERR_NONE;
}

enum err closure_list(struct app *app, struct arena *arena, int64_t account_id,
                      struct closure_view *ret_views, size_t limit, size_t *ret_count)
{
    struct view_job job = {.app = app,
                           .arena = arena,
                           .account_id = account_id,
                           .now = clock_now(),
                           .views = ret_views,
                           .limit = limit};
    TRY(sql_read(app->store, list_run, arena, &job));
    *ret_count = job.count;
    return ERR_NONE;
}

enum err closure_under_way(struct app *app, struct arena *arena, int64_t account_id,
                           struct closure_view *ret_view)
{
    struct closure_view *views = ARENA_ARRAY(arena, 8, struct closure_view);
    size_t count;
    TRY(closure_list(app, arena, account_id, views, 8, &count));
    for (size_t i = 0; i < count; i++)
        if (views[i].row.scope == CLOSURE_SCOPE_ACCOUNT && views[i].row.state != CLOSURE_UNDONE) {
            *ret_view = views[i];
            return ERR_NONE;
        }
    return ERR_NOT_FOUND;
}

static enum err queue_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct view_job *job = context;
    (void)arena;
    return store_desk_list(tx, job->kind, job->items, job->limit, &job->count);
}

enum err desk_queue(struct app *app, struct arena *arena, const char *kind, struct store_desk_item *ret_items,
                    size_t limit, size_t *ret_count)
{
    struct view_job job = {.app = app, .kind = kind, .items = ret_items, .limit = limit};
    TRY(sql_read(app->store, queue_run, arena, &job));
    *ret_count = job.count;
    return ERR_NONE;
}

static enum err facts_contacts(struct view_job *job, struct sql_tx *tx, struct arena *arena,
                               struct account *account)
{
    struct store_contact contacts[4 * LIMIT_CONTACTS];
    size_t count;
    TRY(store_contact_list(tx, arena, &account->key, account->row.account_id, contacts, 4 * LIMIT_CONTACTS,
                           &count));
    for (size_t i = 0; i < count; i++) {
        job->facts->contacts_verified += contacts[i].verified_at != 0 && contacts[i].removed_at == 0;
        job->facts->contacts_removed_lately +=
            contacts[i].removed_at != 0 && job->now - contacts[i].removed_at < 30 * MICROS_DAY;
    }
    return ERR_NONE;
}

static enum err facts_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct view_job *job = context;
    struct desk_facts *facts = job->facts;
    struct account *account;
    int64_t all;
    enum err error = account_load(job->app, tx, arena, job->account_id, &account);
    facts->gone = error == ERR_KEY_GONE;
    if (facts->gone)
        return ERR_NONE;
    TRY(error);
    facts->account_state = account->row.state;
    facts->account_created_at = account->row.created_at;
    facts->security_at = account->row.security_at;
    facts->locked_at = account->row.locked_at;
    TRY(wallet_balance(tx, account, &facts->balance));
    TRY(store_line_count(tx, job->account_id, &facts->line_count, &all));
    TRY(store_message_count_since(tx, job->account_id, 0, &facts->messages_total));
    TRY(store_ticket_open_count(tx, job->account_id, TICKET_CLOSED, &facts->tickets_open));
    return facts_contacts(job, tx, arena, account);
}

enum err desk_facts(struct app *app, struct arena *arena, int64_t account_id, struct desk_facts *ret_facts)
{
    struct view_job job = {
        .app = app, .arena = arena, .account_id = account_id, .now = clock_now(), .facts = ret_facts};
    *ret_facts = (struct desk_facts){0};
    return sql_read(app->store, facts_run, arena, &job);
}

struct ids_job {
    int first, last;
    struct closure_id *ids;
    size_t limit, count;
};

static enum err ids_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct ids_job *job = context;
    struct store_closure_id *rows = ARENA_ARRAY(arena, job->limit, struct store_closure_id);
    for (int state = job->first; state <= job->last && job->count < job->limit; state++) {
        size_t found;
        TRY(store_closure_in_state(tx, state, rows, job->limit - job->count, &found));
        for (size_t i = 0; i < found; i++)
            job->ids[job->count++] = (struct closure_id){rows[i].account_id, rows[i].closure_id};
    }
    return ERR_NONE;
}

enum err closure_ids(struct app *app, struct arena *arena, const char *state, struct closure_id *ret_ids,
                     size_t limit, size_t *ret_count)
{
    struct ids_job job = {.first = CLOSURE_REVIEW, .last = CLOSURE_FORGOTTEN, .ids = ret_ids, .limit = limit};
    if (state != NULL && !machine_state_named(&closure_machine, str_from(state), &job.first))
        return ERR_USAGE;
    if (state != NULL)
        job.last = job.first;
    TRY(sql_read(app->store, ids_run, arena, &job));
    *ret_count = job.count;
    return ERR_NONE;
}
