#include "app/node_inside.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "store/keeping.h"

#include <string.h>

static bool is_offer(const struct store_node *row)
{
    return row->exchange_key.length == KEYRING_EXCHANGE_BYTES &&
           row->exchange_tag.length == KEYRING_EXCHANGE_BYTES;
}

static struct keyring_exchange offer_of(const struct store_node *row)
{
    struct keyring_exchange exchange = {.node_id = row->node_id, .epoch = row->epoch};
    memcpy(exchange.key, row->exchange_key.data, sizeof exchange.key);
    memcpy(exchange.tag, row->exchange_tag.data, sizeof exchange.tag);
    return exchange;
}

struct publish_job {
    int64_t node_id;
    struct keyring_exchange exchange;
};

static enum err publish_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct publish_job *job = context;
    (void)arena;
    return store_node_publish(tx, job->node_id, str_bytes(job->exchange.key, sizeof job->exchange.key),
                              str_bytes(job->exchange.tag, sizeof job->exchange.tag));
}

/* The key by which the next epoch will come waits in the store before anybody makes one: so a node that is
 * away then finds it sealed when it returns. */
static enum err offer(struct node *node, const struct node_look *look)
{
    struct publish_job job = {.node_id = node->id};
    TRY(keyring_exchange_offer(node->app->keyring, node->id, &job.exchange));
    struct keyring_exchange known = {0};
    if (is_offer(look->self))
        known = offer_of(look->self);
    if (memcmp(known.key, job.exchange.key, sizeof known.key) == 0 &&
        memcmp(known.tag, job.exchange.tag, sizeof known.tag) == 0)
        return ERR_NONE;
    return sql_call(node->app->store, "node_publish", publish_run, &job);
}

struct seal_job {
    const struct store_node *row;
    uint8_t sealed[KEYRING_SEALED_BYTES];
    int64_t epoch;
};

static enum err seal_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct seal_job *job = context;
    (void)arena;
    return store_node_seal(tx, job->row->node_id, job->epoch, str_bytes(job->sealed, sizeof job->sealed));
}

/* A member whose key was not there when the epoch was made. */
static enum err seal_to_late(struct node *node, const struct node_look *look)
{
    int64_t newest = keyring_epoch(node->app->keyring);
    for (size_t i = 0; i < look->count; i++) {
        const struct store_node *row = &look->rows[i];
        bool late = row->state == NODE_MEMBER && row->epoch == newest - 1 && row->sealed_epoch != newest &&
                    is_offer(row);
        struct keyring_exchange exchange = {0};
        if (late)
            exchange = offer_of(row);
        if (!late || !keyring_exchange_verify(node->app->keyring, &exchange))
            continue;
        struct seal_job job = {.row = row, .epoch = newest};
        TRY(keyring_seal_present(node->app->keyring, exchange.key, job.sealed));
        TRY(sql_call(node->app->store, "node_seal", seal_run, &job));
    }
    return ERR_NONE;
}

static bool under_way(struct keyring *keyring)
{
    return keyring_epoch(keyring) != keyring_epoch_oldest(keyring);
}

/* A read that began before the last key was wrapped anew still sees it under the old epoch. */
enum err node_destroy_old(struct app *app)
{
    TRY(sql_await_readers(app->store));
    enum err error = keyring_turn_finish(app->keyring);
    if (error == ERR_STATE && !under_way(app->keyring))
        return ERR_NONE;
    TRY(error);
    log_info("node_destroyed_epoch", LOG_INT("epoch", keyring_epoch(app->keyring) - 1));
    return ERR_NONE;
}

