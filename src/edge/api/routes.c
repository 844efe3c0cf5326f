#include "edge/api/repeat.h"
#include "edge/api/rows.h"

#include "base/log.h"

enum { ROUTES = 96 };

static const struct call_row *const tables[] = {
    rows_session, rows_account,      rows_contact,     rows_message, rows_inbox,  rows_service, rows_wallet,
    rows_closure, rows_closure_verb, rows_declaration, rows_archive, rows_ticket, rows_document};

/* A row and the app it is for: what a route's context points to. */
struct bound {
    struct app *app;
    const struct call_row *row;
};

static enum err answer(struct call *call)
{
    struct str key = http_header(call->request, "Idempotency-Key");
    bool once = key.length != 0 && str_is(http_method(call->request), "POST") &&
                (call->row->flags & CALL_NOT_REPEATED) == 0;
    TRY(once ? repeat_answer(call, key) : call->row->handle(call));
    if (call->status != 0)
        call_send(call);
    return ERR_NONE;
}

static void handle(struct http_request *request, void *context)
{
    const struct bound *bound = context;
    struct call call;
    enum err error = call_begin(&call, bound->app, bound->row, request);
    if (error == ERR_NONE)
        error = answer(&call);
    if (error != ERR_NONE) {
        log_info("api_refused", LOG_TEXT("path", bound->row->path), LOG_ERR(error));
        call_fail(&call, error);
    }
    call_end(&call);
}

static size_t count_rows(void)
{
    size_t count = 0;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const struct call_row *row = tables[i]; row->method != NULL; row++)
            count++;
    return count;
}

const struct http_route *api_routes(struct app *app, size_t *ret_count)
{
    static struct bound bounds[ROUTES];
    static struct http_route routes[ROUTES];
    size_t count = 0;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const struct call_row *row = tables[i]; row->method != NULL && count < ROUTES; row++) {
            bounds[count] = (struct bound){app, row};
            routes[count] = (struct http_route){.method = row->method,
                                                .path = row->path,
                                                .run = row->run,
                                                .handler = handle,
                                                .context = &bounds[count],
                                                .flags = HTTP_ROUTE_ANY_ORIGIN};
            count++;
        }
    if (count != count_rows())
        log_error("api_routes_cut", LOG_INT("count", (int64_t)count));
    *ret_count = count;
    return routes;
}
