#include "app/service_list.h"

#include "app/account.h"
#include "app/service_catalogue.h"
#include "app/service_rows.h"
#include "base/clock.h"
#include "base/limits.h"
#include "store/line.h"

#include <stdlib.h>

struct list_job {
    struct app *app;
    struct arena *arena;
    int64_t account_id, line_id;
    struct service_view *services;
    size_t count;
};

enum { RANK_OTHER = 5, RANK_SETTLED = 10 };

/* Bank before payment before mail …; what was ticked off and is quiet comes last. */
static int rank_of(const struct service *known, const struct store_service *row)
{
    bool settled = row->done_at != 0 && row->last_at <= row->done_at;
    return (known != NULL ? service_rank(known) : RANK_OTHER) + (settled ? RANK_SETTLED : 0);
}

static struct service_view view_of(struct list_job *job, const struct store_service *row)
{
    const struct service *known =
        row->known != 0 ? service_catalogue_key(job->app, job->arena, row->name) : NULL;
    return (struct service_view){
        .service_id = row->service_id,
        .name = known != NULL ? str_from(known->name) : row->name,
        .rank = rank_of(known, row),
        .category = known != NULL ? known->category : "other",
        .dangerous = known != NULL && known->dangerous,
        .by_hand = row->by_hand != 0,
        .first_at = row->first_at,
        .last_at = row->last_at,
        .last_code_at = row->last_code_at,
        .count = row->count,
        .done_at = row->done_at,
        .still_sending = row->done_at != 0 && row->last_at > row->done_at,
        .security_url = known != NULL ? str_from(known->security_url) : STR_NONE,
        .closing_url = known != NULL ? str_from(known->closing_url) : STR_NONE,
        .hardness = known != NULL ? known->hardness : "",
    };
}

static int compare_views(const void *a, const void *b)
{
    const struct service_view *left = a, *right = b;
    if (left->rank != right->rank)
        return left->rank - right->rank;
    if (left->last_at != right->last_at)
        return left->last_at > right->last_at ? -1 : 1;
    return left->service_id < right->service_id ? -1 : 1;
}

static enum err list_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct list_job *job = context;
    struct account *account;
    (void)arena;
    struct store_service *rows;
    TRY(account_load(job->app, tx, job->arena, job->account_id, &account));
    TRY(service_rows(tx, job->arena, account, job->line_id, &rows, &job->count));
    job->services = ARENA_ARRAY(job->arena, job->count, struct service_view);
    for (size_t i = 0; i < job->count; i++)
        job->services[i] = view_of(job, &rows[i]);
    if (job->count != 0)
        qsort(job->services, job->count, sizeof *job->services, compare_views);
    return ERR_NONE;
}

enum err service_list(struct app *app, struct arena *arena, int64_t account_id, int64_t line_id,
                      struct service_view **ret_services, size_t *ret_count)
{
    struct list_job job = {.app = app, .arena = arena, .account_id = account_id, .line_id = line_id};
    TRY(sql_read(app->store, list_run, arena, &job));
    *ret_services = job.services;
    *ret_count = job.count;
    return ERR_NONE;
}

struct change_job {
    struct app *app;
    int64_t account_id, service_id, line_id, now;
    struct str name;
    bool done;
};

static enum err add_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct change_job *job = context;
    const struct service *known = service_catalogue_name(job->app, arena, job->name);
    struct account *account;
    int64_t count;
    struct store_line line;
    TRY(account_load(job->app, tx, arena, job->account_id, &account));
    if (job->line_id != 0)
        TRY(store_line_get(tx, arena, &account->key, job->account_id, job->line_id, &line));
    TRY(store_service_count(tx, job->account_id, &count));
    if (count >= LIMIT_SERVICES)
        return ERR_POLICY;
    struct store_service service = {
        .account_id = job->account_id,
        .name = known != NULL ? str_from(known->key) : job->name,
        .known = known != NULL,
        .by_hand = 1,
    };
    service.service_id = job->service_id = store_service_id(&account->key, service.name);
    return store_service_add(tx, arena, &account->key, &service, job->line_id, job->now);
}

enum err service_add(struct app *app, const struct actor *actor, struct str name, int64_t line_id,
                     int64_t *ret_service_id)
{
    struct change_job job = {.app = app,
                             .account_id = actor->account_id,
                             .line_id = line_id,
                             .now = clock_now(),
                             .name = str_trim(name)};
    if (job.name.length == 0 || job.name.length > LIMIT_LABEL_BYTES || !str_is_utf8(job.name))
        return ERR_INVALID;
    TRY(sql_call(app->store, "service_add", add_run, &job));
    *ret_service_id = job.service_id;
    return ERR_NONE;
}

static enum err remove_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct change_job *job = context;
    (void)arena;
    return store_service_remove(tx, job->account_id, job->service_id, job->now);
}

enum err service_remove(struct app *app, const struct actor *actor, int64_t service_id)
{
    struct change_job job = {.account_id = actor->account_id, .service_id = service_id, .now = clock_now()};
    return sql_call(app->store, "service_remove", remove_run, &job);
}

static enum err done_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct change_job *job = context;
    (void)arena;
    return store_service_done(tx, job->account_id, job->service_id, job->done ? job->now : 0);
}

enum err service_done(struct app *app, const struct actor *actor, int64_t service_id, bool done)
{
    struct change_job job = {
        .account_id = actor->account_id, .service_id = service_id, .now = clock_now(), .done = done};
    return sql_call(app->store, "service_done", done_run, &job);
}
