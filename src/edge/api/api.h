/* REST for programs under /api/v1: JSON in and out, errors as application/problem+json (RFC 9457). The
 * document openapi.json beside this file says all of it and is served at /api/v1/openapi.json. */
#ifndef EDGE_API_API_H
#define EDGE_API_API_H

#include "http/http.h"

#include <stddef.h>

struct app;

/* The routes, for the one app of this process; they live as long as it. */
const struct http_route *api_routes(struct app *app, size_t *ret_count);
/* For http_options.error_page: answers as a problem where the path is one of programs (/api/…); false where
 * it is not, and nothing was answered. */
bool api_error_page(struct http_request *request, enum err error);

#endif
