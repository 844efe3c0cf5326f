/* Malformed requests: each is refused once, the connection ends, and smuggled bytes get no answer. */
#include "client.h"

#include "../test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct http_server *server;
static unsigned handled;

static void answer_ok(struct http_request *request, void *context)
{
    (void)context;
    handled++;
    http_answer(request, 200, "text/plain", http_body(request));
}

static const struct http_route routes[] = {
    {"GET", "/", HTTP_INLINE, answer_ok},
    {"POST", "/", HTTP_INLINE, answer_ok, NULL, 0, HTTP_ROUTE_ANY_ORIGIN},
    {"POST", "/small", HTTP_INLINE, answer_ok, NULL, 100, HTTP_ROUTE_ANY_ORIGIN},
};

static int start(void **state)
{
    (void)state;
    server = client_server((struct http_options){
        .routes = routes, .route_count = sizeof routes / sizeof *routes, .event_threads = 2});
    return 0;
}

static int stop(void **state)
{
    (void)state;
    http_stop(server);
    return 0;
}

#define SMUGGLED "GET / HTTP/1.1\r\nHost: smuggled\r\n\r\n"
#define GET "GET / HTTP/1.1\r\nHost: a\r\n"
#define POST "POST / HTTP/1.1\r\nHost: a\r\n"

struct hostile {
    const char *what, *request;
    size_t length; /* 0: up to the NUL */
    int status, other_status;
};

