/* The private listener: liveness, readiness and metrics. */
#ifndef CMD_HEALTH_H
#define CMD_HEALTH_H

#include "app/app.h"
#include "edge/smpp/smpp.h"
#include "http/http.h"

/* /healthz, /readyz and /metrics (Prometheus text). server: the public one, whose counters are shown. */
const struct http_route *health_routes(struct app *app, struct http_server *server, size_t *ret_count);
/* Binds whose metrics are shown from now on; they must outlive the routes. */
void health_show_binds(struct edge_smpp *smpp);

#endif
