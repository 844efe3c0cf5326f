#include "app/node_inside.h"

#include "base/clock.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/log.h"
#include "store/keeping.h"
#include "store/work.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ID_CHARACTERS = 16 };

static enum err identity_read(const char *path, int64_t *ret_id)
{
    char text[ID_CHARACTERS + 1], *end;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
    ssize_t got = read(file, text, ID_CHARACTERS);
    close(file);
    if (got != ID_CHARACTERS)
        return ERR_CORRUPT;
    text[ID_CHARACTERS] = '\0';
    *ret_id = (int64_t)strtoull(text, &end, 16);
    return *end == '\0' && *ret_id > 0 ? ERR_NONE : ERR_CORRUPT;
}

/* Whole or not at all: a node that forgot who it is would be a stranger to its own house. */
static enum err identity_make(const char *path, int64_t *ret_id)
{
    char text[ID_CHARACTERS + 1], beside[4096];
    *ret_id = ids_random_id();
    snprintf(text, sizeof text, "%016llx", (unsigned long long)*ret_id);
    if ((size_t)snprintf(beside, sizeof beside, "%s.new", path) >= sizeof beside)
        return ERR_CONFIG;
    int file = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0)
        return ERR_IO;
    bool good = write(file, text, ID_CHARACTERS) == ID_CHARACTERS && fsync(file) == 0;
    good = close(file) == 0 && good;
    return good && rename(beside, path) == 0 ? ERR_NONE : ERR_IO;
}

static void name_it(struct node *node, const struct node_options *options)
{
    if (options->name[0] != '\0')
        snprintf(node->name, sizeof node->name, "%s", options->name);
    else if (gethostname(node->name, sizeof node->name) != 0 || node->name[0] == '\0')
        snprintf(node->name, sizeof node->name, "node");
    node->name[sizeof node->name - 1] = '\0';
    snprintf(node->version, sizeof node->version, "%s", options->version);
}

static void condition_init(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

enum err node_open(struct app *app, const struct node_options *options, struct node **ret_node)
{
    int64_t id;
    enum err error = identity_read(options->path, &id);
    if (error == ERR_NOT_FOUND)
        error = identity_make(options->path, &id);
    TRY(error);
    struct node *node = calloc(1, sizeof *node);
    if (node == NULL)
        return ERR_MEMORY;
    node->app = app;
    node->id = id;
    node->alone = options->alone;
    node->started_at = clock_now();
    name_it(node, options);
    pthread_mutex_init(&node->lock, NULL);
    condition_init(&node->changed);
    *ret_node = node;
    return ERR_NONE;
}

int64_t node_id(const struct node *node)
{
    return node != NULL ? node->id : 0;
}

bool node_may_work(const struct node *node)
{
    return node == NULL || atomic_load(&node->well);
}

bool node_has_company(const struct node *node)
{
    return node != NULL && atomic_load(&node->company);
}

bool node_had_company(const struct node *node, int64_t since)
{
    return node != NULL && atomic_load(&node->company_at) > since;
}

static bool is_company(const struct node *node, const struct node_look *look)
{
    for (size_t i = 0; i < look->count; i++) {
        const struct store_node *row = &look->rows[i];
        if (row->node_id != node->id && row->state == NODE_MEMBER &&
            look->now - row->beaten_at < LIMIT_NODE_GONE_SECONDS * MICROS_SECOND)
            return true;
    }
    return false;
}

struct look_job {
    struct node *node;
    struct arena *arena;
    struct node_look *look;
};

static struct str kept(struct arena *arena, struct str text)
{
    return arena_str(arena, text);
}

static enum err look_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct look_job *job = context;
    struct node_look *look = job->look;
    (void)arena;
    look->rows = ARENA_ARRAY(job->arena, LIMIT_NODES, struct store_node);
    TRY(store_keeping_get(tx, "keyring.writes", &look->writes));
    TRY(store_keeping_get(tx, "keyring.over", &look->over));
    TRY(store_keeping_get(tx, "turn.epoch", &look->turn_epoch));
    TRY(store_node_list(tx, look->rows, LIMIT_NODES, &look->count));
    for (size_t i = 0; i < look->count; i++) {
        struct store_node *row = &look->rows[i];
        row->name = kept(job->arena, row->name);
        row->version = kept(job->arena, row->version);
        row->exchange_key = kept(job->arena, row->exchange_key);
        row->exchange_tag = kept(job->arena, row->exchange_tag);
        row->sealed = kept(job->arena, row->sealed);
        if (row->node_id == job->node->id)
            look->self = row;
    }
    return ERR_NONE;
}

enum err node_look(struct node *node, struct arena *arena, struct node_look *ret_look)
{
    *ret_look = (struct node_look){.app = node->app, .now = clock_now()};
    struct look_job job = {node, arena, ret_look};
    return sql_read(node->app->store, look_run, arena, &job);
}

struct sign_job {
    struct node *node;
    struct store_node row;
    bool changed;
};

