#include "app/node_events.h"

#include "app/node.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "store/message.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Ids begin with the milliseconds at which a node took the message in; its commit may come a little later
 * than that of a later one, so the last seconds are looked at again and again. */
enum { EVENTS_RECENT = 32, EVENTS_WINDOW_SECONDS = 30, ID_TIME_SHIFT = 20, MICROS_A_MILLISECOND = 1000 };

struct topic {
    int64_t account_id, since;
    int64_t seen[EVENTS_RECENT];
    size_t seen_count;
};

struct node_events {
    struct app *app;
    node_events_topics *topics;
    void *context;
    struct topic *rows;
    size_t count;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool running, stopping;
};

static int64_t id_at(int64_t micros)
{
    return (micros / MICROS_A_MILLISECOND) << ID_TIME_SHIFT;
}

struct look_job {
    struct topic *rows;
    size_t count;
    int64_t now;
    size_t found[LIMIT_EVENT_STREAMS];
    int64_t ids[LIMIT_EVENT_STREAMS][EVENTS_RECENT];
};

static enum err look_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct look_job *job = context;
    (void)arena;
    for (size_t i = 0; i < job->count; i++) {
        int64_t window = job->now - EVENTS_WINDOW_SECONDS * MICROS_SECOND;
        int64_t from = window > job->rows[i].since ? window : job->rows[i].since;
        TRY(store_message_recent(tx, job->rows[i].account_id, id_at(from), job->ids[i], EVENTS_RECENT,
                                 &job->found[i]));
    }
    return ERR_NONE;
}

static bool was_seen(const struct topic *row, int64_t id)
{
    for (size_t i = 0; i < row->seen_count; i++)
        if (row->seen[i] == id)
            return true;
    return false;
}

static void tell(struct node_events *events, struct topic *row, const int64_t *ids, size_t count)
{
    struct app *app = events->app;
    for (size_t i = count; i-- != 0;) {
        char text[24];
        int length = snprintf(text, sizeof text, "%lld", (long long)ids[i]);
        if (!was_seen(row, ids[i]) && app->publish != NULL)
            app->publish(app->publish_context, row->account_id, "message", str_bytes(text, (size_t)length));
    }
    memcpy(row->seen, ids, count * sizeof *ids);
    row->seen_count = count;
}

static struct topic *topic_of(struct node_events *events, int64_t account_id)
{
    for (size_t i = 0; i < events->count; i++)
        if (events->rows[i].account_id == account_id)
            return &events->rows[i];
    return NULL;
}

/* A stream that is new here has seen what its page showed a moment ago. */
static enum err topics_refresh(struct node_events *events, int64_t now)
{
    int64_t ids[LIMIT_EVENT_STREAMS];
    size_t count = events->topics(events->context, ids, LIMIT_EVENT_STREAMS);
    struct topic *rows = calloc(count + 1, sizeof *rows);
    if (rows == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        const struct topic *known = topic_of(events, ids[i]);
        rows[i] =
            known != NULL ? *known : (struct topic){.account_id = ids[i], .since = now - 2 * MICROS_SECOND};
    }
    free(events->rows);
    events->rows = rows;
    events->count = count;
    return ERR_NONE;
}

enum err node_events_look(struct node_events *events, int64_t now)
{
    TRY(topics_refresh(events, now));
    if (events->count == 0)
        return ERR_NONE;
    struct arena *arena = arena_new(0);
    struct look_job *job = calloc(1, sizeof *job);
    enum err error = arena != NULL && job != NULL ? ERR_NONE : ERR_MEMORY;
    if (error == ERR_NONE) {
        job->rows = events->rows;
        job->count = events->count;
        job->now = now;
        error = sql_read(events->app->store, look_run, arena, job);
    }
    for (size_t i = 0; error == ERR_NONE && i < events->count; i++)
        tell(events, &events->rows[i], job->ids[i], job->found[i]);
    free(job);
    arena_free(arena);
    return error;
}

static void *events_thread(void *context)
{
    struct node_events *events = context;
    pthread_setname_np(pthread_self(), "events");
    for (;;) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec++;
        pthread_mutex_lock(&events->lock);
        int waited = 0;
        while (!events->stopping && waited == 0)
            waited = pthread_cond_timedwait(&events->changed, &events->lock, &until);
        bool stopping = events->stopping;
        pthread_mutex_unlock(&events->lock);
        if (stopping)
            return NULL;
        if (node_has_company(events->app->node) && node_events_look(events, clock_now()) != ERR_NONE)
            log_warn("events_look");
    }
}

enum err node_events_new(struct app *app, node_events_topics *topics, void *context,
                         struct node_events **ret_events)
{
    pthread_condattr_t attributes;
    struct node_events *events = calloc(1, sizeof *events);
    if (events == NULL)
        return ERR_MEMORY;
    *events = (struct node_events){.app = app, .topics = topics, .context = context};
    pthread_mutex_init(&events->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&events->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    *ret_events = events;
    return ERR_NONE;
}

enum err node_events_start(struct app *app, node_events_topics *topics, void *context,
                           struct node_events **ret_events)
{
    struct node_events *events;
    TRY(node_events_new(app, topics, context, &events));
    events->running = pthread_create(&events->thread, NULL, events_thread, events) == 0;
    if (!events->running) {
        node_events_stop(events);
        return ERR_MEMORY;
    }
    *ret_events = events;
    return ERR_NONE;
}

void node_events_stop(struct node_events *events)
{
    if (events == NULL)
        return;
    pthread_mutex_lock(&events->lock);
    events->stopping = true;
    pthread_cond_signal(&events->changed);
    pthread_mutex_unlock(&events->lock);
    if (events->running)
        pthread_join(events->thread, NULL);
    pthread_cond_destroy(&events->changed);
    pthread_mutex_destroy(&events->lock);
    free(events->rows);
    free(events);
}
