#include "base/clock.h"
#include "base/log.h"
#include "http/internal.h"

#include <string.h>

/* Referrer-Policy: "no-referrer" would make browsers send "Origin: null" with our own forms; "same-origin"
 * keeps secret links from every other site just as well. */
static const struct {
    const char *name, *value;
} default_headers[] = {
    {"Content-Security-Policy",
     "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
     "connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "same-origin"},
    {"Cache-Control", "no-store"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"X-Frame-Options", "DENY"},
};

static bool answer_has(const struct http_request *request, const char *name)
{
    for (size_t i = 0; i < request->answer_header_count; i++)
        if (str_equal_nocase(request->answer_headers[i].name, str_from(name)))
            return true;
    return false;
}

void http_add_header(struct http_request *request, const char *name, struct str value)
{
    size_t bytes = strlen(name) + value.length + 4;
    if (!gate_is_token(str_from(name)) || !gate_is_value(value) ||
        request->answer_header_count == HTTP_ANSWER_HEADERS ||
        bytes > HTTP_ANSWER_HEADER_BYTES - request->answer_header_bytes) {
        log_error("http_header_refused", LOG_TEXT("name", name));
        return;
    }
    request->answer_header_bytes += bytes;
    request->answer_headers[request->answer_header_count++] = (struct http_pair){
        str_from(arena_cstr(request->arena, str_from(name))), arena_str(request->arena, value)};
}

static void answer_headers_put(struct http_request *request, const char *content_type,
                               struct MHD_Response *response)
{
    for (size_t i = 0; i < request->answer_header_count; i++)
        MHD_add_response_header(response, request->answer_headers[i].name.data,
                                request->answer_headers[i].value.data);
    for (size_t i = 0; i < sizeof default_headers / sizeof *default_headers; i++)
        if (!answer_has(request, default_headers[i].name))
            MHD_add_response_header(response, default_headers[i].name, default_headers[i].value);
    if (request->server->secure && !answer_has(request, "Strict-Transport-Security"))
        MHD_add_response_header(response, "Strict-Transport-Security", "max-age=31536000");
    if (!answer_has(request, "Content-Type"))
        MHD_add_response_header(response, "Content-Type", content_type);
    if (request->close)
        MHD_add_response_header(response, "Connection", "close");
}

void answer_keep(struct http_request *request, int status, const char *content_type,
                 struct MHD_Response *response)
{
    if (response == NULL)
        return;
    if (request->response != NULL) {
        log_error("http_answered_twice", LOG_TEXT("route", request->route ? request->route->path : ""));
        MHD_destroy_response(response);
        return;
    }
    /* Whoever is told to try later is told when: page, program and carrier alike. */
    if (status == 503 && !answer_has(request, "Retry-After"))
        http_add_header(request, "Retry-After", STR("1"));
    if (request->server->options.before != NULL)
        request->server->options.before(request, request->server->options.error_context);
    answer_headers_put(request, content_type != NULL ? content_type : "text/html; charset=utf-8", response);
    request->response = response;
    request->status = (unsigned)status;
}

void http_answer(struct http_request *request, int status, const char *content_type, struct str body)
{
    /* The copy lives in the wiped arena, which outlives the sending. */
    char *copy = arena_cstr(request->arena, body);
    answer_keep(request, status, content_type,
                MHD_create_response_from_buffer(body.length, copy, MHD_RESPMEM_PERSISTENT));
}

/* A path of this server: what a browser would take for another host ("//", "/\") is not. */
static bool location_is_ours(struct str location)
{
    if (location.length == 0 || location.data[0] != '/')
        return false;
    if (location.length > 1 && (location.data[1] == '/' || location.data[1] == '\\'))
        return false;
    for (size_t i = 0; i < location.length; i++)
        if ((unsigned char)location.data[i] <= 0x20 || (unsigned char)location.data[i] >= 0x7f)
            return false;
    return true;
}

void http_redirect(struct http_request *request, struct str location)
{
    if (!location_is_ours(location)) {
        log_warn("http_redirect_refused");
        location = STR("/");
    }
    http_add_header(request, "Location", location);
    http_answer(request, 303, "text/plain; charset=utf-8", STR(""));
}

void http_fail(struct http_request *request, enum err error)
{
    const struct http_options *options = &request->server->options;
    int status = err_http_status(error);
    if (error == ERR_METHOD && request->allow.length != 0)
        http_add_header(request, "Allow", request->allow);
    if (options->error_page != NULL && !request->failing) {
        request->failing = true;
        options->error_page(request, error, options->error_context);
        request->failing = false;
        if (request->response != NULL)
            return;
    }
    http_answer(request, status, "text/plain; charset=utf-8",
                arena_printf(request->arena, "%d %s\n", status, err_code(error)));
}

void answer_missing(struct http_request *request)
{
    if (request->response != NULL)
        return;
    log_error("http_handler_gave_no_answer",
              LOG_TEXT("route", request->route != NULL ? request->route->path : ""));
    http_fail(request, ERR_INTERNAL);
}

enum MHD_Result answer_queue(struct http_request *request)
{
    struct http_server *server = request->server;
    if (request->response == NULL)
        return MHD_NO;
    struct MHD_Response *response = request->response;
    unsigned status = request->status;
    request->state = REQUEST_QUEUED;
    request->response = NULL;
    if (status >= 200 && status < 600)
        atomic_fetch_add(&server->status[status / 100], 1);
    if (request->listener == NULL && request->stream == NULL)
        sweeper_deadline(&server->sweeper, request->link, LIMIT_ANSWER_SECONDS * MICROS_SECOND);
    enum MHD_Result result = MHD_queue_response(request->connection, status, response);
    MHD_destroy_response(response);
    return result;
}
