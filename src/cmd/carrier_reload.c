#include "cmd/carrier_reload.h"

#include "app/carriers.h"
#include "base/arena.h"
#include "base/log.h"
#include "cmd/config.h"
#include "edge/smpp/smpp.h"

#include <pthread.h>
#include <stdlib.h>

/* One reading of the file. It stays to the end: somebody may still look at a carrier of it. */
struct reading {
    struct reading *next;
    struct arena *arena;
    struct settings settings;
    struct carrier_list list;
};

struct carrier_keeper {
    struct app *app;
    bool readable;
    pthread_mutex_t lock; /* one reload at a time */
    struct carriers carriers;
    struct reading *readings;
    struct edge_smpp *_Atomic smpp; /* NULL until they are started */
};

static void each_bind(void *context, carrier_bind_each *each, void *each_context)
{
    struct edge_smpp *smpp = ((struct carrier_keeper *)context)->smpp;
    if (smpp != NULL)
        edge_smpp_each(smpp, each, each_context);
}

enum err carrier_keeper_new(struct app *app, bool readable, struct carrier_keeper **ret_keeper)
{
    struct carrier_keeper *keeper = calloc(1, sizeof *keeper);
    if (keeper == NULL)
        return ERR_MEMORY;
    keeper->app = app;
    keeper->readable = readable;
    keeper->carriers.each_bind = each_bind;
    keeper->carriers.each_context = keeper;
    pthread_mutex_init(&keeper->lock, NULL);
    app->carriers = &keeper->carriers;
    *ret_keeper = keeper;
    return ERR_NONE;
}

enum err carrier_keeper_start(struct carrier_keeper *keeper)
{
    struct edge_smpp *smpp;
    TRY(edge_smpp_start(keeper->app, &smpp));
    keeper->smpp = smpp;
    return ERR_NONE;
}

struct edge_smpp *carrier_keeper_binds(struct carrier_keeper *keeper)
{
    return keeper->smpp;
}

void carrier_keeper_stop(struct carrier_keeper *keeper)
{
    if (keeper != NULL)
        edge_smpp_end(keeper->smpp);
}

void carrier_keeper_free(struct carrier_keeper *keeper)
{
    if (keeper == NULL)
        return;
    keeper->app->carriers = NULL;
    edge_smpp_free(keeper->smpp);
    while (keeper->readings != NULL) {
        struct reading *reading = keeper->readings;
        keeper->readings = reading->next;
        arena_free(reading->arena);
    }
    pthread_mutex_destroy(&keeper->lock);
    free(keeper);
}

static struct carrier_change compare(const struct app *app, struct carrier_list list, bool *ret_same)
{
    struct carrier_change change = {.removed = (int64_t)carriers_now(app).count};
    for (size_t i = 0; i < list.count; i++) {
        const struct settings_carrier *before = carriers_find(app, str_from(list.rows[i].name));
        ret_same[i] = before != NULL && config_carrier_equal(before, &list.rows[i]);
        change.removed -= before != NULL;
        *(before == NULL ? &change.added : ret_same[i] ? &change.kept : &change.changed) += 1;
    }
    return change;
}

static enum err read_again(struct carrier_keeper *keeper, struct reading **ret_reading, struct buf *why)
{
    const struct settings *settings = keeper->app->settings;
    struct arena *arena = arena_new(0);
    if (arena == NULL)
        return ERR_MEMORY;
    struct reading *reading = ARENA_NEW(arena, struct reading);
    reading->arena = arena;
    enum err error = config_load(settings->file, settings->data, arena, &reading->settings, why);
    if (error == ERR_NONE)
        error = config_check_serve(&reading->settings, why);
    if (error != ERR_NONE) {
        arena_free(arena);
        return error;
    }
    reading->list = (struct carrier_list){reading->settings.carriers, reading->settings.carrier_count};
    *ret_reading = reading;
    return ERR_NONE;
}

static enum err reload(struct carrier_keeper *keeper, struct buf *why, struct carrier_change *ret_change)
{
    bool same[SETTINGS_CARRIERS];
    struct reading *reading;
    TRY(read_again(keeper, &reading, why));
    *ret_change = compare(keeper->app, reading->list, same);
    if (ret_change->added + ret_change->removed + ret_change->changed == 0) {
        arena_free(reading->arena);
        return ERR_NONE;
    }
    reading->next = keeper->readings;
    keeper->readings = reading;
    keeper->carriers.now = &reading->list;
    log_info("carriers_reloaded", LOG_INT("added", ret_change->added),
             LOG_INT("removed", ret_change->removed), LOG_INT("changed", ret_change->changed),
             LOG_INT("kept", ret_change->kept));
    return edge_smpp_reload(keeper->smpp, reading->list, same);
}

enum err carrier_keeper_reload(struct carrier_keeper *keeper, struct buf *why,
                               struct carrier_change *ret_change)
{
    if (!keeper->readable || keeper->app->settings->file[0] == '\0') {
        buf_add_c(why, "it was started without --config, so there is no file to read again.\n");
        return ERR_STATE;
    }
    if (keeper->smpp == NULL)
        return ERR_BUSY;
    pthread_mutex_lock(&keeper->lock);
    enum err error = reload(keeper, why, ret_change);
    pthread_mutex_unlock(&keeper->lock);
    return error;
}

void carrier_keeper_reload_logged(struct carrier_keeper *keeper)
{
    struct buf why = buf_new(0);
    struct carrier_change change;
    enum err error = carrier_keeper_reload(keeper, &why, &change);
    struct str lines = buf_str(&why), line;
    if (error != ERR_NONE && lines.length == 0)
        log_error("carriers_not_reloaded", LOG_ERR(error));
    while (error != ERR_NONE && str_split(&lines, '\n', &line))
        if (line.length != 0)
            log_error("carriers_not_reloaded", LOG_STR("why", line));
    buf_free(&why);
}
