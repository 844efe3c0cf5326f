/* Several nodes on one store: each keeps the whole of both logs in files of its own. */
#ifndef APP_LOG_SHARE_H
#define APP_LOG_SHARE_H

#include "app/app.h"

/* How far this node's files have come. Zeroed at first: then everything is looked at once. */
struct log_share {
    int64_t leaves, tombstones; /* microseconds UTC */
};

/* Appends what other nodes wrote since; what is there already stays once. Asked before a node serves and,
 * then, as often as it gives a sign of life. Does I/O: never inside a command. ERR_FULL, ERR_IO and the
 * store's errors: ask again. */
enum err log_share_pull(struct app *app, struct log_share *share);

#endif
