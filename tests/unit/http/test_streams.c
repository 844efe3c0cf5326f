/* Events, streams, deadlines, load and stopping. */
#include "client.h"

#include "../test.h"
#include "base/clock.h"
#include "base/limits.h"

#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static atomic_int released, asked, running;
static atomic_bool session_ended;

static void answer_ok(struct http_request *request, void *context)
{
    (void)context;
    http_answer(request, 200, "text/plain", STR("ok"));
}

static void answer_slowly(struct http_request *request, void *context)
{
    (void)context;
    atomic_fetch_add(&running, 1);
    usleep(200 * 1000);
    http_answer(request, 200, "text/plain", STR("slow"));
}

static bool still_there(void *context)
{
    atomic_fetch_add(&asked, 1);
    assert_string_equal(context, "mine");
    return !atomic_load(&session_ended);
}

static atomic_bool gate_open;

static void answer_when_open(struct http_request *request, void *context)
{
    (void)context;
    while (!atomic_load(&gate_open))
        usleep(1000);
    http_answer(request, 200, "text/plain", STR("open"));
}

/* The context lives in the request's arena: it must still be there. */
static void let_go(void *context)
{
    atomic_fetch_add(&released, strcmp(context, "mine") == 0);
}

static void answer_events(struct http_request *request, void *context)
{
    (void)context;
    int64_t topic = 0;
    str_to_int64(http_param(request, "topic"), &topic);
    http_answer_events(request, topic, still_there, let_go, arena_cstr(http_arena(request), STR("mine")));
}

struct counter {
    int64_t left, fail_at;
    bool *released;
};

static enum err count_next(void *context, struct arena *arena, struct str *ret_chunk, bool *ret_end)
{
    struct counter *counter = context;
    if (counter->left == counter->fail_at)
        return ERR_IO;
    *ret_chunk = arena_printf(arena, "%010lld", (long long)counter->left);
    *ret_end = --counter->left == 0;
    return ERR_NONE;
}

static void count_release(void *context)
{
    (void)context;
    atomic_fetch_add(&released, 1);
}

static void answer_stream(struct http_request *request, void *context)
{
    (void)context;
    struct counter *counter = ARENA_NEW(http_arena(request), struct counter);
    str_to_int64(http_query(request, "count"), &counter->left);
    counter->fail_at = -1;
    str_to_int64(http_query(request, "fail"), &counter->fail_at);
    http_answer_stream(request, "application/zip", count_next, count_release, counter);
}

static const struct http_route routes[] = {
    {"GET", "/", HTTP_INLINE, answer_ok},
    {"POST", "/", HTTP_INLINE, answer_ok},
    {"GET", "/slow", HTTP_WORK, answer_slowly},
    {"GET", "/wait", HTTP_WORK, answer_when_open},
    {"GET", "/events/{topic}", HTTP_INLINE, answer_events},
    {"GET", "/stream", HTTP_WORK, answer_stream},
};

static struct http_server *start(void)
{
    atomic_store(&released, 0);
    atomic_store(&asked, 0);
    atomic_store(&running, 0);
    atomic_store(&session_ended, false);
    return client_server((struct http_options){.routes = routes,
                                               .route_count = sizeof routes / sizeof *routes,
                                               .event_threads = 2,
                                               .worker_threads = 2,
                                               .head_seconds = 1,
                                               .body_seconds = 1,
                                               .idle_seconds = 2,
                                               .heartbeat_seconds = 1});
}

static void say(int client, const char *text)
{
    client_send(client, text, strlen(text));
}

static int listen_to(const struct http_server *server, const char *path)
{
    char request[128];
    int client = client_connect(server);
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path);
    say(client, request);
    assert_int_equal(client_read(client, "retry: 3000", 3000).status, 200);
    return client;
}

static bool hears(int client, const char *text, int wait_millis)
{
    struct client_answer answer = client_read(client, text, wait_millis);
    return strstr(answer.text, text) != NULL;
}