static enum err sign_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct sign_job *job = context;
    (void)arena;
    TRY(store_node_beat(tx, &job->row));
    return job->changed ? store_queue_move(tx, "turn", 0, 0, job->row.beaten_at) : ERR_NONE;
}

static struct store_node row_of(const struct node *node)
{
    return (struct store_node){
        .node_id = node->id,
        .state = NODE_MEMBER,
        .started_at = node->started_at,
        .beaten_at = clock_now(),
        .epoch = keyring_epoch(node->app->keyring),
        .epoch_oldest = keyring_epoch_oldest(node->app->keyring),
        .name = str_from(node->name),
        .version = str_from(node->version),
    };
}

static enum err sign(struct node *node, bool changed)
{
    struct sign_job job = {.node = node, .row = row_of(node), .changed = changed};
    return sql_call(node->app->store, "node_beat", sign_run, &job);
}

/* What a node may do that has a row: nothing where it was retired, or lacks the epoch that is written. */
static enum err judge(const struct node *node, const struct node_look *look)
{
    if (look->self == NULL || look->self->state != NODE_MEMBER)
        return ERR_FORBIDDEN;
    return look->writes <= keyring_epoch(node->app->keyring) ? ERR_NONE : ERR_BUSY;
}

static enum err beat(struct node *node, struct arena *arena)
{
    struct node_look look;
    bool changed = false;
    TRY(node_look(node, arena, &look));
    if (look.self == NULL || look.self->state != NODE_MEMBER)
        return ERR_FORBIDDEN;
    atomic_store(&node->company, is_company(node, &look));
    if (node->company)
        atomic_store(&node->company_at, look.now);
    TRY(node_keep_up(node, arena, &look, &changed));
    TRY(sign(node, changed && look.turn_epoch != 0));
    return judge(node, &look);
}

enum err node_beat(struct node *node)
{
    struct arena *arena = arena_new(0);
    if (arena == NULL)
        return ERR_MEMORY;
    enum err error = beat(node, arena);
    arena_free(arena);
    bool before = atomic_exchange(&node->well, error == ERR_NONE);
    if (error != ERR_NONE && before)
        log_error("node_stops_work", LOG_ERR(error));
    return error;
}

/* The first of a house lets itself in; so does the only one there can be, on a store that is a file. */
static enum err make_room(const struct node *node, struct sql_tx *tx, struct arena *arena)
{
    struct store_node *rows = ARENA_ARRAY(arena, LIMIT_NODES, struct store_node);
    size_t count;
    TRY(store_node_list(tx, rows, LIMIT_NODES, &count));
    for (size_t i = 0; i < count; i++) {
        if (rows[i].state != NODE_MEMBER)
            continue;
        if (!node->alone)
            return ERR_FORBIDDEN;
        TRY(store_node_set_state(tx, rows[i].node_id, NODE_RETIRED));
    }
    return ERR_NONE;
}

static enum err first_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct sign_job *job = context;
    struct store_node row;
    enum err error = store_node_get(tx, job->node->id, &row);
    if (error == ERR_NONE)
        return row.state == NODE_MEMBER ? ERR_NONE : ERR_FORBIDDEN;
    if (error != ERR_NOT_FOUND)
        return error;
    TRY(make_room(job->node, tx, arena));
    job->row.exchange_key = job->row.exchange_tag = STR("");
    return store_node_put(tx, &job->row);
}

/* Twice: what is taken is destroyed, offered and told by the second look. */
enum err node_enter(struct node *node)
{
    struct sign_job job = {.node = node, .row = row_of(node)};
    TRY(sql_call(node->app->store, "node_enter", first_run, &job));
    enum err error = node_beat(node);
    return error == ERR_NONE ? node_beat(node) : error;
}

static bool wait_for_next(struct node *node)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += LIMIT_NODE_BEAT_SECONDS;
    pthread_mutex_lock(&node->lock);
    int result = 0;
    while (!node->stopping && result == 0)
        result = pthread_cond_timedwait(&node->changed, &node->lock, &until);
    bool go_on = !node->stopping;
    pthread_mutex_unlock(&node->lock);
    return go_on;
}

static void *node_thread(void *context)
{
    struct node *node = context;
    pthread_setname_np(pthread_self(), "node");
    while (wait_for_next(node)) {
        node_beat(node);
        if (node->app->logs != NULL && log_share_pull(node->app, &node->share) != ERR_NONE)
            log_warn("log_share");
    }
    return NULL;
}

enum err node_start(struct node *node)
{
    if (node->app->logs != NULL)
        TRY(log_share_pull(node->app, &node->share));
    node->running = pthread_create(&node->thread, NULL, node_thread, node) == 0;
    return node->running ? ERR_NONE : ERR_MEMORY;
}

void node_free(struct node *node)
{
    if (node == NULL)
        return;
    pthread_mutex_lock(&node->lock);
    node->stopping = true;
    pthread_cond_signal(&node->changed);
    pthread_mutex_unlock(&node->lock);
    if (node->running)
        pthread_join(node->thread, NULL);
    pthread_cond_destroy(&node->changed);
    pthread_mutex_destroy(&node->lock);
    free(node);
}
