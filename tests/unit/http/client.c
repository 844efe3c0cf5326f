#include "client.h"

#include "../test.h"
#include "base/clock.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static char received[CLIENT_BYTES + 1];

struct http_server *client_server(struct http_options options)
{
    struct http_server *server = NULL;
    if (options.listen == NULL)
        options.listen = "127.0.0.1:0";
    if (options.worker_threads == 0)
        options.worker_threads = 4;
    assert_int_equal(http_start(&options, &server), ERR_NONE);
    assert_true(http_port(server) != 0);
    return server;
}

int client_connect(const struct http_server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(http_port(server))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(client >= 0);
    assert_int_equal(connect(client, (const struct sockaddr *)&address, sizeof address), 0);
    return client;
}

void client_send(int socket, const char *bytes, size_t length)
{
    while (length != 0) {
        ssize_t sent = send(socket, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0)
            return; /* the server has closed; what it said tells why */
        bytes += sent;
        length -= (size_t)sent;
    }
}

static size_t head_number(const char *head, const char *end, const char *name)
{
    const char *found = strcasestr(head, name);
    return found != NULL && found < end ? (size_t)strtoul(found + strlen(name), NULL, 10) : 0;
}

/* Answers as a client frames them (RFC 9112, section 6.3): nothing after "Connection: close" is one. */
static unsigned answers_in(const char *text)
{
    unsigned count = 0;
    size_t rest = strlen(text);
    while (strncmp(text, "HTTP/1.1 ", 9) == 0) {
        const char *end = strstr(text, "\r\n\r\n"), *close = strcasestr(text, "\r\nConnection: close");
        count += strncmp(text, "HTTP/1.1 1", 10) != 0;
        if (end == NULL || (close != NULL && close < end))
            break;
        size_t length = (size_t)(end - text) + 4 + head_number(text, end, "\r\nContent-Length: ");
        if (length > rest)
            break;
        text += length;
        rest -= length;
    }
    return count;
}

struct client_answer client_read(int socket, const char *until, int wait_millis)
{
    struct client_answer answer = {.text = received};
    int64_t start = clock_read().monotonic;
    struct pollfd wait = {.fd = socket, .events = POLLIN};
    received[0] = '\0';
    while (answer.length < CLIENT_BYTES && poll(&wait, 1, wait_millis) == 1) {
        ssize_t count = recv(socket, received + answer.length, CLIENT_BYTES - answer.length, 0);
        answer.closed = count <= 0;
        if (count <= 0)
            break;
        answer.length += (size_t)count;
        received[answer.length] = '\0';
        if (until != NULL && strstr(received, until) != NULL)
            break;
    }
    answer.micros = clock_read().monotonic - start;
    answer.count = answers_in(received);
    if (strncmp(received, "HTTP/1.1 ", 9) == 0)
        answer.status = (int)strtol(received + 9, NULL, 10);
    return answer;
}

struct client_answer client_exchange(const struct http_server *server, const char *bytes, size_t length,
                                     int wait_millis)
{
    int client = client_connect(server);
    client_send(client, bytes, length);
    struct client_answer answer = client_read(client, NULL, wait_millis);
    close(client);
    return answer;
}

struct client_answer client_ask(const struct http_server *server, const char *text)
{
    return client_exchange(server, text, strlen(text), 5000);
}

const char *client_header(const struct client_answer *answer, const char *name)
{
    static char value[2048];
    size_t length = strlen(name);
    const char *end = strstr(answer->text, "\r\n\r\n");
    for (const char *line = answer->text; line != NULL && line < end; line = strstr(line, "\r\n")) {
        line += strncmp(line, "\r\n", 2) == 0 ? 2 : 0;
        if (strncasecmp(line, name, length) != 0 || line[length] != ':')
            continue;
        size_t size = strcspn(line + length + 2, "\r");
        assert_true(size < sizeof value);
        memcpy(value, line + length + 2, size);
        value[size] = '\0';
        return value;
    }
    return "";
}

const char *client_body(const struct client_answer *answer)
{
    const char *end = strstr(answer->text, "\r\n\r\n");
    return end != NULL ? end + 4 : "";
}
