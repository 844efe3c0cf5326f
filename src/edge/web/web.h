/* The pages: what a subscriber, the holder of a link and the operator's people see and press. */
#ifndef EDGE_WEB_WEB_H
#define EDGE_WEB_WEB_H

#include "app/app.h"
#include "domain/types.h"
#include "http/http.h"

/* Who can log in to the demo: shown on its log-in pages. */
struct web_login {
    enum role role;
    const char *name, *password;
};

/* Made by cmd, kept while the server runs. */
struct web {
    struct app *app;
    bool demo;
    const struct web_login *logins; /* of the demo; NULL: none */
    size_t login_count;
    void *context; /* of the rows of web_bind */
};

/* The routes of all pages; they refer to web and live until web_routes_free. NULL without memory. */
const struct http_route *web_routes(struct web *web, size_t *ret_count);
/* Rows of pages that cmd adds, served as those of web_routes are; web->context is theirs. Until
 * web_routes_free. */
struct web_row;
const struct http_route *web_bind(struct web *web, const struct web_row *rows, size_t *ret_count);
/* Accepts NULL. */
void web_routes_free(const struct http_route *routes);

/* What http_options wants: an error in the reader's language, as a page. error_context is the struct web. */
void web_error_page(struct http_request *request, enum err error, void *web);

#endif
