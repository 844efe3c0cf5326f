#include "app/message_list.h"

#include "app/message_carry.h"
#include "app/message_rows.h"
#include "app/service_name.h"
#include "base/clock.h"
#include "base/limits.h"
#include "domain/types.h"

struct list_job {
    struct app *app;
    struct arena *arena;
    int64_t account_id;
    struct message_filter filter;
    struct message_page page;
};

static enum err services_load(struct sql_tx *tx, struct arena *arena, const struct account *account,
                              const struct store_message *rows, size_t count, struct message_names *names)
{
    int64_t account_id = account->row.account_id;
    size_t room = rows != NULL ? count : LIMIT_SERVICES;
    names->services = ARENA_ARRAY(arena, room, struct store_service);
    if (rows == NULL)
        return store_service_list(tx, arena, &account->key, account_id, names->services, room,
                                  &names->service_count);
    int64_t *ids = ARENA_ARRAY(arena, count, int64_t);
    for (size_t i = 0; i < count; i++)
        ids[i] = rows[i].service_id;
    return store_service_names(tx, arena, &account->key, account_id, ids, count, names->services,
                               &names->service_count);
}

enum err message_names_load(struct app *app, struct sql_tx *tx, struct arena *arena,
                            const struct account *account, const struct store_message *rows, size_t count,
                            struct message_names *ret_names)
{
    int64_t account_id = account->row.account_id;
    struct message_names names = {
        .app = app,
        .arena = arena,
        .lines = ARENA_ARRAY(arena, LIMIT_LINES, struct store_line),
    };
    TRY(store_line_list(tx, arena, &account->key, account_id, names.lines, LIMIT_LINES, &names.line_count));
    TRY(services_load(tx, arena, account, rows, count, &names));
    *ret_names = names;
    return ERR_NONE;
}

enum err message_views_add_sent(struct sql_tx *tx, int64_t account_id, struct message_view *views,
                                size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct store_sent_sum sum;
        size_t found = 0;
        if (views[i].sent)
            TRY(store_sent_sums(tx, account_id, views[i].message_id, views[i].message_id, &sum, 1, &found));
        if (found == 0)
            continue;
        views[i].state = message_sent_state(&sum);
        views[i].parts = sum.parts;
        views[i].price = sum.price;
    }
    return ERR_NONE;
}

struct message_view message_view_of(const struct message_names *names, const struct store_message *row)
{
    struct message_view view = {
        .message_id = row->message_id,
        .line_id = row->line_id,
        .sent = row->direction == MESSAGE_SENT,
        .flash = row->flash != 0,
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
            view.service = service_name(names->app, names->arena, &names->services[i]);
    return view;
}

static enum err fill_page(struct list_job *job, struct sql_tx *tx, const struct account *account,
                          const struct store_message *rows, size_t count)
{
    struct message_names names;
    size_t limit = job->filter.limit;
    job->page.count = count > limit ? limit : count;
    TRY(message_names_load(job->app, tx, job->arena, account, rows, job->page.count, &names));
    job->page.messages = ARENA_ARRAY(job->arena, limit, struct message_view);
    for (size_t i = 0; i < job->page.count; i++)
        job->page.messages[i] = message_view_of(&names, &rows[i]);
    TRY(message_views_add_sent(tx, job->account_id, job->page.messages, job->page.count));
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
    struct message_names names;
    struct account *account;
    struct store_message row;
    (void)arena;
    TRY(account_load(job->app, tx, job->arena, job->account_id, &account));
    TRY(store_message_get(tx, job->arena, &account->key, job->account_id, job->message_id, &row));
    TRY(message_names_load(job->app, tx, job->arena, account, &row, 1, &names));
    job->view = message_view_of(&names, &row);
    return message_views_add_sent(tx, job->account_id, &job->view, 1);
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
    struct account *account;
    TRY(account_load(job->app, tx, arena, job->account_id, &account));
    TRY(message_stop(tx, arena, account, job->message_id, 0, job->now));
    return store_message_delete(tx, job->account_id, job->message_id);
}

enum err message_delete(struct app *app, const struct actor *actor, int64_t message_id)
{
    struct one_job job = {
        .app = app, .account_id = actor->account_id, .message_id = message_id, .now = clock_now()};
    return sql_call(app->store, "message_delete", delete_run, &job);
}
