/* What the files of this folder share. Nothing outside of src/http includes it. */
#ifndef HTTP_INTERNAL_H
#define HTTP_INTERNAL_H

#include "base/limits.h"
#include "base/pool.h"
#include "http/http.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>

enum {
    HTTP_ADDRESS_BYTES = INET6_ADDRSTRLEN,
    HTTP_PARAMS = 8,
    HTTP_ANSWER_HEADERS = 40,
    HTTP_ANSWER_HEADER_BYTES = 4 * 1024,
    /* A refused body up to this size is read and thrown away, so that the client gets to see the answer. */
    HTTP_DISCARD_BYTES = 1024 * 1024,
    HTTP_BODY_LIMIT_BYTES = 16 * 1024 * 1024,
    HTTP_STACK_BYTES = 512 * 1024,
    HTTP_STOP_SECONDS = 10,
};

struct http_pair {
    struct str name, value;
};

/* One row of the route table, cut into its segments. */
struct router_row {
    const struct http_route *route;
    struct str method, *segments; /* "{name}" segments keep their braces */
    size_t segment_count, param_count;
};

struct router {
    struct arena *arena;
    struct router_row *rows;
    size_t count;
};

/* One connection in the sweeper's list, from its first to its last notification. */
struct http_connection {
    struct http_connection *next, *previous;
    int64_t deadline; /* CLOCK_MONOTONIC microseconds; 0: none */
    int socket;
    char address[HTTP_ADDRESS_BYTES];
};

struct sweeper {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    bool running, stopping;
    struct http_connection *first;
    int64_t head_micros, body_micros, idle_micros;
};

struct listener;

struct events {
    pthread_mutex_t lock;
    struct listener *first;
    unsigned count;
    bool stopping;
    atomic_bool beating; /* a heartbeat round is queued or runs */
    int64_t heartbeat_micros;
};

struct http_server {
    struct http_options options;
    struct arena *arena; /* the options' copies */
    struct str origin;
    bool secure; /* the public origin is https */
    struct router router;
    struct MHD_Daemon *daemon;
    int socket; /* listening, until the library has it; -1 */
    uint16_t port;
    struct pool *pool;
    struct sweeper sweeper;
    struct events events;
    atomic_bool stopping;
    pthread_mutex_t lock; /* of active */
    pthread_cond_t idle;
    unsigned active; /* requests from the first call of their handler to their end */
    atomic_int_fast64_t connections, requests, refused, status[6], streams;
};

enum request_state { REQUEST_HEAD, REQUEST_BODY, REQUEST_WORKING, REQUEST_QUEUED };

struct http_request {
    struct http_server *server;
    struct MHD_Connection *connection;
    struct http_connection *link;
    struct arena *arena;
    enum request_state state;
    struct str method, target, path, query;
    const char *raw_method, *raw_target, *raw_version; /* where they lie in the library's read buffer */
    struct str client;
    struct http_pair *headers;
    size_t header_count;
    const struct http_route *route;
    struct http_pair params[HTTP_PARAMS];
    size_t param_count;
    enum err error;   /* answered instead of running the handler */
    bool close;       /* the connection ends with this answer */
    bool head;        /* HEAD */
    bool failing;     /* error_page runs */
    struct str allow; /* for 405 */
    size_t content_length, body_limit, body_length, body_capacity;
    char *body;
    struct http_pair *fields;
    size_t field_count;
    bool form_read;
    enum err form_error;
    void *user;
    struct http_pair answer_headers[HTTP_ANSWER_HEADERS];
    size_t answer_header_count, answer_header_bytes;
    unsigned status;
    struct MHD_Response *response;
    struct listener *listener;
    struct stream *stream;
};

/* Microseconds of CLOCK_MONOTONIC, which the demo's clock does not move. */
int64_t http_monotonic(void);

/* gate.c: judges target, headers and length of a request whose head has been read and sets what they say;
 * ERR_BAD_REQUEST, ERR_LENGTH_REQUIRED, ERR_HEAD_TOO_LARGE. */
enum err gate_check(struct http_request *request);
/* True where text is a token (RFC 9110, section 5.6.2). */
bool gate_is_token(struct str text);
/* True where a header's value holds no control characters but tabs (RFC 9110, section 5.5). */
bool gate_is_value(struct str text);

/* origin.c: ERR_CROSS_SITE where a browser says that another site made a state-changing request. */
enum err origin_check(const struct http_request *request);
/* The client's address: the peer's or, past trusted proxies, what X-Forwarded-For says. */
struct str origin_client(struct http_request *request);

/* router.c: cuts the table into segments; ERR_CONFIG for a row that can't match. */
enum err router_open(struct router *router, const struct http_route *routes, size_t count);
void router_free(struct router *router);
/* Finds route and params, and the decoded path; ERR_NOT_FOUND, ERR_METHOD (sets allow), ERR_BAD_REQUEST. */
enum err router_match(struct http_request *request);

/* form.c: percent-decodes; plus turns '+' into a space. False where the encoding is broken or the result is
 * no UTF-8 or holds a NUL. */
bool form_decode(struct arena *arena, struct str text, bool plus, struct str *ret_text);
/* Reads the body's fields where it is a form; ERR_BAD_FORM where it is a broken one. */
enum err form_read(struct http_request *request);

/* serve.c: the library's callbacks; context is the server. */
void serve_connection(void *context, struct MHD_Connection *library, void **socket_context,
                      enum MHD_ConnectionNotificationCode code);
void *serve_line(void *context, const char *uri, struct MHD_Connection *library);
void serve_end(void *context, struct MHD_Connection *library, void **request_context,
               enum MHD_RequestTerminationCode code);
enum MHD_Result serve_request(void *context, struct MHD_Connection *library, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **request_context);

/* answer.c: builds the answer of a handler that gave none. */
void answer_missing(struct http_request *request);
/* Hands the built answer to the library; MHD_NO closes the connection. */
enum MHD_Result answer_queue(struct http_request *request);
/* Adds the default and collected headers to a response and keeps it as the request's answer. */
void answer_keep(struct http_request *request, int status, const char *content_type,
                 struct MHD_Response *response);

/* listen.c: a listening socket for "address:port"; errors as http_start. */
enum err listen_open(const char *listen, int *ret_socket, uint16_t *ret_port);
/* Writes an address without its port; IPv4 mapped into IPv6 is written as IPv4. */
void listen_address(const struct sockaddr *address, char ret_text[HTTP_ADDRESS_BYTES]);

/* sweeper.c: the list of connections and the thread that ends late ones. */
enum err sweeper_start(struct http_server *server);
void sweeper_stop(struct sweeper *sweeper);
void sweeper_add(struct sweeper *sweeper, struct http_connection *connection);
void sweeper_remove(struct sweeper *sweeper, struct http_connection *connection);
/* Sets the deadline micros from now; 0: none. */
void sweeper_deadline(struct sweeper *sweeper, struct http_connection *connection, int64_t micros);

/* events.c: asks and beats the listeners that are due; called by the sweeper about once a second. */
void events_tick(struct http_server *server);
/* Ends all event streams and takes no more. */
void events_stop(struct http_server *server);
/* Takes the request's listener out of the list and releases its context; accepts requests without one. */
void events_leave(struct http_request *request);
void events_open(struct events *events, int64_t heartbeat_micros);
void events_free(struct events *events);

/* stream.c: releases the stream's context; accepts requests without one. */
void stream_leave(struct http_request *request);

#endif
