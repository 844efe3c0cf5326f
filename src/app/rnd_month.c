#include "app/rnd_month.h"

#include "base/clock.h"
#include "domain/types.h"
#include "store/identity.h"
#include "store/rnd.h"

#include <stdio.h>

/* A disconnect that was recorded late goes to the first file that is still open. */
enum { RND_MONTHS_LATER = 12, RND_DUE_DAY = 15 };

void rnd_month_of(int64_t at, char ret_month[RND_MONTH_SIZE])
{
    char day[11];
    clock_format_day(at, day);
    snprintf(ret_month, RND_MONTH_SIZE, "%.7s", day);
}

/* The first month from `at` on whose file was not submitted. */
static enum err open_month(struct sql_tx *tx, int64_t at, char ret_month[RND_MONTH_SIZE])
{
    int64_t submitted_at;
    for (int later = 0; later <= RND_MONTHS_LATER; later++) {
        rnd_month_of(clock_add_months(at, later), ret_month);
        TRY(store_rnd_submitted_at(tx, str_from(ret_month), &submitted_at));
        if (submitted_at == 0)
            return ERR_NONE;
    }
    return ERR_STATE;
}

static enum err find_row(struct sql_tx *tx, struct str e164, int64_t disconnected_at,
                         struct store_rnd_row *ret_row)
{
    for (int later = 0; later <= RND_MONTHS_LATER; later++) {
        char month[RND_MONTH_SIZE];
        rnd_month_of(clock_add_months(disconnected_at, later), month);
        enum err error = store_rnd_get(tx, str_from(month), e164, ret_row);
        if (error != ERR_NOT_FOUND && (error != ERR_NONE || ret_row->disconnected_at == disconnected_at))
            return error;
    }
    return ERR_NOT_FOUND;
}

enum err rnd_month_add(struct sql_tx *tx, struct str e164, int64_t disconnected_at)
{
    char month[RND_MONTH_SIZE];
    struct store_rnd_row row;
    enum err found = find_row(tx, e164, disconnected_at, &row);
    if (found != ERR_NOT_FOUND)
        return found;
    TRY(open_month(tx, disconnected_at, month));
    return store_rnd_add(tx, str_from(month), e164, disconnected_at);
}

enum err rnd_month_submitted_at(struct sql_tx *tx, struct str e164, int64_t disconnected_at, int64_t *ret_at)
{
    struct store_rnd_row row;
    TRY(find_row(tx, e164, disconnected_at, &row));
    *ret_at = row.submitted_at;
    return ERR_NONE;
}

static enum err read_month(struct str month, int64_t *ret_begin)
{
    char day[11];
    if (month.length != RND_MONTH_SIZE - 1)
        return ERR_INVALID;
    snprintf(day, sizeof day, "%.*s-01", STR_ARG(month));
    return clock_parse(str_from(day), ret_begin) ? ERR_NONE : ERR_INVALID;
}

struct month_job {
    struct arena *arena;
    struct str month;
    int64_t now, count, staff_id;
    struct rnd_month result;
};

static enum err read_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct month_job *job = context;
    int64_t total;
    size_t count;
    (void)arena;
    TRY(store_rnd_submitted_at(tx, job->month, &job->result.submitted_at));
    TRY(store_rnd_count(tx, job->month, &total));
    struct store_rnd_row *rows = ARENA_ARRAY(job->arena, (size_t)total, struct store_rnd_row);
    TRY(store_rnd_list(tx, job->month, STR_NONE, rows, (size_t)total, &count));
    job->result.rows = ARENA_ARRAY(job->arena, count, struct rnd_row);
    for (size_t i = 0; i < count; i++)
        job->result.rows[i] = (struct rnd_row){rows[i].e164, rows[i].disconnected_at};
    job->result.count = count;
    return ERR_NONE;
}

enum err rnd_month_read(struct app *app, struct arena *arena, struct str month, struct rnd_month *ret_month)
{
    int64_t begin;
    struct month_job job = {.arena = arena, .month = month};
    TRY(read_month(month, &begin));
    TRY(sql_read(app->store, read_run, arena, &job));
    *ret_month = job.result;
    return ERR_NONE;
}

static enum err submit_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct month_job *job = context;
    int64_t submitted;
    (void)arena;
    TRY(store_rnd_submit(tx, job->month, job->now, job->staff_id, &submitted));
    if (submitted != job->count) /* rows are only ever added: as many are the same */
        return ERR_CHANGED;
    return store_audit_insert(tx, job->now, job->staff_id, "rnd_submitted", 0, 0);
}

enum err rnd_month_submit(struct app *app, const struct actor *actor, struct str month, int64_t count)
{
    int64_t begin;
    struct month_job job = {.month = month, .now = clock_now(), .count = count, .staff_id = actor->staff_id};
    bool may = actor->kind == ACTOR_OPERATOR || (actor->kind == ACTOR_STAFF && actor->role == ROLE_ADMIN);
    if (!may)
        return ERR_FORBIDDEN;
    TRY(read_month(month, &begin));
    if (begin > job.now)
        return ERR_INVALID;
    return sql_call(app->store, "rnd_month_submit", submit_run, &job);
}

struct list_job {
    int64_t now;
    struct rnd_month_head *months;
    size_t count;
};

static enum err list_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct list_job *job = context;
    int64_t begin = job->now;
    (void)arena;
    job->count = 1;
    for (size_t i = 0; i < RND_MONTHS; i++) {
        struct rnd_month_head *head = &job->months[i];
        rnd_month_of(clock_add_months(job->now, -(int)i), head->month);
        TRY(read_month(str_from(head->month), &begin));
        head->due = begin + (RND_DUE_DAY - 1) * MICROS_DAY;
        TRY(store_rnd_count(tx, str_from(head->month), &head->count));
        TRY(store_rnd_submission(tx, str_from(head->month), &head->submitted_at, &head->staff_id));
        if (head->count != 0 || head->submitted_at != 0)
            job->count = i + 1;
    }
    return ERR_NONE;
}

enum err rnd_month_list(struct app *app, struct arena *arena, struct rnd_month_head ret_months[RND_MONTHS],
                        size_t *ret_count)
{
    struct list_job job = {.now = clock_now(), .months = ret_months};
    TRY(sql_read(app->store, list_run, arena, &job));
    *ret_count = job.count;
    return ERR_NONE;
}