static void wait_for(atomic_int *number, int value)
{
    for (unsigned i = 0; i < 500 && atomic_load(number) != value; i++)
        usleep(10 * 1000);
    assert_int_equal(atomic_load(number), value);
}

static void events_reach_the_listeners_of_their_topic(void **state)
{
    (void)state;
    struct http_server *server = start();
    int first = listen_to(server, "/events/1"), second = listen_to(server, "/events/1"),
        other = listen_to(server, "/events/2");
    http_publish(server, 1, "message", STR("one"));
    http_publish(server, 3, "message", STR("nobody"));
    http_publish(server, 2, "message", STR("two\nlines"));
    assert_true(hears(first, "event: message\ndata: one\n\n", 3000));
    assert_true(hears(second, "event: message\ndata: one\n\n", 3000));
    assert_true(hears(other, "event: message\ndata: two\ndata: lines\n\n", 3000));
    http_publish(server, 1, "bad\nname", STR("refused"));
    http_publish(server, 1, "message", STR("re\rfused"));
    http_publish(server, 1, "last", STR(""));
    struct client_answer answer = client_read(first, "event: last\ndata: \n\n", 3000);
    assert_null(strstr(answer.text, "fused"));
    struct http_counters counters;
    http_count(server, &counters);
    assert_int_equal(counters.streams, 3);
    close(first);
    close(second);
    close(other);
    wait_for(&released, 3); /* found dead at the heartbeat */
    http_stop(server);
}

static void a_heartbeat_asks_and_an_ended_session_ends_the_stream(void **state)
{
    (void)state;
    struct http_server *server = start();
    int client = listen_to(server, "/events/1");
    assert_true(hears(client, "\n:\n\n", 3000));
    assert_true(atomic_load(&asked) >= 1);
    assert_int_equal(atomic_load(&released), 0);
    atomic_store(&session_ended, true);
    assert_true(hears(client, "0\r\n\r\n", 3000)); /* the last chunk */
    wait_for(&released, 1);
    close(client);
    http_stop(server);
}

/* Reads at least so many bytes, in at most 10 s. */
static void take_bytes(int client, size_t least)
{
    char bytes[16 * 1024];
    struct pollfd wait = {.fd = client, .events = POLLIN};
    for (size_t taken = 0; taken < least;) {
        assert_int_equal(poll(&wait, 1, 10000), 1);
        ssize_t got = recv(client, bytes, sizeof bytes, 0);
        assert_true(got > 0);
        taken += (size_t)got;
    }
}

