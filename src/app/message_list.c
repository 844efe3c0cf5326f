#include "app/message_list.h"

#include "app/account.h"
#include "app/service_name.h"
#include "base/clock.h"
#include "base/limits.h"
#include "domain/types.h"
#include "store/line.h"
#include "store/message.h"
#include "store/service.h"

struct list_job {
    struct app *app;
    struct arena *arena;
    int64_t account_id;
    struct message_filter filter;
    struct message_page page;
};

/* What the rows of a page refer to. */
struct page_names {
    struct store_line *lines;
    struct store_service *services;
    size_t line_count, service_count;
};

static enum err load_names(struct list_job *job, struct sql_tx *tx, const struct account *account,
                           struct page_names *ret_names)
{
    struct page_names names = {
        .lines = ARENA_ARRAY(job->arena, LIMIT_LINES, struct store_line),
        .services = ARENA_ARRAY(job->arena, LIMIT_SERVICES, struct store_service),
    };
    TRY(store_line_list(tx, job->arena, &account->key, job->account_id, names.lines, LIMIT_LINES,
                        &names.line_count));
    TRY(store_service_list(tx, job->arena, &account->key, job->account_id, names.services, LIMIT_SERVICES,
                           &names.service_count));
    *ret_names = names;
    return ERR_NONE;
}

static struct message_view view_of(struct list_job *job, const struct store_message *row,
                                   const struct page_names *names)
{
    struct message_view view = {
        .message_id = row->message_id,
        .line_id = row->line_id,
        .sent = row->direction == MESSAGE_SENT,
        .at = row->at,
        .sent_at = row->sent_at,
        .read_at = row->read_at,
        .peer = row->peer,
        .text = row->text,
        .code = row->code,
    };
    for (size_t i = 0; i < names->line_count; i++)
        if (names->lines[i].line_id == row->line_id) {
            view.number = names->lines[i].e164;
            view.line_ended_at = names->lines[i].ended_at;
        }
    for (size_t i = 0; i < names->service_count; i++)
        if (row->service_id != 0 && names->services[i].service_id == row->service_id)
            view.service = service_name(job->app, job->arena, &names->services[i]);
    return view;
}

static enum err fill_page(struct list_job *job, struct sql_tx *tx, const struct account *account,
                          const struct store_message *rows, size_t count)
{
    struct page_names names;
    size_t limit = job->filter.limit;
    TRY(load_names(job, tx, account, &names));
    job->page.count = count > limit ? limit : count;
    job->page.messages = ARENA_ARRAY(job->arena, limit, struct message_view);
    for (size_t i = 0; i < job->page.count; i++)
        job->page.messages[i] = view_of(job, &rows[i], &names);
    job->page.next = count > limit ? rows[limit - 1].message_id : 0;
    return store_message_count_unread(tx, job->account_id, &job->page.unread);
}

static enum err list_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct list_job *job = context;
    const struct message_filter *filter = &job->filter;
    struct account *account;
    size_t count;
    (void)arena;
    TRY(account_load(job->app, tx, job->arena, job->account_id, &account));
    struct store_message *rows = ARENA_ARRAY(job->arena, filter->limit + 1, struct store_message);
    if (filter->after > 0)
        TRY(store_message_list_after(tx, job->arena, &account->key, job->account_id, filter->after, rows,
                                     filter->limit + 1, &count));
    else
        TRY(store_message_list(tx, job->arena, &account->key, job->account_id, filter->line_id,
                               filter->before, rows, filter->limit + 1, &count));
    return fill_page(job, tx, account, rows, count);
}

enum err message_list(struct app *app, struct arena *arena, int64_t account_id,
                      const struct message_filter *filter, struct message_page *ret_page)
{
    struct list_job job = {.app = app, .arena = arena, .account_id = account_id, .filter = *filter};
    if (job.filter.limit == 0 || job.filter.limit > LIMIT_PAGE_ROWS)
        job.filter.limit = LIMIT_PAGE_ROWS;
    if (job.filter.before <= 0)
        job.filter.before = INT64_MAX;
    TRY(sql_read(app->store, list_run, arena, &job));
    *ret_page = job.page;
    return ERR_NONE;
}

struct one_job {
    struct app *app;
    struct arena *arena;
    int64_t account_id, message_id, now;
    struct message_view view;
};

static enum err get_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct one_job *job = context;
    struct list_job names_job = {.app = job->app, .arena = job->arena, .account_id = job->account_id};
    struct page_names names;
    struct account *account;
    struct store_message row;
    (void)arena;
    TRY(account_load(job->app, tx, job->arena, job->account_id, &account));
    TRY(store_message_get(tx, job->arena, &account->key, job->account_id, job->message_id, &row));
    TRY(load_names(&names_job, tx, account, &names));
    job->view = view_of(&names_job, &row, &names);
    return ERR_NONE;
}

enum err message_get(struct app *app, struct arena *arena, int64_t account_id, int64_t message_id,
                     struct message_view *ret_message)
{
    struct one_job job = {.app = app, .arena = arena, .account_id = account_id, .message_id = message_id};
    TRY(sql_read(app->store, get_run, arena, &job));
    *ret_message = job.view;
    return ERR_NONE;
}

static enum err read_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct one_job *job = context;
    (void)arena;
    return store_message_read(tx, job->account_id, job->message_id, job->now);
}

enum err message_read(struct app *app, const struct actor *actor, int64_t message_id)
{
    struct one_job job = {.account_id = actor->account_id, .message_id = message_id, .now = clock_now()};
    return sql_call(app->store, "message_read", read_run, &job);
}

static enum err read_all_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct one_job *job = context;
    (void)arena;
    return store_message_read_all(tx, job->account_id, job->message_id, job->now);
}

enum err message_read_all(struct app *app, const struct actor *actor, int64_t up_to)
{
    struct one_job job = {.account_id = actor->account_id, .message_id = up_to, .now = clock_now()};
    return sql_call(app->store, "message_read_all", read_all_run, &job);
}

static enum err delete_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct one_job *job = context;
    (void)arena;
    return store_message_delete(tx, job->account_id, job->message_id);
}

enum err message_delete(struct app *app, const struct actor *actor, int64_t message_id)
{
    struct one_job job = {.account_id = actor->account_id, .message_id = message_id};
    return sql_call(app->store, "message_delete", delete_run, &job);
}