enum err node_keep_up(struct node *node, struct arena *arena, const struct node_look *look, bool *ret_changed)
{
    struct keyring *keyring = node->app->keyring;
    int64_t newest = keyring_epoch(keyring), oldest = keyring_epoch_oldest(keyring);
    (void)arena;
    if (look->self->sealed_epoch == newest + 1 && newest == oldest) {
        enum err error = keyring_take_next(keyring, look->self->sealed);
        log_info("node_took_epoch", LOG_INT("epoch", newest + 1), LOG_ERR(error));
        if (error != ERR_NONE && error != ERR_CORRUPT && error != ERR_STATE)
            return error;
    }
    if (under_way(keyring) && look->over >= keyring_epoch(keyring))
        TRY(node_destroy_old(node->app));
    *ret_changed = newest != keyring_epoch(keyring) || oldest != keyring_epoch_oldest(keyring);
    if (look->writes <= keyring_epoch(keyring))
        TRY(seal_to_late(node, look));
    return under_way(keyring) ? ERR_NONE : offer(node, look);
}

enum err node_turn_look(struct app *app, int64_t epoch, struct node_turn *ret_turn)
{
    *ret_turn = (struct node_turn){.held = true, .over = true};
    if (app->node == NULL)
        return ERR_NONE;
    struct arena *arena = arena_new(0);
    struct node_look look = {0};
    enum err error = arena != NULL ? node_look(app->node, arena, &look) : ERR_MEMORY;
    for (size_t i = 0; error == ERR_NONE && i < look.count; i++) {
        const struct store_node *row = &look.rows[i];
        if (row->state != NODE_MEMBER)
            continue;
        bool self = row->node_id == app->node->id;
        bool alive = look.now - row->beaten_at < LIMIT_NODE_GONE_SECONDS * MICROS_SECOND;
        ret_turn->members++;
        ret_turn->held = ret_turn->held && (self || !alive || row->epoch >= epoch);
        ret_turn->over = ret_turn->over && (self || row->epoch_oldest >= epoch);
    }
    arena_free(arena);
    return error;
}

struct spread_job {
    int64_t epoch, ids[LIMIT_NODES];
    size_t count;
    uint8_t (*sealed)[KEYRING_SEALED_BYTES];
};

/* The first who writes it down has made the epoch; what another made meanwhile was never on any disk. */
static enum err spread_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct spread_job *job = context;
    int64_t spread, writes;
    (void)arena;
    TRY(store_keeping_get(tx, "turn.spread", &spread));
    TRY(store_keeping_get(tx, "keyring.writes", &writes));
    if (spread >= job->epoch)
        return ERR_NONE;
    if (writes < job->epoch - 1) /* before, the newest one was written */
        TRY(store_keeping_put(tx, "keyring.writes", job->epoch - 1));
    TRY(store_keeping_put(tx, "turn.spread", job->epoch));
    for (size_t i = 0; i < job->count; i++)
        TRY(store_node_seal(tx, job->ids[i], job->epoch, str_bytes(job->sealed[i], KEYRING_SEALED_BYTES)));
    return ERR_NONE;
}

static enum err spread(struct app *app, struct arena *arena, int64_t epoch)
{
    struct node_look look;
    struct keyring_exchange *exchanges = ARENA_ARRAY(arena, LIMIT_NODES, struct keyring_exchange);
    struct spread_job job = {.epoch = epoch};
    bool self = false;
    TRY(node_look(app->node, arena, &look));
    for (size_t i = 0; i < look.count; i++) {
        const struct store_node *row = &look.rows[i];
        if (row->state != NODE_MEMBER || row->epoch != epoch - 1 || !is_offer(row))
            continue;
        exchanges[job.count] = offer_of(row);
        if (!keyring_exchange_verify(app->keyring, &exchanges[job.count]))
            continue;
        self = self || row->node_id == app->node->id;
        job.ids[job.count++] = row->node_id;
    }
    if (!self) /* its own offer stands in the store with the next sign of life */
        return ERR_NONE;
    job.sealed = arena_alloc(arena, job.count * sizeof *job.sealed);
    TRY(keyring_seal_next(app->keyring, exchanges, job.count, job.sealed));
    return sql_call(app->store, "node_spread", spread_run, &job);
}

enum err node_turn_spread(struct app *app, int64_t epoch)
{
    struct arena *arena = arena_new(0);
    if (arena == NULL)
        return ERR_MEMORY;
    enum err error = spread(app, arena, epoch);
    arena_free(arena);
    return error == ERR_NONE ? node_beat(app->node) : error;
}
