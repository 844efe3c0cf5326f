#include "edge/api/call.h"

#include "base/encode.h"
#include "base/limits.h"

struct json *call_answer(struct call *call, int status)
{
    call->status = status;
    call->content_type = "application/json";
    call->json = json_new(&call->body);
    json_object(&call->json, NULL);
    return &call->json;
}

enum err call_done(struct call *call)
{
    json_object_end(&call->json);
    buf_add_char(&call->body, '\n');
    return call->body.failed ? ERR_TOO_LARGE : ERR_NONE;
}

enum err call_done_empty(struct call *call)
{
    call->status = 204;
    call->content_type = "application/json";
    return ERR_NONE;
}

static void add_language(struct http_request *request, enum language language)
{
    http_add_header(request, "Content-Language", i18n_tag(language));
    http_add_header(request, "Vary", STR("Accept-Language, Authorization"));
}

void call_send(struct call *call)
{
    http_answer(call->request, call->status, call->content_type, buf_str(&call->body));
}

/* RFC 9457. The type stays "about:blank": the member "code" tells the errors apart. */
static void add_problem(struct json *json, enum language language, enum err error,
                        const struct call_fault *faults, size_t fault_count)
{
    json_object(json, NULL);
    json_text(json, "type", "about:blank");
    json_str(json, "title", text_by_name(language, err_message_id(error)));
    json_int(json, "status", err_http_status(error));
    json_text(json, "code", err_code(error));
    if (fault_count != 0)
        json_array(json, "fields");
    for (size_t i = 0; i < fault_count; i++) {
        json_object(json, NULL);
        json_str(json, "name", faults[i].field);
        json_text(json, "fault", faults[i].what);
        json_object_end(json);
    }
    if (fault_count != 0)
        json_array_end(json);
    json_object_end(json);
}

static void answer_problem(struct http_request *request, enum language language, enum err error,
                           const struct call_fault *faults, size_t fault_count)
{
    struct buf body = buf_new(LIMIT_BODY_DEFAULT_BYTES);
    struct json json = json_new(&body);
    add_problem(&json, language, error, faults, fault_count);
    buf_add_char(&body, '\n');
    add_language(request, language);
    if (error == ERR_UNAUTHENTICATED)
        http_add_header(request, "WWW-Authenticate", STR("Bearer"));
    http_answer(request, err_http_status(error), "application/problem+json", buf_str(&body));
    buf_free(&body);
}

void call_fail(struct call *call, enum err error)
{
    answer_problem(call->request, call->language, error, call->faults, call->fault_count);
}

bool api_error_page(struct http_request *request, enum err error)
{
    if (!str_starts(http_target(request), STR("/api/")))
        return false;
    answer_problem(request, i18n_negotiate(http_header(request, "Accept-Language")), error, NULL, 0);
    return true;
}

void call_json_id(struct call *call, const char *name, int64_t id)
{
    if (id == 0)
        json_null(&call->json, name);
    else
        json_str(&call->json, name, arena_printf(call->arena, "%lld", (long long)id));
}

void call_json_str(struct call *call, const char *name, struct str text)
{
    if (text.length == 0)
        json_null(&call->json, name);
    else
        json_str(&call->json, name, text);
}

static struct str next_target(struct call *call, const char *parameter, int64_t next)
{
    static const char *const kept[] = {"line", "limit"};
    struct str target = arena_printf(call->arena, "%.*s?%s=%lld", STR_ARG(http_path(call->request)),
                                     parameter, (long long)next);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        struct str value = http_query(call->request, kept[i]);
        if (value.length != 0)
            target = arena_printf(call->arena, "%.*s&%s=%.*s", STR_ARG(target), kept[i],
                                  STR_ARG(encode_percent(call->arena, value)));
    }
    return target;
}

void call_json_next(struct call *call, const char *parameter, int64_t next)
{
    call_json_id(call, "next", next);
    if (next != 0)
        http_add_header(
            call->request, "Link",
            arena_printf(call->arena, "<%.*s>; rel=\"next\"", STR_ARG(next_target(call, parameter, next))));
}
