/* Doors for carriers that deliver texts by HTTP: POST /api/v1/hooks/sms/{carrier}. */
#ifndef EDGE_HOOK_HOOK_H
#define EDGE_HOOK_HOOK_H

#include "http/http.h"

#include <stddef.h>

struct app;

enum { EDGE_HOOK_ROUTES = 1 };

/* The routes, with app as their context; ret_routes has room for EDGE_HOOK_ROUTES. A delivery is answered 2xx
 * only after it is durable: also for a text that was delivered before, and for one to a number that is not
 * ours or rests (counted, not stored), so that the carrier does not repeat it. */
void edge_hook_routes(struct app *app, struct http_route ret_routes[EDGE_HOOK_ROUTES]);

#endif
