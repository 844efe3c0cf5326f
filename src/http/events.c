#include "http/internal.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { LISTENER_QUEUE_BYTES = 64 * 1024, LISTENER_KEEP_BYTES = 4 * 1024 };

/* One reader of a topic. It lives as long as its request. While it has nothing to say its connection is
 * suspended, and only who clears `suspended` under the lock may resume it. */
struct listener {
    struct listener *next, *previous;
    struct http_server *server;
    struct MHD_Connection *connection;
    int socket;
    int64_t topic, beaten; /* CLOCK_MONOTONIC microseconds of the last heartbeat */
    struct buf queue;
    bool suspended, asking, ended, dropped;
    bool (*alive)(void *context);
    void (*release)(void *context);
    void *context;
};

void events_open(struct events *events, int64_t heartbeat_micros)
{
    pthread_mutex_init(&events->lock, NULL);
    events->heartbeat_micros = heartbeat_micros;
}

void events_free(struct events *events)
{
    pthread_mutex_destroy(&events->lock);
}

/* Under the lock. A listener that is being asked stays suspended, so that it can't end meanwhile. */
static void listener_wake(struct listener *listener)
{
    if (!listener->suspended || listener->asking)
        return;
    listener->suspended = false;
    MHD_resume_connection(listener->connection);
}

/* Under the lock. Who does not read until the queue is full is cut off: it will come back and read afresh. */
static void listener_say(struct listener *listener, struct str text)
{
    if (listener->dropped || listener->ended)
        return;
    buf_add(&listener->queue, text);
    if (listener->queue.failed) {
        listener->dropped = true;
        shutdown(listener->socket, SHUT_RDWR);
    }
    listener_wake(listener);
}

static ssize_t listener_take(struct listener *listener, char *ret_bytes, size_t max)
{
    struct buf *queue = &listener->queue;
    size_t count = queue->length < max ? queue->length : max;
    memcpy(ret_bytes, queue->data, count);
    queue->length -= count;
    memmove(queue->data, queue->data + count, queue->length);
    if (queue->length == 0 && queue->capacity > LISTENER_KEEP_BYTES)
        buf_free(queue);
    return (ssize_t)count;
}

static ssize_t listener_read(void *context, uint64_t position, char *ret_bytes, size_t max)
{
    (void)position;
    struct listener *listener = context;
    struct events *events = &listener->server->events;
    ssize_t result = 0;
    pthread_mutex_lock(&events->lock);
    if (listener->dropped)
        result = MHD_CONTENT_READER_END_WITH_ERROR;
    else if (listener->queue.length != 0)
        result = listener_take(listener, ret_bytes, max);
    else if (listener->ended)
        result = MHD_CONTENT_READER_END_OF_STREAM;
    else {
        listener->suspended = true;
        MHD_suspend_connection(listener->connection);
    }
    pthread_mutex_unlock(&events->lock);
    return result;
}

static unsigned topic_count(const struct events *events, int64_t topic)
{
    unsigned count = 0;
    for (const struct listener *at = events->first; at != NULL; at = at->next)
        count += at->topic == topic;
    return count;
}

static enum err events_join(struct events *events, struct listener *listener)
{
    enum err error = ERR_NONE;
    pthread_mutex_lock(&events->lock);
    if (events->stopping)
        error = ERR_STOPPING;
    else if (events->count == LIMIT_EVENT_STREAMS ||
             topic_count(events, listener->topic) >= LIMIT_EVENT_STREAMS_TOPIC)
        error = ERR_FULL;
    else {
        listener->next = events->first;
        if (events->first != NULL)
            events->first->previous = listener;
        events->first = listener;
        events->count++;
    }
    pthread_mutex_unlock(&events->lock);
    return error;
}

static void listener_free(struct listener *listener)
{
    if (listener == NULL)
        return;
    buf_free(&listener->queue);
    free(listener);
}

/* A listener in the list; its caller fills in what is asked later, which nobody asks before it is suspended.
 */
static enum err listener_new(struct http_request *request, int64_t topic, struct listener **ret_listener)
{
    struct listener *listener = calloc(1, sizeof *listener);
    if (listener == NULL)
        return ERR_MEMORY;
    *listener = (struct listener){.server = request->server,
                                  .connection = request->connection,
                                  .socket = request->link->socket,
                                  .topic = topic,
                                  .beaten = http_monotonic(),
                                  .queue = buf_new(LISTENER_QUEUE_BYTES)};
    buf_add_c(&listener->queue, "retry: 3000\n\n"); /* milliseconds until a browser comes back */
    enum err error = listener->queue.failed ? ERR_MEMORY : events_join(&request->server->events, listener);
    if (error != ERR_NONE)
        listener_free(listener);
    else
        *ret_listener = listener;
    return error;
}

static enum err events_begin(struct http_request *request, int64_t topic)
{
    if (request->response != NULL)
        return ERR_INTERNAL;
    http_add_header(request, "X-Accel-Buffering", STR("no")); /* nginx: pass each event on at once */
    if (request->head) {
        /* with no body: the library would end a chunked one even after HEAD */
        http_answer(request, 200, "text/event-stream", STR(""));
        return ERR_NONE;
    }
    TRY(listener_new(request, topic, &request->listener));
    atomic_fetch_add(&request->server->streams, 1);
    answer_keep(
        request, 200, "text/event-stream",
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 1024, listener_read, request->listener, NULL));
    return ERR_NONE;
}

