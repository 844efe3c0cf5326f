/* Server-sent events of what another node committed: the streams that are open here are compared with the
 * store every second. Nothing is compared while this node is alone. */
#ifndef APP_NODE_EVENTS_H
#define APP_NODE_EVENTS_H

#include "app/app.h"

struct node_events;

/* Whose streams are open on this node: account ids, each once; at most limit. */
typedef size_t node_events_topics(void *context, int64_t *ret_topics, size_t limit);

/* Starts a thread that publishes by app->publish. ERR_MEMORY. */
enum err node_events_start(struct app *app, node_events_topics *topics, void *context,
                           struct node_events **ret_events);
/* Accepts NULL. */
void node_events_stop(struct node_events *events);
/* One comparison at `now` (microseconds UTC); what it finds new is published. */
enum err node_events_look(struct node_events *events, int64_t now);
/* Without a thread, for tests; ended by node_events_stop. */
enum err node_events_new(struct app *app, node_events_topics *topics, void *context,
                         struct node_events **ret_events);

#endif
