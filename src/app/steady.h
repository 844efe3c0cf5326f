/* Whether the wall clock may be believed, kept over restarts of the same machine: nothing that cannot be
 * undone happens by a clock that jumped. Each node keeps its own: they may stand on different machines. */
#ifndef APP_STEADY_H
#define APP_STEADY_H

#include "app/app.h"
#include "base/watch.h"

struct steady {
    struct app *app;
    struct watch watch;
    int64_t kept_at; /* monotonic, of the last time it was written down */
    _Atomic bool holds;
};

/* Reads what was kept; observations of another boot are worth nothing, as monotonic time began anew. */
enum err steady_load(struct app *app, struct steady *ret_steady);
/* The name of a node's setting; node_id 0: of the one that has no name on the store. */
enum { STEADY_NAME_BYTES = 40 };
void steady_name(int64_t node_id, char ret_name[STEADY_NAME_BYTES]);
/* Observes both clocks, and writes the observation down once a minute. On one thread only. */
void steady_observe(struct steady *steady);

#endif
