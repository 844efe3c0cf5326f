#include "http/internal.h"

#include "base/clock.h"

#include <sys/socket.h>
#include <time.h>

/* The library knows only an inactivity time-out, so a byte every minute would hold a connection for ever.
 * This thread shuts down sockets past the deadline of their head or body; the library then sees them end. */
enum { SWEEPER_TICK_MILLIS = 250 };

int64_t http_monotonic(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * MICROS_SECOND + now.tv_nsec / 1000;
}

static void sweeper_pass(struct sweeper *sweeper)
{
    int64_t now = http_monotonic();
    for (struct http_connection *at = sweeper->first; at != NULL; at = at->next) {
        if (at->deadline == 0 || at->deadline > now)
            continue;
        at->deadline = 0;
        shutdown(at->socket, SHUT_RDWR); /* the socket is open as long as the connection is in the list */
    }
}

static void sweeper_wait(struct sweeper *sweeper)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += SWEEPER_TICK_MILLIS * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_nsec -= 1000000000L;
        until.tv_sec++;
    }
    pthread_cond_timedwait(&sweeper->wake, &sweeper->lock, &until);
}

static void *sweeper_thread(void *context)
{
    struct http_server *server = context;
    struct sweeper *sweeper = &server->sweeper;
    pthread_setname_np(pthread_self(), "http-sweeper");
    pthread_mutex_lock(&sweeper->lock);
    while (!sweeper->stopping) {
        sweeper_wait(sweeper);
        sweeper_pass(sweeper);
        pthread_mutex_unlock(&sweeper->lock);
        events_tick(server);
        pthread_mutex_lock(&sweeper->lock);
    }
    pthread_mutex_unlock(&sweeper->lock);
    return NULL;
}

enum err sweeper_start(struct http_server *server)
{
    struct sweeper *sweeper = &server->sweeper;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, HTTP_STACK_BYTES);
    sweeper->running = pthread_create(&sweeper->thread, &attributes, sweeper_thread, server) == 0;
    pthread_attr_destroy(&attributes);
    return sweeper->running ? ERR_NONE : ERR_MEMORY;
}

void sweeper_stop(struct sweeper *sweeper)
{
    if (!sweeper->running)
        return;
    pthread_mutex_lock(&sweeper->lock);
    sweeper->stopping = true;
    pthread_cond_signal(&sweeper->wake);
    pthread_mutex_unlock(&sweeper->lock);
    pthread_join(sweeper->thread, NULL);
    sweeper->running = false;
}

void sweeper_add(struct sweeper *sweeper, struct http_connection *connection)
{
    pthread_mutex_lock(&sweeper->lock);
    connection->previous = NULL;
    connection->next = sweeper->first;
    if (sweeper->first != NULL)
        sweeper->first->previous = connection;
    sweeper->first = connection;
    connection->deadline = http_monotonic() + sweeper->head_micros;
    pthread_mutex_unlock(&sweeper->lock);
}

void sweeper_remove(struct sweeper *sweeper, struct http_connection *connection)
{
    pthread_mutex_lock(&sweeper->lock);
    if (connection->previous != NULL)
        connection->previous->next = connection->next;
    else
        sweeper->first = connection->next;
    if (connection->next != NULL)
        connection->next->previous = connection->previous;
    pthread_mutex_unlock(&sweeper->lock);
}

void sweeper_deadline(struct sweeper *sweeper, struct http_connection *connection, int64_t micros)
{
    pthread_mutex_lock(&sweeper->lock);
    connection->deadline = micros != 0 ? http_monotonic() + micros : 0;
    pthread_mutex_unlock(&sweeper->lock);
}
