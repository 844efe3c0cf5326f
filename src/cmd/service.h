/* A Violet that serves: listeners, scheduler, effects, control socket, on top of an open house. */
#ifndef CMD_SERVICE_H
#define CMD_SERVICE_H

#include "cmd/house.h"

#include "app/outbox.h"
#include "edge/web/web.h"
#include "http/http.h"

struct service;

struct service_options {
    /* Called when the port is known and before the first job runs; may be NULL. */
    void (*listening)(void *context, unsigned port);
    void *listening_context;
    const struct effect_kind *effects; /* who performs what leaves the house */
    size_t effect_count;
    /* Makes routes besides the house's own, the demo's pages; NULL: none. */
    const struct http_route *(*more_routes)(void *context, struct web *web, size_t *ret_count);
    void *more_context;
    const struct web_login *logins; /* of the demo, which its log-in pages show; NULL: no demo */
    size_t login_count;
};

/* Starts everything; `why` gets one line where it can't. */
enum err service_start(struct house *house, const struct service_options *options,
                       struct service **ret_service, struct buf *why);
/* The port of the public listener. */
uint16_t service_port(const struct service *service);
/* Looks at the clock again at once: it was moved. */
void service_wake(struct service *service);
/* Waits for SIGTERM or SIGINT. SIGHUP reads these carriers again; without them it ends as well, as when a
 * terminal goes. Call service_block_signals before any thread starts. */
void service_block_signals(void);
void service_wait(struct carrier_keeper *carriers);
/* Stops in reverse order; accepts NULL. */
void service_stop(struct service *service);

#endif