void http_answer_events(struct http_request *request, int64_t topic, bool (*alive)(void *context),
                        void (*release)(void *context), void *context)
{
    enum err error = events_begin(request, topic);
    if (error == ERR_NONE && request->listener != NULL) {
        request->listener->alive = alive;
        request->listener->release = release;
        request->listener->context = context;
        return;
    }
    if (error != ERR_NONE)
        http_fail(request, error);
    if (release != NULL)
        release(context);
}

void events_leave(struct http_request *request)
{
    struct listener *listener = request->listener;
    if (listener == NULL)
        return;
    struct events *events = &listener->server->events;
    pthread_mutex_lock(&events->lock);
    if (listener->previous != NULL)
        listener->previous->next = listener->next;
    else
        events->first = listener->next;
    if (listener->next != NULL)
        listener->next->previous = listener->previous;
    events->count--;
    pthread_mutex_unlock(&events->lock);
    atomic_fetch_sub(&request->server->streams, 1);
    if (listener->release != NULL)
        listener->release(listener->context);
    listener_free(listener);
    request->listener = NULL;
}

/* A line break in data starts a new "data:" line, as the reader puts them together again (HTML, 9.2.6). */
static void event_write(struct buf *out, const char *name, struct str data)
{
    struct str line;
    buf_printf(out, "event: %s\n", name);
    while (str_split(&data, '\n', &line))
        buf_printf(out, "data: %.*s\n", STR_ARG(line));
    buf_add_char(out, '\n');
}

void http_publish(struct http_server *server, int64_t topic, const char *name, struct str data)
{
    struct events *events = &server->events;
    struct buf text = buf_new(LISTENER_QUEUE_BYTES);
    if (data.data == NULL)
        data = STR("");
    if (gate_is_token(str_from(name)) && memchr(data.data, '\r', data.length) == NULL)
        event_write(&text, name, data);
    if (text.failed || text.length == 0)
        log_error("http_event_refused", LOG_INT("bytes", (int64_t)data.length));
    else {
        pthread_mutex_lock(&events->lock);
        for (struct listener *at = events->first; at != NULL; at = at->next)
            if (at->topic == topic)
                listener_say(at, buf_str(&text));
        pthread_mutex_unlock(&events->lock);
    }
    buf_free(&text);
}

size_t http_topics(struct http_server *server, int64_t *ret_topics, size_t limit)
{
    struct events *events = &server->events;
    size_t count = 0;
    pthread_mutex_lock(&events->lock);
    for (const struct listener *at = events->first; at != NULL && count < limit; at = at->next) {
        size_t seen = 0;
        while (seen < count && ret_topics[seen] != at->topic)
            seen++;
        if (seen == count)
            ret_topics[count++] = at->topic;
    }
    pthread_mutex_unlock(&events->lock);
    return count;
}

static bool listener_is_due(const struct events *events, const struct listener *listener, int64_t now)
{
    return listener->suspended && !listener->asking && !listener->ended &&
           now - listener->beaten >= events->heartbeat_micros;
}

/* Under the lock, which it leaves while it asks: the listener stays where it is, since it stays suspended. */
static void listener_beat(struct events *events, struct listener *listener, int64_t now)
{
    bool stays = true;
    listener->asking = true;
    listener->beaten = now;
    pthread_mutex_unlock(&events->lock);
    if (listener->alive != NULL)
        stays = listener->alive(listener->context);
    pthread_mutex_lock(&events->lock);
    listener->asking = false;
    if (stays)
        listener_say(listener, STR(":\n\n"));
    else
        listener->ended = true;
    listener_wake(listener);
}

static void events_beat(void *context)
{
    struct http_server *server = context;
    struct events *events = &server->events;
    int64_t now = http_monotonic();
    pthread_mutex_lock(&events->lock);
    for (struct listener *at = events->first; at != NULL; at = at->next)
        if (listener_is_due(events, at, now))
            listener_beat(events, at, now);
    pthread_mutex_unlock(&events->lock);
    atomic_store(&events->beating, false);
}

void events_tick(struct http_server *server)
{
    struct events *events = &server->events;
    int64_t now = http_monotonic();
    bool due = false;
    pthread_mutex_lock(&events->lock);
    for (struct listener *at = events->first; at != NULL && !due; at = at->next)
        due = listener_is_due(events, at, now);
    pthread_mutex_unlock(&events->lock);
    if (!due || atomic_exchange(&events->beating, true))
        return;
    if (pool_submit(server->pool, events_beat, server) != ERR_NONE)
        atomic_store(&events->beating, false);
}

void events_stop(struct http_server *server)
{
    struct events *events = &server->events;
    pthread_mutex_lock(&events->lock);
    events->stopping = true;
    for (struct listener *at = events->first; at != NULL; at = at->next) {
        at->ended = true;
        listener_wake(at);
    }
    pthread_mutex_unlock(&events->lock);
}
