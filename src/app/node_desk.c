#include "app/node_inside.h"

#include "app/steady.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "store/key.h"
#include "store/work.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static bool is_alive(const struct store_node *row, int64_t now)
{
    return row->state == NODE_MEMBER && now - row->beaten_at < LIMIT_NODE_GONE_SECONDS * MICROS_SECOND;
}

static const char *state_name(int64_t state, bool alive)
{
    return state == NODE_ASKS ? "asks" : state == NODE_RETIRED ? "retired" : alive ? "alive" : "gone";
}

struct list_job {
    struct app *app;
    struct arena *arena;
    struct node_row *rows;
    size_t count;
};

static struct node_row show(const struct list_job *job, const struct store_node *row, int64_t now)
{
    struct node_row shown = {
        .node_id = row->node_id,
        .state = row->state,
        .epoch = row->epoch,
        .epoch_oldest = row->epoch_oldest,
        .started_at = row->started_at,
        .beaten_at = row->beaten_at,
        .name = arena_str(job->arena, row->name),
        .version = arena_str(job->arena, row->version),
        .alive = is_alive(row, now),
        .self = row->node_id == node_id(job->app->node),
    };
    shown.state_name = state_name(row->state, shown.alive);
    if (row->state == NODE_ASKS && row->exchange_key.length == KEYRING_EXCHANGE_BYTES)
        keyring_exchange_print((const uint8_t *)row->exchange_key.data, shown.print);
    return shown;
}

static enum err list_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct list_job *job = context;
    struct store_node *rows = ARENA_ARRAY(arena, LIMIT_NODES, struct store_node);
    int64_t now = clock_now();
    TRY(store_node_list(tx, rows, LIMIT_NODES, &job->count));
    job->rows = ARENA_ARRAY(job->arena, LIMIT_NODES, struct node_row);
    for (size_t i = 0; i < job->count; i++)
        job->rows[i] = show(job, &rows[i], now);
    return ERR_NONE;
}

enum err node_list(struct app *app, struct arena *arena, struct node_row **ret_rows, size_t *ret_count)
{
    struct list_job job = {.app = app, .arena = arena};
    TRY(sql_read(app->store, list_run, arena, &job));
    *ret_rows = job.rows;
    *ret_count = job.count;
    return ERR_NONE;
}

struct desk_job {
    struct app *app;
    struct str name, print;
};

/* By its id in hex, or by a name that one node alone has which is not retired. */
static enum err find(struct sql_tx *tx, struct arena *arena, struct str name, struct store_node *ret_node)
{
    struct store_node *rows = ARENA_ARRAY(arena, LIMIT_NODES, struct store_node);
    size_t count, found = 0;
    TRY(store_node_list(tx, rows, LIMIT_NODES, &count));
    for (size_t i = 0; i < count; i++) {
        char id[17];
        snprintf(id, sizeof id, "%016llx", (unsigned long long)rows[i].node_id);
        bool by_id = str_is(name, id);
        if (!by_id && (rows[i].state == NODE_RETIRED || !str_equal(rows[i].name, name)))
            continue;
        *ret_node = rows[i];
        found = by_id ? 1 : found + 1;
        if (by_id)
            break;
    }
    return found == 0 ? ERR_NOT_FOUND : found == 1 ? ERR_NONE : ERR_CONFLICT;
}

static enum err retire_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct desk_job *job = context;
    struct store_node row;
    char clock[STEADY_NAME_BYTES];
    int64_t now = clock_now();
    TRY(find(tx, arena, job->name, &row));
    if (is_alive(&row, now) || row.node_id == node_id(job->app->node))
        return ERR_STATE;
    TRY(store_node_set_state(tx, row.node_id, NODE_RETIRED));
    steady_name(row.node_id, clock);
    TRY(store_setting_delete(tx, clock));
    return store_queue_move(tx, "turn", 0, 0, now);
}

enum err node_retire(struct app *app, struct str name)
{
    struct desk_job job = {.app = app, .name = name};
    TRY(sql_call(app->store, "node_retire", retire_run, &job));
    log_info("node_retired");
    return ERR_NONE;
}

