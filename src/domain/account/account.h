/* The states of an account. */
#ifndef DOMAIN_ACCOUNT_ACCOUNT_H
#define DOMAIN_ACCOUNT_ACCOUNT_H

#include "base/machine.h"
#include "domain/types.h"

#include <stdint.h>

enum account_event {
    ACCOUNT_EVENT_SUSPEND = 1,
    ACCOUNT_EVENT_RESTORE, /* an appeal was heard */
    ACCOUNT_EVENT_CLOSE,   /* a closure was submitted */
    ACCOUNT_EVENT_UNDO,    /* back to what it was */
    ACCOUNT_EVENT_END,
    ACCOUNT_EVENTS
};

/* active, suspended, closing, closed */
extern const struct machine account_machine;

/* "active", "suspended", "closing", "closed"; "unknown" for a number that is none. */
const char *account_state_name(int64_t state);

#endif
