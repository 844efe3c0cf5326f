/* A server whose every answer tells what it understood, for test_http_mutate.mjs: one line of JSON with
 * method, target and body. It listens on a free port, prints it, and ends when standard input does. */
#include "base/json.h"
#include "http/http.h"

#include <stdio.h>
#include <unistd.h>

static void echo_write(struct http_request *request, int status, const char *error)
{
    struct buf out = buf_new(0);
    struct json json = json_new(&out);
    json_object(&json, NULL);
    json_str(&json, "method", http_method(request));
    json_str(&json, "target", http_target(request));
    json_str(&json, "body", http_body(request));
    json_text(&json, "error", error);
    json_object_end(&json);
    http_answer(request, status, "application/json", buf_str(&out));
    buf_free(&out);
}

static void echo_answer(struct http_request *request, void *context)
{
    (void)context;
    echo_write(request, 200, "none");
}

static void echo_error(struct http_request *request, enum err error, void *context)
{
    (void)context;
    echo_write(request, err_http_status(error), err_code(error));
}

#define ECHO(method, path)                                                                                   \
    {                                                                                                        \
        (method), (path), HTTP_INLINE, echo_answer, NULL, 0, HTTP_ROUTE_ANY_ORIGIN                           \
    }
#define ECHO_WORK(method, path)                                                                              \
    {                                                                                                        \
        (method), (path), HTTP_WORK, echo_answer, NULL, 0, HTTP_ROUTE_ANY_ORIGIN                             \
    }

static const struct http_route routes[] = {
    ECHO("GET", "/"),         ECHO("GET", "/{a}"),         ECHO("GET", "/{a}/{b}"),
    ECHO_WORK("POST", "/"),   ECHO_WORK("POST", "/{a}"),   ECHO_WORK("POST", "/{a}/{b}"),
    ECHO("PUT", "/{a}"),      ECHO("PUT", "/{a}/{b}"),     ECHO("PATCH", "/{a}"),
    ECHO_WORK("DELETE", "/"), ECHO_WORK("DELETE", "/{a}"),
};

int main(void)
{
    struct http_options options = {.listen = "127.0.0.1:0",
                                   .routes = routes,
                                   .route_count = sizeof routes / sizeof *routes,
                                   .worker_threads = 2,
                                   .error_page = echo_error};
    struct http_server *server;
    enum err error = http_start(&options, &server);
    char byte;
    if (error != ERR_NONE) {
        fprintf(stderr, "http_server: %s\n", err_code(error));
        return err_exit_code(error);
    }
    printf("%u\n", http_port(server));
    fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0)
        continue;
    http_stop(server);
    return 0;
}
