/* An older copy of the store made present: keys of the newest backup, the present keyring's tags, and the
 * tombstones replayed, so that the closed stay closed and the living stay readable. */
#ifndef APP_RESTORE_H
#define APP_RESTORE_H

#include "app/app.h"

struct restore_report {
    int64_t keys;       /* wrapped keys put in */
    int64_t names;      /* log-in names that can be found again */
    int64_t closed;     /* closings that the copy did not know */
    int64_t refunds;    /* of these: to be looked up with the provider before anything is paid again */
    int64_t numbers;    /* of these: put to rest again */
    int64_t unreadable; /* accounts whose key is in no backup given */
};

/* Works on a store that nobody else has open. keys: the text of the newest backup's keys file. May be run
 * again from its start. ERR_CORRUPT for a keys file or tombstone that is none. */
enum err restore_run(struct app *app, struct str keys, struct restore_report *ret_report);

#endif
