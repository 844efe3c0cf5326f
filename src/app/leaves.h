/* The append-only log's writer: hashes of receipts and attestations, in the order in which they were made. */
#ifndef APP_LEAVES_H
#define APP_LEAVES_H

#include "app/app.h"

/* The scheduler's job "leaves" (subject: the closure whose receipt it is; 0 of account 0: a turn of the
 * keyring): appends "KIND HASH" for every leaf that is not written yet, on every copy, then marks it. Cut off
 * in between, it appends nothing twice. */
enum err leaves_run(struct app *app, int64_t account_id, int64_t subject_id);

#endif
