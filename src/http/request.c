#include "http/internal.h"

struct str http_method(const struct http_request *request)
{
    return request->method;
}

struct str http_path(const struct http_request *request)
{
    return request->path;
}

struct str http_target(const struct http_request *request)
{
    return request->target;
}

struct str http_param(const struct http_request *request, const char *name)
{
    for (size_t i = 0; i < request->param_count; i++)
        if (str_is(request->params[i].name, name))
            return request->params[i].value;
    return STR_NONE;
}

struct str http_header(const struct http_request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++)
        if (str_equal_nocase(request->headers[i].name, str_from(name)))
            return request->headers[i].value;
    return STR_NONE;
}

struct str http_body(const struct http_request *request)
{
    return str_bytes(request->body, request->body_length);
}

struct str http_client(const struct http_request *request)
{
    return request->client;
}

struct arena *http_arena(struct http_request *request)
{
    return request->arena;
}

const struct http_route *http_route_of(const struct http_request *request)
{
    return request->route;
}

void http_set_user(struct http_request *request, void *user)
{
    request->user = user;
}

void *http_user(const struct http_request *request)
{
    return request->user;
}
