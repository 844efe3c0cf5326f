#include "edge/web/assets.h"
#include "edge/web/pages.h"

#include "base/encode.h"
#include "base/log.h"

#include <stdlib.h>

static const struct web_row *const tables[] = {
    desk_accounts_rows,      desk_carriers_rows, desk_declarations_rows,   desk_money_rows,
    desk_number_rows,        desk_numbers_rows,  desk_reasons_rows,        desk_registry_rows,
    desk_reviews_rows,       desk_rows,          desk_services_rows,       desk_system_rows,
    desk_tickets_rows,       page_archive_rows,  page_cancel_rows,         page_declaration_rows,
    page_close_confirm_rows, page_close_rows,    page_close_unbind_rows,   page_closure_rows,
    page_home_rows,          page_inbox_rows,    page_inbox_settings_rows, page_message_rows,
    page_login_rows,         page_not_me_rows,   page_number_port_rows,    page_numbers_rows,
    page_receipt_rows,       page_settings_rows, page_tickets_rows,        page_wallet_rows};
enum { TABLES = sizeof tables / sizeof *tables };

/* A row and the house it is for: what a route's context points to. */
struct bound {
    struct web *web;
    const struct web_row *row;
};

struct route_set {
    struct bound *bound;
    struct http_route routes[];
};

/* Whoever is not signed in goes to the log-in, and comes back after it. */
static void send_to_login(struct visit *visit)
{
    if (!str_is(http_method(visit->request), "GET")) {
        visit_fail(visit, ERR_UNAUTHENTICATED);
        return;
    }
    struct str next = encode_percent(visit->arena, http_target(visit->request));
    visit_go(
        visit,
        arena_printf(visit->arena, "%s?next=%.*s", visit->desk ? "/desk/login" : "/login", STR_ARG(next)),
        NULL);
}

static void handle(struct http_request *request, void *context)
{
    const struct bound *bound = context;
    const struct web_row *row = bound->row;
    struct visit visit;
    bool posts = str_is(http_method(request), "POST");
    enum err error =
        visit_begin(&visit, bound->web, request, row->access == WEB_DESK || row->access == WEB_DESK_OPEN);
    if (error == ERR_NONE && !visit.signed_in && (row->access == WEB_SUBSCRIBER || row->access == WEB_DESK)) {
        send_to_login(&visit);
        return;
    }
    if (error == ERR_NONE && posts && visit.signed_in && (row->flags & WEB_ROW_NO_TOKEN) == 0 &&
        !visit_token_is_right(&visit))
        error = ERR_CROSS_SITE;
    if (error == ERR_NONE)
        error = row->handle(&visit);
    if (error == ERR_NONE)
        return;
    if (err_http_status(error) >= 500)
        log_error("page_failed", LOG_TEXT("route", row->path), LOG_ERR(error));
    visit_fail(&visit, error);
}

void web_error_page(struct http_request *request, enum err error, void *web)
{
    struct visit visit;
    if (visit_begin(&visit, web, request, false) == ERR_NONE)
        visit_fail(&visit, error);
}

/* Its path holds the hash of the content, so it may be kept for ever. */
static void answer_asset(struct http_request *request, void *context)
{
    const struct asset *asset = asset_find(http_path(request));
    (void)context;
    if (asset == NULL) {
        http_fail(request, ERR_NOT_FOUND);
        return;
    }
    http_add_header(request, "Cache-Control", STR("public, max-age=31536000, immutable"));
    http_add_header(request, "ETag", asset->etag);
    if (str_equal(http_header(request, "If-None-Match"), asset->etag))
        http_answer(request, 304, asset->content_type, STR(""));
    else
        http_answer(request, 200, asset->content_type, asset->data);
}

static size_t count_rows(void)
{
    size_t count = 0;
    for (size_t i = 0; i < TABLES; i++)
        for (const struct web_row *row = tables[i]; row->method != NULL; row++)
            count++;
    return count;
}

static struct http_route bind_row(struct bound *bound)
{
    const struct web_row *row = bound->row;
    return (struct http_route){
        .method = row->method,
        .path = row->path,
        .run = row->run,
        .handler = handle,
        .context = bound,
        .body_limit = row->body_limit,
        .flags = row->flags & HTTP_ROUTE_ANY_ORIGIN,
    };
}

const struct http_route *web_routes(struct web *web, size_t *ret_count)
{
    size_t count = count_rows(), at = 0;
    struct route_set *set = calloc(1, sizeof *set + (count + 1) * sizeof *set->routes);
    if (set == NULL)
        return NULL;
    set->bound = calloc(count, sizeof *set->bound);
    if (set->bound == NULL) {
        free(set);
        return NULL;
    }
    for (size_t i = 0; i < TABLES; i++)
        for (const struct web_row *row = tables[i]; row->method != NULL; row++, at++) {
            set->bound[at] = (struct bound){web, row};
            set->routes[at] = bind_row(&set->bound[at]);
        }
    set->routes[at++] = (struct http_route){.method = "GET",
                                            .path = "/assets/{file}",
                                            .run = HTTP_INLINE,
                                            .handler = answer_asset,
                                            .context = web};
    *ret_count = at;
    return set->routes;
}

void web_routes_free(const struct http_route *routes)
{
    if (routes == NULL)
        return;
    struct route_set *set =
        (struct route_set *)((char *)(uintptr_t)routes - offsetof(struct route_set, routes));
    free(set->bound);
    free(set);
}

const struct http_route *web_bind(struct web *web, const struct web_row *rows, size_t *ret_count)
{
    size_t count = 0;
    while (rows[count].method != NULL)
        count++;
    struct route_set *set = calloc(1, sizeof *set + count * sizeof *set->routes);
    if (set == NULL)
        return NULL;
    set->bound = calloc(count, sizeof *set->bound);
    if (set->bound == NULL) {
        free(set);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        set->bound[i] = (struct bound){web, &rows[i]};
        set->routes[i] = bind_row(&set->bound[i]);
    }
    *ret_count = count;
    return set->routes;
}
