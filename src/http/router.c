#include "base/log.h"
#include "http/internal.h"

#include <string.h>

enum { ROUTER_SEGMENTS = 16 };

static bool segment_is_param(struct str segment)
{
    return segment.length > 2 && segment.data[0] == '{' && segment.data[segment.length - 1] == '}';
}

/* Cuts "/a/b" into "a", "b"; the root has the one empty segment. Returns the count, past max for too many. */
static size_t path_cut(struct str path, struct str *ret_segments, size_t max)
{
    struct str rest = str_part(path, 1, path.length), piece;
    size_t count = 0;
    while (str_split(&rest, '/', &piece)) {
        if (count < max)
            ret_segments[count] = piece;
        count++;
    }
    return count;
}

static enum err row_open(struct router *router, const struct http_route *route)
{
    struct router_row *row = &router->rows[router->count++];
    struct str segments[ROUTER_SEGMENTS], path = str_from(route->path);
    bool fine = route->method != NULL && route->handler != NULL && path.length != 0 && path.data[0] == '/' &&
                route->body_limit <= HTTP_BODY_LIMIT_BYTES;
    size_t count = fine ? path_cut(path, segments, ROUTER_SEGMENTS) : SIZE_MAX;
    if (count > ROUTER_SEGMENTS)
        return ERR_CONFIG;
    *row = (struct router_row){.route = route, .method = str_from(route->method), .segment_count = count};
    row->segments = ARENA_ARRAY(router->arena, count, struct str);
    for (size_t i = 0; i < count; i++) {
        row->segments[i] = segments[i];
        row->param_count += segment_is_param(segments[i]);
    }
    return row->param_count <= HTTP_PARAMS ? ERR_NONE : ERR_CONFIG;
}

enum err router_open(struct router *router, const struct http_route *routes, size_t count)
{
    *router = (struct router){.arena = arena_new(0)};
    if (router->arena == NULL)
        return ERR_MEMORY;
    router->rows = ARENA_ARRAY(router->arena, count, struct router_row);
    for (size_t i = 0; i < count; i++) {
        enum err error = row_open(router, &routes[i]);
        if (error == ERR_NONE)
            continue;
        log_error("http_route_refused", LOG_TEXT("path", routes[i].path));
        return error;
    }
    return ERR_NONE;
}

void router_free(struct router *router)
{
    arena_free(router->arena);
    *router = (struct router){0};
}

static bool row_matches(const struct router_row *row, const struct str *segments, size_t count)
{
    if (row->segment_count != count)
        return false;
    for (size_t i = 0; i < count; i++) {
        bool param = segment_is_param(row->segments[i]);
        if (param ? segments[i].length == 0 : !str_equal(row->segments[i], segments[i]))
            return false;
    }
    return true;
}

static bool method_matches(const struct router_row *row, const struct http_request *request)
{
    return str_equal(row->method, request->method) || (request->head && str_is(row->method, "GET"));
}

static void allow_add(struct http_request *request, struct str method)
{
    const char *more = str_is(method, "GET") ? "GET, HEAD" : arena_cstr(request->arena, method);
    if (str_find(request->allow, method, 0) != SIZE_MAX)
        return;
    request->allow = arena_printf(request->arena, "%.*s%s%s", STR_ARG(request->allow),
                                  request->allow.length != 0 ? ", " : "", more);
}

static void params_take(struct http_request *request, const struct router_row *row,
                        const struct str *segments)
{
    for (size_t i = 0; i < row->segment_count; i++)
        if (segment_is_param(row->segments[i]))
            request->params[request->param_count++] =
                (struct http_pair){str_part(row->segments[i], 1, row->segments[i].length - 2), segments[i]};
}

/* Segments are cut before they are decoded, so that "%2F" can't make one; a decoded one has no control
 * characters and is neither "." nor "..". */
static enum err segments_read(struct http_request *request, struct str *segments, size_t *ret_count)
{
    size_t query = str_find(request->target, STR("?"), 0);
    struct str path = str_part(request->target, 0, query);
    if (query != SIZE_MAX)
        request->query = str_part(request->target, query + 1, request->target.length);
    if (!form_decode(request->arena, path, false, &request->path))
        return ERR_BAD_REQUEST;
    size_t count = path_cut(path, segments, ROUTER_SEGMENTS);
    if (count > ROUTER_SEGMENTS)
        return ERR_NOT_FOUND;
    for (size_t i = 0; i < count; i++) {
        if (!form_decode(request->arena, segments[i], false, &segments[i]) || !gate_is_value(segments[i]))
            return ERR_BAD_REQUEST;
        if (str_is(segments[i], ".") || str_is(segments[i], ".."))
            return ERR_NOT_FOUND;
    }
    *ret_count = count;
    return ERR_NONE;
}

enum err router_match(struct http_request *request)
{
    const struct router *router = &request->server->router;
    const struct router_row *best = NULL;
    struct str segments[ROUTER_SEGMENTS];
    size_t count;
    TRY(segments_read(request, segments, &count));
    for (size_t i = 0; i < router->count; i++) {
        const struct router_row *row = &router->rows[i];
        if (!row_matches(row, segments, count))
            continue;
        if (!method_matches(row, request))
            allow_add(request, row->method);
        else if (best == NULL || row->param_count < best->param_count)
            best = row; /* the row that says more wins, then the first */
    }
    if (best == NULL)
        return request->allow.length != 0 ? ERR_METHOD : ERR_NOT_FOUND;
    request->route = best->route;
    params_take(request, best, segments);
    return ERR_NONE;
}
