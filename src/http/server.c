#include "base/clock.h"
#include "base/log.h"
#include "http/internal.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static int64_t seconds_or(unsigned seconds, unsigned otherwise)
{
    return (int64_t)(seconds != 0 ? seconds : otherwise) * MICROS_SECOND;
}

/* Locks and times, before anything that may fail, so that http_stop can take any half-built server. */
static struct http_server *server_new(const struct http_options *options)
{
    pthread_condattr_t monotonic;
    struct http_server *server = calloc(1, sizeof *server);
    if (server == NULL)
        return NULL;
    server->options = *options;
    server->socket = -1;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&server->lock, NULL);
    pthread_cond_init(&server->idle, &monotonic);
    pthread_mutex_init(&server->sweeper.lock, NULL);
    pthread_cond_init(&server->sweeper.wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    server->sweeper.head_micros = seconds_or(options->head_seconds, LIMIT_HEAD_SECONDS);
    server->sweeper.body_micros = seconds_or(options->body_seconds, LIMIT_BODY_SECONDS);
    server->sweeper.idle_micros = seconds_or(options->idle_seconds, LIMIT_IDLE_SECONDS);
    events_open(&server->events, seconds_or(options->heartbeat_seconds, LIMIT_HEARTBEAT_SECONDS));
    return server;
}

static void server_free(struct http_server *server)
{
    router_free(&server->router);
    arena_free(server->arena);
    pool_free(server->pool);
    events_free(&server->events);
    pthread_cond_destroy(&server->sweeper.wake);
    pthread_mutex_destroy(&server->sweeper.lock);
    pthread_cond_destroy(&server->idle);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

static void server_set_origin(struct http_server *server)
{
    struct str origin = str_from(server->options.public_origin), listen = str_from(server->options.listen);
    while (listen.length != 0 && listen.data[listen.length - 1] != ':')
        listen.length--;
    server->origin = origin.length != 0
                         ? arena_str(server->arena, origin)
                         : arena_printf(server->arena, "http://%.*s%u", STR_ARG(listen), server->port);
    server->secure = str_starts(server->origin, STR("https://"));
}

/* Connections that this process may hold open, with room for files and sockets of its own. */
static unsigned connection_limit(void)
{
    enum { OWN_DESCRIPTORS = 128 };
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= LIMIT_CONNECTIONS + OWN_DESCRIPTORS)
        return LIMIT_CONNECTIONS;
    return files.rlim_cur > 2 * OWN_DESCRIPTORS ? (unsigned)files.rlim_cur - OWN_DESCRIPTORS
                                                : OWN_DESCRIPTORS;
}

static unsigned event_threads(const struct http_options *options)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (options->event_threads != 0)
        return options->event_threads;
    return cores > 2 ? (unsigned)cores : 2; /* the library's pool wants two at least */
}

static enum err daemon_start(struct http_server *server)
{
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC;
    unsigned idle = (unsigned)(server->sweeper.idle_micros / MICROS_SECOND);
    const struct MHD_OptionItem items[] = {
        {MHD_OPTION_LISTEN_SOCKET, server->socket, NULL},
        {MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)event_threads(&server->options), NULL},
        {MHD_OPTION_THREAD_STACK_SIZE, HTTP_STACK_BYTES, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)connection_limit(), NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)idle, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, LIMIT_CONNECTION_POOL_BYTES, NULL},
#if MHD_VERSION >= 0x00097600
        {MHD_OPTION_CLIENT_DISCIPLINE_LVL, 2, NULL},
#endif
        {MHD_OPTION_END, 0, NULL},
    };
    server->daemon =
        MHD_start_daemon(flags, 0, NULL, NULL, serve_request, server, MHD_OPTION_ARRAY, items,
                         MHD_OPTION_NOTIFY_CONNECTION, serve_connection, server, MHD_OPTION_URI_LOG_CALLBACK,
                         serve_line, server, MHD_OPTION_NOTIFY_COMPLETED, serve_end, server, MHD_OPTION_END);
    server->socket = -1; /* the library's now: it closes it when it stops */
    return server->daemon != NULL ? ERR_NONE : ERR_IO;
}

static enum err server_open(struct http_server *server)
{
    const struct http_options *options = &server->options;
    unsigned workers = options->worker_threads != 0 ? options->worker_threads : LIMIT_WORKERS;
    server->arena = arena_new(0);
    if (server->arena == NULL)
        return ERR_MEMORY;
    TRY(router_open(&server->router, options->routes, options->route_count));
    TRY(listen_open(options->listen, &server->socket, &server->port));
    server_set_origin(server);
    TRY(pool_new("http-worker", workers, LIMIT_WORKER_QUEUE, 0, &server->pool));
    TRY(daemon_start(server));
    return sweeper_start(server);
}

enum err http_start(const struct http_options *options, struct http_server **ret_server)
{
    struct http_server *server = server_new(options);
    if (server == NULL)
        return ERR_MEMORY;
    enum err error = server_open(server);
    if (error != ERR_NONE) {
        http_stop(server);
        return error;
    }
    *ret_server = server;
    return ERR_NONE;
}

uint16_t http_port(const struct http_server *server)
{
    return server->port;
}

/* Waits until what is under way has its answer, at most HTTP_STOP_SECONDS. */
static void server_finish(struct http_server *server)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += HTTP_STOP_SECONDS;
    pthread_mutex_lock(&server->lock);
    while (server->active != 0)
        if (pthread_cond_timedwait(&server->idle, &server->lock, &until) != 0) {
            log_warn("http_stop_late", LOG_INT("requests", server->active));
            break;
        }
    pthread_mutex_unlock(&server->lock);
}

/* MHD_quiesce_daemon of 0.9.75 races with its own threads and then aborts, so the listening socket stays open
 * until the end; whoever comes meanwhile is told to come back (503). */
void http_stop(struct http_server *server)
{
    if (server == NULL)
        return;
    atomic_store(&server->stopping, true);
    if (server->daemon != NULL) {
        events_stop(server);
        server_finish(server);
    }
    sweeper_stop(&server->sweeper);
    if (server->pool != NULL)
        pool_stop(server->pool); /* resumes all that is suspended; the library must not stop before */
    if (server->daemon != NULL)
        MHD_stop_daemon(server->daemon);
    if (server->socket >= 0)
        close(server->socket);
    server_free(server);
}

void http_count(struct http_server *server, struct http_counters *ret_counters)
{
    *ret_counters = (struct http_counters){.connections = atomic_load(&server->connections),
                                           .requests = atomic_load(&server->requests),
                                           .refused = atomic_load(&server->refused),
                                           .streams = atomic_load(&server->streams)};
    for (size_t i = 0; i < sizeof server->status / sizeof *server->status; i++)
        ret_counters->status[i] = atomic_load(&server->status[i]);
}