static void a_listener_that_does_not_read_is_dropped(void **state)
{
    (void)state;
    static char data[4 * 1024];
    int small = 4096;
    struct http_server *server = start();
    int deaf = listen_to(server, "/events/1"), fine = listen_to(server, "/events/1");
    memset(data, 'x', sizeof data);
    assert_int_equal(setsockopt(deaf, SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
    for (unsigned i = 0; i < 5000 && atomic_load(&released) == 0; i++) {
        http_publish(server, 1, "message", str_bytes(data, sizeof data));
        take_bytes(fine, sizeof data); /* as fast as it is served, however busy the machine is */
    }
    wait_for(&released, 1);
    struct http_counters counters;
    http_count(server, &counters);
    assert_int_equal(counters.streams, 1);
    http_publish(server, 1, "last", STR("still here"));
    assert_true(hears(fine, "still here", 3000));
    close(deaf);
    close(fine);
    http_stop(server);
}

static void listeners_of_one_topic_are_bounded(void **state)
{
    (void)state;
    struct http_server *server = start();
    int clients[16];
    for (unsigned i = 0; i < 16; i++)
        clients[i] = listen_to(server, "/events/7");
    assert_int_equal(
        client_ask(server, "GET /events/7 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").status, 503);
    wait_for(&released, 1);
    int other = listen_to(server, "/events/8");
    struct client_answer head =
        client_ask(server, "HEAD /events/8 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assert_int_equal(head.status, 200);
    assert_string_equal(client_header(&head, "Content-Type"), "text/event-stream");
    assert_string_equal(client_body(&head), "");
    for (unsigned i = 0; i < 16; i++)
        close(clients[i]);
    close(other);
    http_stop(server); /* ends them all */
    assert_int_equal(atomic_load(&released), 19);
}

/* Puts the chunks of a chunked body together, in place. */
static size_t dechunk(char *body)
{
    char *out = body;
    for (char *at = body;;) {
        size_t length = strtoul(at, &at, 16);
        if (length == 0 || strncmp(at, "\r\n", 2) != 0)
            return (size_t)(out - body);
        memmove(out, at + 2, length);
        out += length;
        at += 2 + length + 2;
    }
}

static void streams_arrive_whole_or_visibly_broken(void **state)
{
    (void)state;
    struct http_server *server = start();
    struct client_answer answer =
        client_ask(server, "GET /stream?count=5000 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assert_int_equal(answer.status, 200);
    assert_true(answer.closed);
    assert_string_equal(client_header(&answer, "Transfer-Encoding"), "chunked");
    char *body = answer.text + (client_body(&answer) - answer.text);
    assert_int_equal(dechunk(body), 50000);
    assert_memory_equal(body, "00000050000000004999", 20);
    assert_memory_equal(body + 49990, "0000000001", 10);
    wait_for(&released, 1);
    answer = client_ask(server, "GET /stream?count=10&fail=5 HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_true(answer.closed);
    assert_null(strstr(answer.text, "\r\n0\r\n"));
    wait_for(&released, 2);
    answer = client_ask(server, "GET /stream?count=3 HTTP/1.0\r\nHost: a\r\n\r\n");
    assert_string_equal(client_body(&answer), "000000000300000000020000000001");
    wait_for(&released, 3);
    http_stop(server);
}

static void a_stream_whose_reader_leaves_is_released(void **state)
{
    (void)state;
    struct http_server *server = start();
    int client = client_connect(server);
    say(client, "GET /stream?count=100000000 HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_true(hears(client, "0099999999", 3000));
    close(client);
    wait_for(&released, 1);
    http_stop(server);
}

/* Each row sends a piece every 100 ms: never silent, never done. */
static void slow_senders_are_cut_off(void **state)
{
    (void)state;
    static const struct {
        const char *what, *begin, *piece;
        int64_t least, most; /* milliseconds until the end */
    } rows[] = {
        {"silence", "", "", 800, 5000},
        {"a slow first line", "GET /", "a", 800, 5000},
        {"a slow head", "GET / HTTP/1.1\r\nHost: a\r\n", "X: y\r\n", 800, 5000},
        {"a slow body", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n", "x", 800, 5000},
        {"a slow second head", "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /", "a", 1500, 6000},
    };
    struct http_server *server = start();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int client = client_connect(server);
        struct client_answer answer = {0};
        int64_t start_time = clock_read().monotonic;
        say(client, rows[i].begin);
        for (unsigned turn = 0; turn < 60 && !answer.closed; turn++) {
            say(client, rows[i].piece);
            answer = client_read(client, NULL, 100);
        }
        int64_t millis = (clock_read().monotonic - start_time) / 1000;
        if (!answer.closed || millis < rows[i].least || millis > rows[i].most)
            fail_msg("%s: %s after %lld ms", rows[i].what, answer.closed ? "closed" : "open",
                     (long long)millis);
        close(client);
    }
    struct http_counters counters = {.connections = 1};
    for (unsigned i = 0; i < 100 && counters.connections != 0; i++) {
        usleep(10 * 1000);
        http_count(server, &counters);
    }
    assert_int_equal(counters.connections, 0);
    http_stop(server);
}

static void deadlines_leave_honest_connections_alone(void **state)
{
    (void)state;
    struct http_server *server = start();
    int client = client_connect(server);
    for (unsigned i = 0; i < 4; i++) {
        say(client, "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
        assert_true(hears(client, "slow", 3000));
        usleep(600 * 1000);
    }
    close(client);
    http_stop(server);
}

struct load {
    const struct http_server *server;
    const char *request;
    atomic_int *stop, answered, broken;
};

static void *load_thread(void *context)
{
    struct load *load = context;
    while (atomic_load(load->stop) == 0) {
        char text[4096];
        size_t length = 0;
        int client = client_connect(load->server);
        say(client, load->request);
        ssize_t count;
        while (length < sizeof text - 1 &&
               (count = recv(client, text + length, sizeof text - 1 - length, 0)) > 0)
            length += (size_t)count;
        text[length] = '\0';
        close(client);
        bool whole = strstr(text, "\r\n\r\n") != NULL;
        atomic_fetch_add(whole ? &load->answered : &load->broken, 1);
    }
    return NULL;
}

/* What had been taken before the stop gets its answer; nothing hangs, nothing leaks. */
static void stopping_answers_what_is_under_way(void **state)
{
    (void)state;
    struct http_server *server = start();
    int clients[8], idle = client_connect(server), listener = listen_to(server, "/events/1");
    for (unsigned i = 0; i < 8; i++) {
        clients[i] = client_connect(server);
        say(clients[i], "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    struct http_counters counters = {0};
    while (counters.requests != 9) {
        usleep(1000);
        http_count(server, &counters);
    }
    assert_in_range(atomic_load(&running), 0, 6); /* two run at a time, the others are queued */
    http_stop(server);
    for (unsigned i = 0; i < 8; i++) {
        struct client_answer answer = client_read(clients[i], NULL, 1000);
        if (answer.status != 200 || !answer.closed)
            fail_msg("client %u: %d", i, answer.status);
        close(clients[i]);
    }
    assert_true(client_read(idle, NULL, 1000).closed);
    assert_true(client_read(listener, NULL, 1000).closed);
    assert_int_equal(atomic_load(&released), 1);
    close(idle);
    close(listener);
}

static void *stop_thread(void *context)
{
    usleep(300 * 1000);
    http_stop(context);
    return NULL;
}

static void stopping_under_load_ends(void **state)
{
    (void)state;
    static const char *const requests[] = {
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "GET /stream?count=50 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    };
    struct http_server *server = start();
    pthread_t threads[6], stopper;
    atomic_int stop = 0;
    struct load loads[6];
    int reserve = client_connect(server); /* keeps the port's last connection known */
    for (unsigned i = 0; i < 6; i++) {
        loads[i] = (struct load){.server = server, .request = requests[i % 3], .stop = &stop};
        assert_int_equal(pthread_create(&threads[i], NULL, load_thread, &loads[i]), 0);
    }
    usleep(300 * 1000);
    atomic_store(&stop, 1); /* each thread has one more under way at most */
    assert_int_equal(pthread_create(&stopper, NULL, stop_thread, server), 0);
    int answered = 0;
    for (unsigned i = 0; i < 6; i++) {
        pthread_join(threads[i], NULL);
        answered += atomic_load(&loads[i].answered);
        assert_int_equal(atomic_load(&loads[i].broken), 0);
    }
    pthread_join(stopper, NULL);
    assert_true(answered > 10);
    close(reserve);
}

static void *publish_thread(void *context)
{
    struct load *load = context;
    struct http_server *server = *(struct http_server **)(void *)&load->server;
    for (unsigned i = 0; atomic_load(load->stop) == 0; i++) {
        http_publish(server, i % 4, "message", STR("hello"));
        usleep(20);
    }
    return NULL;
}

/* Listeners come and go while others publish. */
static void publishing_races_with_leaving(void **state)
{
    (void)state;
    struct http_server *server = start();
    pthread_t threads[2];
    atomic_int stop = 0;
    struct load load = {.server = server, .stop = &stop};
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, publish_thread, &load), 0);
    for (unsigned i = 0; i < 200; i++) {
        char path[32];
        snprintf(path, sizeof path, "/events/%u", i % 4);
        int client = listen_to(server, path);
        if (i % 2 == 0)
            assert_true(hears(client, "hello", 3000));
        close(client);
    }
    wait_for(&released, 200);
    atomic_store(&stop, 1);
    for (unsigned i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    http_stop(server);
}

/* Two run, LIMIT_WORKER_QUEUE wait, the others are told to come back; in the end everyone was answered. */
static void a_full_pool_says_so(void **state)
{
    (void)state;
    enum { CLIENTS = 2 + LIMIT_WORKER_QUEUE + 20 };
    static int clients[CLIENTS];
    struct rlimit files;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
    if (files.rlim_max < 2 * CLIENTS + 200)
        skip();
    files.rlim_cur = files.rlim_max < 8192 ? files.rlim_max : 8192;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &files), 0);
    atomic_store(&gate_open, false);
    struct http_server *server = start();
    for (unsigned i = 0; i < CLIENTS; i++) {
        clients[i] = client_connect(server);
        say(clients[i], "GET /wait HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    struct http_counters counters = {0};
    for (unsigned i = 0; i < 500 && counters.status[5] < 20; i++) {
        usleep(10 * 1000);
        http_count(server, &counters);
    }
    atomic_store(&gate_open, true);
    unsigned served = 0, refused = 0;
    for (unsigned i = 0; i < CLIENTS; i++) {
        struct client_answer answer = client_read(clients[i], "\r\n\r\n", 3000);
        served += answer.status == 200;
        refused += answer.status == 503 && strcmp(client_header(&answer, "Retry-After"), "1") == 0;
        close(clients[i]);
    }
    http_stop(server);
    assert_int_equal(refused, 20);
    assert_int_equal(served, CLIENTS - 20);
}

/* An idle connection's memory: its pool, and little else. */
static void idle_connections_are_cheap(void **state)
{
    (void)state;
    enum { CLIENTS = 400 };
    int clients[CLIENTS];
    if (mallinfo2().uordblks == 0)
        skip(); /* a sanitizer's allocator does not tell */
    struct http_server *server = start();
    say(clients[0] = client_connect(server), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_true(hears(clients[0], "ok", 3000));
    size_t before = mallinfo2().uordblks;
    for (unsigned i = 1; i < CLIENTS; i++) {
        say(clients[i] = client_connect(server), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        assert_true(hears(clients[i], "ok", 3000));
    }
    size_t each = (mallinfo2().uordblks - before) / (CLIENTS - 1);
    for (unsigned i = 0; i < CLIENTS; i++)
        close(clients[i]);
    http_stop(server);
    print_message("# %zu bytes each\n", each);
    assert_in_range(each, LIMIT_CONNECTION_POOL_BYTES, 20 * 1024);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_reach_the_listeners_of_their_topic),
        cmocka_unit_test(a_heartbeat_asks_and_an_ended_session_ends_the_stream),
        cmocka_unit_test(a_listener_that_does_not_read_is_dropped),
        cmocka_unit_test(listeners_of_one_topic_are_bounded),
        cmocka_unit_test(streams_arrive_whole_or_visibly_broken),
        cmocka_unit_test(a_stream_whose_reader_leaves_is_released),
        cmocka_unit_test(slow_senders_are_cut_off),
        cmocka_unit_test(deadlines_leave_honest_connections_alone),
        cmocka_unit_test(stopping_answers_what_is_under_way),
        cmocka_unit_test(stopping_under_load_ends),
        cmocka_unit_test(publishing_races_with_leaving),
        cmocka_unit_test(a_full_pool_says_so),
        cmocka_unit_test(idle_connections_are_cheap),
    };
    return cmocka_run_group_tests_name("http streams", tests, NULL, NULL);
}
