/* HTTP/1.1 server over libmicrohttpd, which lives only behind this header. A strict gate stands before every
 * handler. Handlers are plain functions: those of a HTTP_WORK route run on a worker thread and may wait for a
 * commit or a password hash; those of a HTTP_INLINE route run on the event thread and may only read. A
 * handler calls one of the http_answer functions exactly once. */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

struct http_server;
struct http_request;

enum http_run { HTTP_INLINE, HTTP_WORK };
typedef void http_handler(struct http_request *request, void *context);

/* One row of the route table. path may hold "{name}" segments; a GET row answers HEAD as well. */
struct http_route {
    const char *method, *path;
    enum http_run run;
    http_handler *handler;
    void *context;
    unsigned body_limit; /* bytes; 0: LIMIT_BODY_DEFAULT_BYTES for methods with a body */
    unsigned flags;      /* HTTP_ROUTE_… */
};

enum {
    /* No Origin / Sec-Fetch-Site check: machine clients with a key or signature of their own, and /cancel. */
    HTTP_ROUTE_ANY_ORIGIN = 1,
};

/* The server keeps listen, routes and trusted_proxies by reference until http_stop. */
struct http_options {
    const char *listen; /* "127.0.0.1:8080", "[::1]:8080"; port 0 takes a free one */
    const struct http_route *routes;
    size_t route_count;
    const char *public_origin; /* "https://violet.example", what Origin must be; NULL: derived from listen */
    const char *const
        *trusted_proxies; /* addresses whose X-Forwarded-For counts, ends with NULL; NULL: none */
    unsigned event_threads, worker_threads; /* 0: cores, LIMIT_WORKERS */
    /* Answers an error in the reader's language (gate refusals, unknown routes, wrong method, too large): set
     * the body with http_answer. NULL: a plain text line. */
    void (*error_page)(struct http_request *request, enum err error, void *context);
    void *error_context;
    /* Called with error_context when an answer is made, whoever makes it; adds headers every answer has. NULL
     * allowed. */
    void (*before)(struct http_request *request, void *context);
    /* Seconds for a head, a body, an idle connection and between heartbeats; 0: LIMIT_…_SECONDS. */
    unsigned head_seconds, body_seconds, idle_seconds, heartbeat_seconds;
};

/* Binds and starts. ERR_EXISTS where the port is in use, ERR_FORBIDDEN without permission, ERR_CONFIG for a
 * bad address. */
enum err http_start(const struct http_options *options, struct http_server **ret_server);
/* The port it listens on. */
uint16_t http_port(const struct http_server *server);
/* Answers 503 to what comes from now on, finishes what is under way, joins all threads, frees; accepts NULL.
 */
void http_stop(struct http_server *server);

/* What came in. Names of headers and cookies match without case / with case; missing values are STR_NONE. */
struct str http_method(const struct http_request *request);
struct str http_path(const struct http_request *request);                    /* decoded */
struct str http_target(const struct http_request *request);                  /* path and query as sent */
struct str http_param(const struct http_request *request, const char *name); /* of the route's {name} */
struct str http_query(const struct http_request *request, const char *name);
struct str http_header(const struct http_request *request, const char *name);
struct str http_cookie(const struct http_request *request, const char *name);
struct str http_body(const struct http_request *request);
/* A field of an application/x-www-form-urlencoded body (parsed on first use). */
struct str http_form(struct http_request *request, const char *name);
/* The index-th value of a repeated field; false past the last. */
bool http_form_each(struct http_request *request, const char *name, size_t index, struct str *ret_value);
/* The peer's address, or what a trusted proxy says it is. */
struct str http_client(const struct http_request *request);
/* The request's arena (wiped at its end). */
struct arena *http_arena(struct http_request *request);
/* The route's row that matched, NULL for none. */
const struct http_route *http_route_of(const struct http_request *request);
/* Free for the edge: a pointer kept with the request. */
void http_set_user(struct http_request *request, void *user);
void *http_user(const struct http_request *request);

/* Adds a header to the answer to come. Values with control characters are refused (the header is left out).
 */
void http_add_header(struct http_request *request, const char *name, struct str value);
/* Sets a cookie: HttpOnly, SameSite=Lax, Path=/; Secure and the __Host- prefix where the public origin is
 * https. name is without the prefix; max_age in seconds, 0 deletes, -1 for the session. http_cookie finds
 * both names. */
void http_set_cookie(struct http_request *request, const char *name, struct str value, int64_t max_age);
/* Answers; body is copied. content_type NULL: "text/html; charset=utf-8". */
void http_answer(struct http_request *request, int status, const char *content_type, struct str body);
/* 303 to a path of ours. */
void http_redirect(struct http_request *request, struct str location);
/* Answers with error_page. */
void http_fail(struct http_request *request, enum err error);
/* Answers 200 with chunks that next(context) gives until it sets *ret_end; called on worker threads. release
 * is called once at the end. */
typedef enum err http_stream_next(void *context, struct arena *arena, struct str *ret_chunk, bool *ret_end);
void http_answer_stream(struct http_request *request, const char *content_type, http_stream_next *next,
                        void (*release)(void *context), void *context);

/* Server-sent events: keeps the connection as a listener of a topic (for example an account id). alive is
 * asked at each heartbeat whether the listener may stay (session ended: false). */
void http_answer_events(struct http_request *request, int64_t topic, bool (*alive)(void *context),
                        void (*release)(void *context), void *context);
/* Sends "event: name\ndata: data\n\n" to the topic's listeners. From any thread, never waits; a listener that
 * does not read is dropped. */
void http_publish(struct http_server *server, int64_t topic, const char *name, struct str data);
/* The topics that have a reader just now, each once; at most limit. Returns how many. */
size_t http_topics(struct http_server *server, int64_t *ret_topics, size_t limit);

/* connections and streams are those open now, the rest is since the start. */
struct http_counters {
    int64_t connections, requests, refused, status[6], streams; /* status[2] counts 2xx … */
};
void http_count(struct http_server *server, struct http_counters *ret_counters);

#endif
