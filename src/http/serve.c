/* The library's callbacks: one request from its first byte to its end. */
#include "base/log.h"
#include "http/internal.h"

#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

void serve_connection(void *context, struct MHD_Connection *library, void **socket_context,
                      enum MHD_ConnectionNotificationCode code)
{
    struct http_server *server = context;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (*socket_context == NULL)
            return;
        sweeper_remove(&server->sweeper, *socket_context);
        free(*socket_context);
        *socket_context = NULL;
        atomic_fetch_sub(&server->connections, 1);
        return;
    }
    struct http_connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL)
        return; /* its requests are closed without an answer */
    connection->socket = MHD_get_connection_info(library, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    listen_address(MHD_get_connection_info(library, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr,
                   connection->address);
    unsigned silence = LIMIT_IDLE_SECONDS * 1000; /* a vanished peer with unread bytes is given up */
    setsockopt(connection->socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &silence, sizeof silence);
    *socket_context = connection;
    atomic_fetch_add(&server->connections, 1);
    sweeper_add(&server->sweeper, connection);
}

void *serve_line(void *context, const char *uri, struct MHD_Connection *library)
{
    struct http_server *server = context;
    struct http_connection *link =
        MHD_get_connection_info(library, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    struct http_request *request = link != NULL ? calloc(1, sizeof *request) : NULL;
    if (request == NULL)
        return NULL;
    request->arena = arena_new_wiped(0);
    if (request->arena == NULL) {
        free(request);
        return NULL;
    }
    request->server = server;
    request->connection = library;
    request->link = link;
    request->raw_target = uri;
    request->target = arena_str(request->arena, str_from(uri));
    sweeper_deadline(&server->sweeper, link, server->sweeper.head_micros);
    return request;
}

void serve_end(void *context, struct MHD_Connection *library, void **request_context,
               enum MHD_RequestTerminationCode code)
{
    (void)library;
    (void)code;
    struct http_server *server = context;
    struct http_request *request = *request_context;
    if (request == NULL)
        return;
    *request_context = NULL;
    sweeper_deadline(&server->sweeper, request->link, server->sweeper.idle_micros);
    events_leave(request);
    stream_leave(request);
    if (request->response != NULL)
        MHD_destroy_response(request->response);
    bool active = request->state != REQUEST_HEAD;
    arena_free(request->arena);
    free(request);
    if (!active)
        return;
    pthread_mutex_lock(&server->lock);
    if (--server->active == 0)
        pthread_cond_signal(&server->idle);
    pthread_mutex_unlock(&server->lock);
}

static void request_run(struct http_request *request)
{
    if (request->error != ERR_NONE)
        http_fail(request, request->error);
    else
        request->route->handler(request, request->route->context);
    answer_missing(request);
}

static void request_work(void *context)
{
    struct http_request *request = context;
    request_run(request);
    MHD_resume_connection(request->connection); /* from here on the event thread owns it */
}

/* Answers before the body has come: the library then reads no further and closes. */
static enum MHD_Result request_refuse(struct http_request *request)
{
    atomic_fetch_add(&request->server->refused, 1);
    request->close = true;
    request_run(request);
    return answer_queue(request);
}

/* Past the gate: which route, who asks, how much. */
static enum err request_judge(struct http_request *request)
{
    enum err error = router_match(request);
    bool has_body = !request->head && !str_is(request->method, "GET");
    request->body_limit = request->route != NULL && request->route->body_limit != 0
                              ? request->route->body_limit
                          : has_body ? LIMIT_BODY_DEFAULT_BYTES
                                     : 0;
    if (error == ERR_NONE)
        error = origin_check(request);
    return request->content_length > request->body_limit ? ERR_TOO_LARGE : error;
}

static enum MHD_Result request_start(struct http_request *request, const char *method, const char *version)
{
    struct http_server *server = request->server;
    request->state = REQUEST_BODY;
    request->raw_method = method;
    request->raw_version = version;
    request->method = arena_str(request->arena, str_from(method));
    request->head = str_is(request->method, "HEAD");
    pthread_mutex_lock(&server->lock);
    server->active++;
    pthread_mutex_unlock(&server->lock);
    atomic_fetch_add(&server->requests, 1);
    sweeper_deadline(&server->sweeper, request->link, server->sweeper.body_micros);
    request->error = gate_check(request);
    request->client = origin_client(request);
    if (request->error == ERR_NONE && atomic_load(&server->stopping))
        request->error = ERR_STOPPING;
    if (request->error != ERR_NONE)
        return request_refuse(request);
    request->error = request_judge(request);
    if (request->error == ERR_TOO_LARGE) {
        request->close = true;
        if (request->content_length > HTTP_DISCARD_BYTES || http_header(request, "Expect").data != NULL)
            return request_refuse(request);
    }
    return MHD_YES;
}

static void body_grow(struct http_request *request, size_t needed)
{
    size_t capacity = request->body_capacity != 0 ? request->body_capacity * 2 : 4096;
    while (capacity < needed)
        capacity *= 2;
    if (capacity > request->content_length)
        capacity = request->content_length;
    char *body = arena_alloc(request->arena, capacity + 1); /* ends in a NUL byte */
    if (request->body_length != 0)
        memcpy(body, request->body, request->body_length);
    request->body = body;
    request->body_capacity = capacity;
}

/* Keeps what has come. The length was judged before and the library gives no more than it; what belongs to a
 * request that fails anyway is thrown away. */
static enum MHD_Result body_take(struct http_request *request, const char *bytes, size_t length)
{
    if (request->error != ERR_NONE)
        return MHD_YES;
    if (length > request->content_length - request->body_length)
        return MHD_NO;
    if (request->body_capacity - request->body_length < length)
        body_grow(request, request->body_length + length);
    memcpy(request->body + request->body_length, bytes, length);
    request->body_length += length;
    return MHD_YES;
}

static enum MHD_Result request_finish(struct http_request *request)
{
    struct http_server *server = request->server;
    sweeper_deadline(&server->sweeper, request->link, 0);
    if (request->error == ERR_NONE)
        request->error = form_read(request);
    if (request->error != ERR_NONE)
        atomic_fetch_add(&server->refused, request->error == ERR_TOO_LARGE);
    if (request->error != ERR_NONE || request->route->run == HTTP_INLINE) {
        request_run(request);
        return answer_queue(request);
    }
    request->state = REQUEST_WORKING;
    MHD_suspend_connection(request->connection); /* first: the answer may be there before submit returns */
    enum err error = pool_submit(server->pool, request_work, request);
    if (error != ERR_NONE) {
        http_fail(request, error);
        MHD_resume_connection(request->connection);
    }
    return MHD_YES;
}

enum MHD_Result serve_request(void *context, struct MHD_Connection *library, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **request_context)
{
    (void)context;
    (void)library;
    (void)url;
    struct http_request *request = *request_context;
    if (request == NULL)
        return MHD_NO;
    if (request->state == REQUEST_HEAD)
        return request_start(request, method, version);
    if (request->state == REQUEST_QUEUED)
        return MHD_YES;
    if (request->state == REQUEST_WORKING)
        return answer_queue(request);
    if (*upload_size == 0)
        return request_finish(request);
    enum MHD_Result result = body_take(request, upload, *upload_size);
    *upload_size = 0;
    return result;
}
