#include "app/service_catalogue.h"

#include "app/service_entry.h"
#include "app/service_table_build.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/keeping.h"
#include "store/service_entry.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { LIST_DESK, LIST_IMPORTED, LIST_ROWS = 64, LIST_ARENA_BYTES = 64 * 1024 * 1024 };

struct service_catalogue {
    pthread_rwlock_t lock;
    pthread_mutex_t loading; /* one reload after the other, so that the newest state stays */
    struct service_list list;
    struct arena *arena;       /* of what the list points to */
    int64_t version;           /* of what was loaded; under loading */
    _Atomic int64_t looked_at; /* monotonic: when the version was asked for */
};

struct load_job {
    struct arena *arena;
    struct service_list list;
    int64_t version;
};

static enum err load_list(struct sql_tx *tx, struct arena *arena, int64_t generation,
                          const struct service_table **ret_table)
{
    struct service_entry *entries = ARENA_ARRAY(arena, SERVICE_TABLE_ROWS, struct service_entry);
    struct store_service_entry rows[LIST_ROWS];
    struct str after = STR_NONE;
    size_t count = 0, found;
    do {
        TRY(store_service_entry_list(tx, generation, after, rows, LIST_ROWS, &found));
        for (size_t i = 0; i < found && count < SERVICE_TABLE_ROWS; i++) {
            after = rows[i].key;
            enum err error = service_entry_read(arena, rows[i].key, rows[i].value, &entries[count]);
            if (error == ERR_NONE)
                count++;
            else
                log_warn("service_entry_unreadable", LOG_STR("key", rows[i].key));
        }
    } while (found == LIST_ROWS);
    *ret_table = count != 0 ? service_table_build(arena, entries, count) : NULL;
    return ERR_NONE;
}

static enum err load_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct load_job *job = context;
    int64_t generation;
    (void)arena;
    TRY(store_keeping_get(tx, SERVICE_VERSION, &job->version));
    TRY(load_list(tx, job->arena, SERVICE_ENTRY_DESK, &job->list.tables[LIST_DESK]));
    TRY(store_keeping_get(tx, SERVICE_GENERATION, &generation));
    return generation > 0 ? load_list(tx, job->arena, generation, &job->list.tables[LIST_IMPORTED])
                          : ERR_NONE;
}

static enum err load(struct app *app)
{
    struct service_catalogue *services = app->services;
    struct load_job job = {.arena = arena_new(LIST_ARENA_BYTES)};
    if (job.arena == NULL)
        return ERR_MEMORY;
    enum err error = sql_read(app->store, load_run, job.arena, &job);
    if (error != ERR_NONE) {
        arena_free(job.arena);
        return error;
    }
    pthread_rwlock_wrlock(&services->lock);
    struct arena *before = services->arena;
    services->arena = job.arena;
    services->list = job.list;
    services->version = job.version;
    services->looked_at = clock_read().monotonic;
    pthread_rwlock_unlock(&services->lock);
    arena_free(before);
    return ERR_NONE;
}

enum err service_catalogue_reload(struct app *app)
{
    if (app->services == NULL)
        return ERR_NONE;
    pthread_mutex_lock(&app->services->loading);
    enum err error = load(app);
    pthread_mutex_unlock(&app->services->loading);
    return error;
}

enum err service_catalogue_open(struct app *app)
{
    struct service_catalogue *services = calloc(1, sizeof *services);
    if (services == NULL)
        return ERR_MEMORY;
    pthread_rwlock_init(&services->lock, NULL);
    pthread_mutex_init(&services->loading, NULL);
    app->services = services;
    enum err error = load(app);
    if (error != ERR_NONE)
        service_catalogue_close(app);
    return error;
}

void service_catalogue_close(struct app *app)
{
    struct service_catalogue *services = app->services;
    if (services == NULL)
        return;
    app->services = NULL;
    pthread_rwlock_destroy(&services->lock);
    pthread_mutex_destroy(&services->loading);
    arena_free(services->arena);
    free(services);
}

static enum err version_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    (void)arena;
    return store_keeping_get(tx, SERVICE_VERSION, context);
}

/* Another node may have changed the lists. One thread looks, the others go on with what there is; without an
 * answer the lists stay as they are. */
static void follow_other_nodes(struct app *app)
{
    struct service_catalogue *services = app->services;
    int64_t now = clock_read().monotonic, version;
    if (now - services->looked_at < SERVICE_LOOK_SECONDS * MICROS_SECOND ||
        pthread_mutex_trylock(&services->loading) != 0)
        return;
    services->looked_at = now;
    struct arena *arena = arena_new(0);
    enum err error = arena != NULL ? sql_read(app->store, version_run, arena, &version) : ERR_MEMORY;
    if (error == ERR_NONE && version != services->version)
        error = load(app);
    if (error != ERR_NONE)
        log_warn("services_not_read", LOG_ERR(error));
    pthread_mutex_unlock(&services->loading);
    arena_free(arena);
}

static const char *keep(struct arena *arena, const char *text)
{
    return arena_cstr(arena, str_from(text));
}

/* Lists may be exchanged as soon as the lock is left. Category and hardness are constants. */
static const struct service *keep_service(struct arena *arena, const struct service *found)
{
    if (found == NULL)
        return NULL;
    struct service *service = ARENA_NEW(arena, struct service);
    *service = *found;
    service->key = keep(arena, found->key);
    service->name = keep(arena, found->name);
    service->security_url = keep(arena, found->security_url);
    service->closing_url = keep(arena, found->closing_url);
    return service;
}

struct service_match service_catalogue_match(struct app *app, struct arena *arena, struct str sender,
                                             struct str text, bool has_code)
{
    if (app->services == NULL)
        return service_match(NULL, sender, text, has_code);
    follow_other_nodes(app);
    pthread_rwlock_rdlock(&app->services->lock);
    struct service_match match = service_match(&app->services->list, sender, text, has_code);
    match.service = keep_service(arena, match.service);
    pthread_rwlock_unlock(&app->services->lock);
    return match;
}

const struct service *service_catalogue_key(struct app *app, struct arena *arena, struct str key)
{
    if (app->services == NULL)
        return service_by_key(NULL, key);
    pthread_rwlock_rdlock(&app->services->lock);
    const struct service *service = keep_service(arena, service_by_key(&app->services->list, key));
    pthread_rwlock_unlock(&app->services->lock);
    return service;
}

const struct service *service_catalogue_name(struct app *app, struct arena *arena, struct str typed)
{
    if (app->services == NULL)
        return service_by_name(NULL, typed);
    pthread_rwlock_rdlock(&app->services->lock);
    const struct service *service = keep_service(arena, service_by_name(&app->services->list, typed));
    pthread_rwlock_unlock(&app->services->lock);
    return service;
}
