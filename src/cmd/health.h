/* The private listener: liveness, readiness and metrics. */
#ifndef CMD_HEALTH_H
#define CMD_HEALTH_H

#include "app/app.h"
#include "http/http.h"

/* /healthz, /readyz and /metrics (Prometheus text). server: the public one, whose counters are shown. */
const struct http_route *health_routes(struct app *app, struct http_server *server, size_t *ret_count);

#endif
