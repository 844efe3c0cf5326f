/* A client that says exactly the bytes that it is told to. */
#ifndef TEST_HTTP_CLIENT_H
#define TEST_HTTP_CLIENT_H

#include "http/http.h"

#include <stdbool.h>
#include <stdint.h>

enum { CLIENT_BYTES = 512 * 1024 };

/* What came back. */
struct client_answer {
    int status;     /* of the first answer; 0: none */
    unsigned count; /* answers */
    bool closed;    /* the server ended the connection */
    int64_t micros; /* from the first byte sent to the end */
    char *text;     /* all that came, ends in a NUL byte; the client's own, until its next call */
    size_t length;
};

/* Starts a server with these routes on a free loopback port; fails the test where it can't. */
struct http_server *client_server(struct http_options options);
/* A connection to the server. */
int client_connect(const struct http_server *server);
void client_send(int socket, const char *bytes, size_t length);
/* Reads until the server closes, until `until` was seen, or for wait_millis without a byte. */
struct client_answer client_read(int socket, const char *until, int wait_millis);
/* Connects, sends, reads till the end or wait_millis of silence, closes. */
struct client_answer client_exchange(const struct http_server *server, const char *bytes, size_t length,
                                     int wait_millis);
/* The same for a text. */
struct client_answer client_ask(const struct http_server *server, const char *text);
/* The value of a header of the first answer, "" for none; until the next call. */
const char *client_header(const struct client_answer *answer, const char *name);
/* The body of the first answer. */
const char *client_body(const struct client_answer *answer);

#endif
