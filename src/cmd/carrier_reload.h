/* The carriers of a Violet that serves: read again from the configuration while it goes on serving. */
#ifndef CMD_CARRIER_RELOAD_H
#define CMD_CARRIER_RELOAD_H

#include "app/app.h"
#include "app/settings.h"
#include "base/str.h"

struct carrier_keeper;
struct edge_smpp;

struct carrier_change {
    int64_t added, removed, changed, kept;
};

/* Makes the carriers known to app, before any thread looks at it. readable: whether carriers come from the
 * configuration's file; the demo's don't. ERR_MEMORY. */
enum err carrier_keeper_new(struct app *app, bool readable, struct carrier_keeper **ret_keeper);
/* Starts their binds. ERR_MEMORY. */
enum err carrier_keeper_start(struct carrier_keeper *keeper);
/* Reads the configuration's file again and goes over to its carriers, one caller at a time; nothing else of
 * it is taken. Where anything in it is wrong nothing changes: ERR_CONFIG, and `why` gets a line a mistake.
 * ERR_STATE where there is no file, ERR_BUSY before the start; ERR_NOT_FOUND, ERR_IO where it can't be read.
 * Binds that stay the same stay up. Waits for those that end, some seconds at most. */
enum err carrier_keeper_reload(struct carrier_keeper *keeper, struct buf *why,
                               struct carrier_change *ret_change);
/* The same for who has no terminal: what came of it stands in the log. */
void carrier_keeper_reload_logged(struct carrier_keeper *keeper);
/* Its binds, to hand texts to; until carrier_keeper_free. */
struct edge_smpp *carrier_keeper_binds(struct carrier_keeper *keeper);
/* Ends the binds, when nobody looks at them any more; accepts NULL. */
void carrier_keeper_stop(struct carrier_keeper *keeper);
/* Frees, when nobody looks for a carrier any more; accepts NULL. */
void carrier_keeper_free(struct carrier_keeper *keeper);

#endif