static enum err admit_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct desk_job *job = context;
    struct store_node row;
    char print[20];
    uint8_t sealed[KEYRING_SEALED_BYTES];
    struct keyring *keyring = job->app->keyring;
    TRY(find(tx, arena, job->name, &row));
    if (row.state != NODE_ASKS || row.exchange_key.length != KEYRING_EXCHANGE_BYTES)
        return ERR_STATE;
    const uint8_t *key = (const uint8_t *)row.exchange_key.data;
    keyring_exchange_print(key, print);
    if (!str_is(job->print, print))
        return ERR_WRONG_PROOF;
    TRY(keyring_seal_present(keyring, key, sealed));
    TRY(store_node_set_state(tx, row.node_id, NODE_MEMBER));
    row.epoch = keyring_epoch(keyring);
    row.epoch_oldest = keyring_epoch_oldest(keyring);
    TRY(store_node_beat(tx, &row));
    return store_node_seal(tx, row.node_id, row.epoch, str_bytes(sealed, sizeof sealed));
}

enum err node_admit(struct app *app, struct str name, struct str print)
{
    struct desk_job job = {app, name, print};
    TRY(sql_call(app->store, "node_admit", admit_run, &job));
    log_info("node_admitted");
    return ERR_NONE;
}

struct ask_job {
    struct node *node;
    struct arena *arena;
    uint8_t key[KEYRING_EXCHANGE_BYTES];
    struct str sealed;
};

static enum err ask_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct ask_job *job = context;
    struct store_node row;
    (void)arena;
    enum err error = store_node_get(tx, job->node->id, &row);
    if (error == ERR_NONE && row.state == NODE_RETIRED)
        return ERR_FORBIDDEN;
    if (error != ERR_NONE && error != ERR_NOT_FOUND)
        return error;
    const struct store_node asks = {.node_id = job->node->id,
                                    .state = NODE_ASKS,
                                    .name = str_from(job->node->name),
                                    .version = str_from(job->node->version),
                                    .started_at = clock_now(),
                                    .beaten_at = clock_now(),
                                    .exchange_key = str_bytes(job->key, sizeof job->key),
                                    .exchange_tag = STR("")};
    return store_node_put(tx, &asks);
}

static enum err answer_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct ask_job *job = context;
    struct store_node row;
    (void)arena;
    TRY(store_node_get(tx, job->node->id, &row));
    if (row.state != NODE_MEMBER || row.sealed_epoch == 0)
        return ERR_BUSY;
    job->sealed = arena_str(job->arena, row.sealed);
    return ERR_NONE;
}

static enum err await_answer(struct ask_job *job, int64_t wait_micros)
{
    static const struct timespec pause = {0, 200 * 1000 * 1000};
    int64_t begun = clock_read().monotonic;
    enum err error;
    while ((error = sql_read(job->node->app->store, answer_run, job->arena, job)) == ERR_BUSY &&
           clock_read().monotonic - begun < wait_micros)
        nanosleep(&pause, NULL);
    return error;
}

static enum err join_with(struct node *node, struct arena *arena, const struct node_join *join)
{
    struct ask_job job = {.node = node, .arena = arena};
    uint8_t *secret = arena_alloc(arena, KEYRING_EXCHANGE_BYTES);
    char print[20];
    keyring_exchange_pair(job.key, secret);
    keyring_exchange_print(job.key, print);
    enum err error = sql_call(node->app->store, "node_ask", ask_run, &job);
    if (error == ERR_NONE) {
        join->ask(join->context, str_from(node->name), print);
        error = await_answer(&job, join->wait_micros);
    }
    if (error == ERR_NONE)
        error = keyring_create_sealed(join->keyring, join->mirror, job.key, secret, job.sealed);
    return error;
}

enum err node_join(struct app *app, const struct node_options *options, const struct node_join *join)
{
    struct node *node;
    struct arena *arena = arena_new_wiped(0);
    if (arena == NULL)
        return ERR_MEMORY;
    enum err error = node_open(app, options, &node);
    if (error == ERR_NONE) {
        error = join_with(node, arena, join);
        node_free(node);
    }
    arena_free(arena);
    return error;
}