static const struct hostile hostile[] = {
    {"Content-Length twice, the same", POST "Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd" SMUGGLED, 0,
     400},
    {"Content-Length twice, different", POST "Content-Length: 4\r\nContent-Length: 40\r\n\r\nabcd" SMUGGLED,
     0, 400},
    {"Content-Length empty", POST "Content-Length:\r\n\r\n" SMUGGLED, 0, 400},
    {"Content-Length blank", POST "Content-Length:   \r\n\r\n" SMUGGLED, 0, 400},
    {"Content-Length signed plus", POST "Content-Length: +4\r\n\r\nabcd" SMUGGLED, 0, 400},
    {"Content-Length signed minus", POST "Content-Length: -4\r\n\r\nabcd" SMUGGLED, 0, 400},
    {"Content-Length hexadecimal", POST "Content-Length: 0x4\r\n\r\nabcd" SMUGGLED, 0, 400},
    {"Content-Length a list", POST "Content-Length: 4, 4\r\n\r\nabcd" SMUGGLED, 0, 400},
    {"Content-Length with letters", POST "Content-Length: 4a\r\n\r\nabcd" SMUGGLED, 0, 400},
    {"Content-Length past 64 bits", POST "Content-Length: 99999999999999999999\r\n\r\nabcd" SMUGGLED, 0, 413,
     400},
    {"Content-Length past 2^64 by 4", POST "Content-Length: 18446744073709551620\r\n\r\nabcd" SMUGGLED, 0,
     413, 400},
    {"Transfer-Encoding chunked", POST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SMUGGLED, 0, 411},
    {"Transfer-Encoding and length",
     POST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" SMUGGLED, 0, 411},
    {"Transfer-Encoding identity", POST "Transfer-Encoding: identity\r\n\r\n" SMUGGLED, 0, 411},
    {"Transfer-Encoding unknown", POST "Transfer-Encoding: xchunked\r\n\r\n" SMUGGLED, 0, 411},
    {"Transfer-Encoding twice",
     POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" SMUGGLED, 0, 411},
    {"Transfer-Encoding with a space before the colon",
     POST "Transfer-Encoding : chunked\r\nContent-Length: 0\r\n\r\n" SMUGGLED, 0, 400},
    {"Transfer-Encoding with a tab before the colon",
     POST "Transfer-Encoding\t: chunked\r\nContent-Length: 0\r\n\r\n" SMUGGLED, 0, 400},
    {"Transfer-Encoding behind a form feed", POST "Transfer-Encoding:\fchunked\r\n\r\n" SMUGGLED, 0, 400},
    {"a space before the colon", GET "X-A : b\r\n\r\n" SMUGGLED, 0, 400},
    {"a name with a parenthesis", GET "X(A): b\r\n\r\n" SMUGGLED, 0, 400},
    {"a name with bytes past ASCII", GET "X-\xc3\xa9: b\r\n\r\n" SMUGGLED, 0, 400},
    {"a line without a colon", GET "nonsense\r\n\r\n" SMUGGLED, 0, 400},
    {"a first line that is folded", "GET / HTTP/1.1\r\n X: b\r\nHost: a\r\n\r\n" SMUGGLED, 0, 400},
    {"no Host", "GET / HTTP/1.1\r\n\r\n" SMUGGLED, 0, 400},
    {"no Host in HTTP/1.0", "GET / HTTP/1.0\r\n\r\n" SMUGGLED, 0, 400},
    {"an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n" SMUGGLED, 0, 400},
    {"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" SMUGGLED, 0, 400},
    {"two Hosts, the same", "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n" SMUGGLED, 0, 400},
    {"a Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n" SMUGGLED, 0, 400},
    {"a Host with a user", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n" SMUGGLED, 0, 400},
    {"a carriage return in a value", GET "X-A: b\rc\r\n\r\n" SMUGGLED, 0, 400},
    {"a carriage return before the line's end", GET "X-A: b\r\r\n\r\n" SMUGGLED, 0, 400},
    {"a control character in a value", GET "X-A: b\x01\r\n\r\n" SMUGGLED, 0, 400},
    {"an escape in a value", GET "X-A: \x1b[2J\r\n\r\n" SMUGGLED, 0, 400},
    {"a delete in a value", GET "X-A: b\x7f\r\n\r\n" SMUGGLED, 0, 400},
    {"a space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n" SMUGGLED, 0, 400},
    {"a tab in the target", "GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n" SMUGGLED, 0, 400},
    {"a carriage return in the target", "GET /a\rb HTTP/1.1\r\nHost: a\r\n\r\n" SMUGGLED, 0, 400},
    {"a delete in the target", "GET /a\x7f HTTP/1.1\r\nHost: a\r\n\r\n" SMUGGLED, 0, 400},
    {"bytes past ASCII in the target", "GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n" SMUGGLED, 0, 400},
    {"a fragment in the target", "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n" SMUGGLED, 0, 400},
    {"a proxy's target", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n" SMUGGLED, 0, 400},
    {"CONNECT", "CONNECT b:443 HTTP/1.1\r\nHost: a\r\n\r\n" SMUGGLED, 0, 400},
    {"the star", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n" SMUGGLED, 0, 400},
    {"no target", "GET HTTP/1.1\r\nHost: a\r\n\r\n" SMUGGLED, 0, 400},
    {"a method that is no token", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n" SMUGGLED, 0, 400},
    {"a version without digits", "GET / HTTP/x.y\r\nHost: a\r\n\r\n" SMUGGLED, 0, 400},
    {"a version in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n" SMUGGLED, 0, 400},
    {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n" SMUGGLED, 0, 505},
    {"HTTP/0.9 with a version", "GET / HTTP/0.9\r\nHost: a\r\n\r\n" SMUGGLED, 0, 505},
    {"a NUL in a name", GET "X\0A: b\r\n\r\n" SMUGGLED, sizeof GET "X\0A: b\r\n\r\n" SMUGGLED - 1, 400},
    {"a bare LF in the head", GET "X: y\nZ: z\r\n\r\n" SMUGGLED, 0, 400},
    {"a bare LF behind the first line", "GET / HTTP/1.1\nHost: a\r\n\r\n" SMUGGLED, 0, 400},
    {"a bare LF at the end of the head", GET "X: y\r\n\n" SMUGGLED, 0, 400},
    {"bare LFs only", "GET / HTTP/1.1\nHost: a\n\n" SMUGGLED, 0, 400},
    {"a folded line", GET "X: y\r\n z\r\n\r\n" SMUGGLED, 0, 400},
    {"a folded length", POST "Content-Length: 4\r\n 4\r\n\r\nabcd" SMUGGLED, 0, 400},
    {"a line of a space", GET "X: y\r\n \r\n\r\n" SMUGGLED, 0, 400},
    {"an empty name", GET ": y\r\n\r\n" SMUGGLED, 0, 400},
    {"an empty name that would end the head", GET ":\r\nContent-Length: 5\r\n\r\n" SMUGGLED, 0, 400},
    {"a NUL in a value", GET "X: y\0z\r\n\r\n" SMUGGLED, sizeof GET "X: y\0z\r\n\r\n" SMUGGLED - 1, 400},
    {"a NUL in a length",
     POST "Content-Length: 4\0"
          "4\r\n\r\nabcd" SMUGGLED,
     sizeof POST "Content-Length: 4\0"
                 "4\r\n\r\nabcd" SMUGGLED -
         1,
     400},
    {"a NUL in the target", "GET /\0a HTTP/1.1\r\nHost: a\r\n\r\n" SMUGGLED,
     sizeof "GET /\0a HTTP/1.1\r\nHost: a\r\n\r\n" SMUGGLED - 1, 400},
    {"two spaces before the target", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n" SMUGGLED, 0, 400},
    {"two spaces behind the target", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n" SMUGGLED, 0, 400},
    {"a space behind the version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n" SMUGGLED, 0, 400},
    {"a GET with a body", GET "Content-Length: 34\r\n\r\n" SMUGGLED, 0, 413},
    {"a huge body announced", POST "Content-Length: 99999999999\r\n\r\n" SMUGGLED, 0, 413},
    {"a body over the route's limit, that waits to be asked",
     "POST /small HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 101\r\n\r\n" SMUGGLED, 0,
     413},
};

static bool hostile_is_refused(const struct hostile *row)
{
    size_t length = row->length != 0 ? row->length : strlen(row->request);
    unsigned before = handled;
    struct client_answer answer = client_exchange(server, row->request, length, 3000);
    bool status =
        answer.status == row->status || (row->other_status != 0 && answer.status == row->other_status);
    if (status && answer.count == 1 && answer.closed && handled == before)
        return true;
    print_message("# %s: status %d, %u answers, %s, %u handled\n", row->what, answer.status, answer.count,
                  answer.closed ? "closed" : "open", handled - before);
    return false;
}

static void hostile_requests_get_one_refusal_and_the_end(void **state)
{
    (void)state;
    unsigned refused = 0;
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++)
        refused += hostile_is_refused(&hostile[i]);
    assert_int_equal(refused, sizeof hostile / sizeof *hostile);
}

/* Line by line they would be fine; what both RFC 9112 and the library allow stays allowed. */
static void requests_at_the_edge_are_served(void **state)
{
    (void)state;
    static const struct {
        const char *what, *request;
    } rows[] = {
        {"an empty line first", "\r\n" GET "Connection: close\r\n\r\n"},
        {"a name in odd case", "GET / HTTP/1.1\r\nhOST: a\r\nConnection: close\r\n\r\n"},
        {"a port and an address", "GET / HTTP/1.1\r\nHost: [::1]:8080\r\nConnection: close\r\n\r\n"},
        {"no space behind the colon", "GET / HTTP/1.1\r\nHost:a\r\nConnection:close\r\n\r\n"},
        {"more space behind the colon", "GET / HTTP/1.1\r\nHost: \t a\r\nConnection: close\r\n\r\n"},
        {"space behind a value", "GET / HTTP/1.1\r\nHost: a\r\nX: y \t\r\nConnection: close\r\n\r\n"},
        {"cookies and a query",
         "GET /?a=b&c=%64 HTTP/1.1\r\nHost: a\r\nCookie: a=b; c=d\r\nConnection: close\r\n\r\n"},
        {"an empty value", GET "X-A:\r\nConnection: close\r\n\r\n"},
        {"a tab in a value", GET "X-A: b\tc\r\nConnection: close\r\n\r\n"},
        {"text past ASCII in a value", GET "X-A: \xc3\xa9\r\nConnection: close\r\n\r\n"},
        {"a body", POST "Content-Length: 4\r\nConnection: close\r\n\r\nabcd"},
        {"a length with leading zeros", POST "Content-Length: 0004\r\nConnection: close\r\n\r\nabcd"},
        {"no length, no body", POST "Connection: close\r\n\r\n"},
        {"HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\n\r\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct client_answer answer = client_ask(server, rows[i].request);
        if (answer.status != 200 || answer.count != 1 || !answer.closed)
            fail_msg("%s: status %d, %u answers", rows[i].what, answer.status, answer.count);
    }
}

static void heads_are_bounded(void **state)
{
    (void)state;
    static char request[32 * 1024];
    static const struct {
        const char *what;
        size_t headers, bytes; /* each of that many bytes of value */
        size_t target;
        int status, other_status;
    } rows[] = {
        {"63 headers", 62, 10, 1, 200, 0},
        {"65 headers", 64, 10, 1, 431, 0},
        {"1000 headers", 1000, 1, 1, 431, 0},
        {"nearly 8 KiB in many headers", 60, 110, 1, 200, 0},
        {"nearly 8 KiB in one header", 1, 8000, 1, 200, 0},
        {"more than 8 KiB in one header", 1, 8200, 1, 431, 0},
        {"more than 16 KiB in one header", 1, 20000, 1, 431, 0},
        {"a target of 7 KiB", 0, 0, 7000, 404, 0},
        {"a target of 9 KiB", 0, 0, 9000, 431, 0},
        {"a target of 20 KiB", 0, 0, 20000, 414, 431},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t at = 0;
        at += (size_t)sprintf(request, "GET /");
        memset(request + at, 'a', rows[i].target - 1);
        at += rows[i].target - 1;
        at += (size_t)sprintf(request + at, " HTTP/1.1\r\nHost: a\r\n");
        for (size_t header = 0; header < rows[i].headers; header++) {
            at += (size_t)sprintf(request + at, "X: ");
            memset(request + at, 'b', rows[i].bytes);
            at += rows[i].bytes;
            at += (size_t)sprintf(request + at, "\r\n");
        }
        at += (size_t)sprintf(request + at, "\r\n");
        bool refused = rows[i].status != 200 && rows[i].status != 404;
        struct client_answer answer = client_exchange(server, request, at, refused ? 3000 : 300);
        bool status = answer.status == rows[i].status ||
                      (rows[i].other_status != 0 && answer.status == rows[i].other_status);
        if (!status || answer.count != 1 || answer.closed != refused)
            fail_msg("%s: status %d, %u answers, %s", rows[i].what, answer.status, answer.count,
                     answer.closed ? "closed" : "open");
    }
}

/* The read buffer grows while such a head comes in. */
static void a_large_head_in_small_pieces_is_served(void **state)
{
    (void)state;
    static char request[16 * 1024];
    size_t at =
        (size_t)sprintf(request, "GET /?a=b HTTP/1.1\r\nHost: a\r\nCookie: a=b\r\nConnection: close\r\n");
    for (unsigned i = 0; i < 58; i++)
        at += (size_t)sprintf(request + at, "X-Header-%02u: %0110u\r\n", i, i);
    at += (size_t)sprintf(request + at, "\r\n");
    int client = client_connect(server);
    for (size_t sent = 0; sent < at; sent += 97) {
        client_send(client, request + sent, at - sent < 97 ? at - sent : 97);
        usleep(300);
    }
    assert_int_equal(client_read(client, NULL, 3000).status, 200);
    close(client);
}

static void bodies_are_bounded_and_the_answer_is_seen(void **state)
{
    (void)state;
    static char request[256 * 1024];
    int length = sprintf(request, "POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n");
    memset(request + length, 'x', 200000);
    struct client_answer answer = client_exchange(server, request, (size_t)length + 200000, 3000);
    assert_int_equal(answer.status, 413);
    assert_int_equal(answer.count, 1);
    assert_true(answer.closed);
    assert_string_equal(client_header(&answer, "Connection"), "close");
}

static void a_full_head_with_a_full_body_is_served(void **state)
{
    (void)state;
    static char request[80 * 1024];
    size_t at = (size_t)sprintf(request, POST "Connection: close\r\nContent-Length: 65536\r\n");
    for (unsigned i = 0; i < 61; i++)
        at += (size_t)sprintf(request + at, "X-Header-%02u: %0110u\r\n", i, i);
    at += (size_t)sprintf(request + at, "\r\n");
    memset(request + at, 'x', 65536);
    struct client_answer answer = client_exchange(server, request, at + 65536, 3000);
    assert_int_equal(answer.status, 200);
    assert_int_equal(strlen(client_body(&answer)), 65536);
}

static void pipelined_requests_are_answered_in_order(void **state)
{
    (void)state;
    struct client_answer answer =
        client_ask(server, POST "Content-Length: 5\r\n\r\nfirst" POST "Content-Length: 6\r\n\r\nsecond" GET
                                "Connection: close\r\n\r\n");
    assert_int_equal(answer.count, 3);
    assert_true(answer.closed);
    const char *first = strstr(answer.text, "\r\n\r\nfirst"), *second = strstr(answer.text, "\r\n\r\nsecond");
    assert_non_null(first);
    assert_non_null(second);
    assert_true(first < second);
}

static void refusals_are_counted(void **state)
{
    (void)state;
    struct http_counters before, after;
    http_count(server, &before);
    client_ask(server, "GET / HTTP/1.1\r\n\r\n");
    client_ask(server, GET "Connection: close\r\n\r\n");
    http_count(server, &after);
    assert_int_equal(after.refused - before.refused, 1);
    assert_int_equal(after.requests - before.requests, 2);
    assert_int_equal(after.status[4] - before.status[4], 1);
    assert_int_equal(after.status[2] - before.status[2], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_requests_get_one_refusal_and_the_end),
        cmocka_unit_test(requests_at_the_edge_are_served),
        cmocka_unit_test(heads_are_bounded),
        cmocka_unit_test(a_large_head_in_small_pieces_is_served),
        cmocka_unit_test(bodies_are_bounded_and_the_answer_is_seen),
        cmocka_unit_test(a_full_head_with_a_full_body_is_served),
        cmocka_unit_test(pipelined_requests_are_answered_in_order),
        cmocka_unit_test(refusals_are_counted),
    };
    return cmocka_run_group_tests_name("http gate", tests, start, stop);
}
