#include "app/line_list.h"

#include "app/account.h"
#include "base/limits.h"
#include "domain/types.h"
#include "store/line.h"
#include "store/number.h"

struct list_job {
    struct app *app;
    struct arena *arena;
    int64_t account_id;
    struct line_view *lines;
    size_t count;
};

static struct line_view view_of(const struct store_line *line)
{
    bool stops = line->fees_stopped_at != 0 && line->fees_stopped_at <= line->paid_until;
    return (struct line_view){
        .line_id = line->line_id,
        .e164 = line->e164,
        .name = line->name,
        .order_code = line->order_code,
        .since = line->since,
        .ended_at = line->ended_at,
        .fee = line->fee,
        .next_fee_at = line->fee > 0 && line->ended_at == 0 && !stops ? line->paid_until : 0,
        .fees_stopped_at = line->fees_stopped_at,
        .last_text_at = line->last_text_at,
        .locked_at = line->locked_at,
        .pin_until = line->pin_tries < LIMIT_PORT_TRIES ? line->pin_until : 0,
    };
}

static enum err add_number(struct sql_tx *tx, struct line_view *view)
{
    struct store_number number;
    enum err error = store_number_get(tx, view->e164, &number);
    if (error == ERR_NONE && view->ended_at != 0)
        view->ported = number.state == NUMBER_PORTED_OUT && number.disconnected_at == view->ended_at;
    if (error == ERR_NONE && view->ended_at == 0) {
        view->rested_days = number.rested_days;
        view->number_state = number.state;
        view->leaving_at = number.leaving_at;
    }
    return error == ERR_NOT_FOUND ? ERR_NONE : error;
}

static enum err list_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct list_job *job = context;
    struct account *account;
    size_t count, at = 0;
    (void)arena;
    struct store_line *rows = ARENA_ARRAY(job->arena, LIMIT_LINES, struct store_line);
    TRY(account_load(job->app, tx, job->arena, job->account_id, &account));
    TRY(store_line_list(tx, job->arena, &account->key, job->account_id, rows, LIMIT_LINES, &count));
    job->lines = ARENA_ARRAY(job->arena, count, struct line_view);
    for (int ended = 0; ended <= 1; ended++)
        for (size_t i = 0; i < count; i++)
            if ((rows[i].ended_at != 0) == ended)
                job->lines[at++] = view_of(&rows[i]);
    for (size_t i = 0; i < count; i++)
        TRY(add_number(tx, &job->lines[i]));
    job->count = count;
    return ERR_NONE;
}

enum err line_list(struct app *app, struct arena *arena, int64_t account_id, struct line_view **ret_lines,
                   size_t *ret_count)
{
    struct list_job job = {.app = app, .arena = arena, .account_id = account_id};
    TRY(sql_read(app->store, list_run, arena, &job));
    *ret_lines = job.lines;
    *ret_count = job.count;
    return ERR_NONE;
}

struct rename_job {
    struct app *app;
    int64_t account_id, line_id;
    struct str name;
};

static enum err rename_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct rename_job *job = context;
    struct account *account;
    struct store_line line;
    TRY(account_load(job->app, tx, arena, job->account_id, &account));
    TRY(store_line_get(tx, arena, &account->key, job->account_id, job->line_id, &line));
    line.name = job->name;
    return store_line_update(tx, arena, &account->key, &line);
}

enum err line_rename(struct app *app, const struct actor *actor, int64_t line_id, struct str name)
{
    struct rename_job job = {
        .app = app, .account_id = actor->account_id, .line_id = line_id, .name = str_trim(name)};
    if (job.name.length > LIMIT_LABEL_BYTES || !str_is_utf8(job.name))
        return ERR_INVALID;
    return sql_call(app->store, "line_rename", rename_run, &job);
}
