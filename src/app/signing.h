/* One house, one signing key: every node's receipts must be proved by the same public half. */
#ifndef APP_SIGNING_H
#define APP_SIGNING_H

#include "app/app.h"

/* Asked before a node serves: the first one writes down whose key it is. ERR_CONFLICT where this node's is
 * another one: it must be copied from a node that runs, not made. Where the store is a file, and so has one
 * node only, its present key counts. */
enum err signing_check(struct app *app, bool alone);

#endif
