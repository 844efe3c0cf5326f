/* How money goes back at the end, and the states of one refund. */
#ifndef DOMAIN_LEDGER_REFUND_H
#define DOMAIN_LEDGER_REFUND_H

#include "base/machine.h"
#include "domain/types.h"

#include <stddef.h>
#include <stdint.h>

enum refund_event {
    REFUND_EVENT_SEND = 1,
    REFUND_EVENT_SETTLE,
    REFUND_EVENT_FAIL,
    REFUND_EVENT_GIVE_UP,
    REFUND_EVENTS
};

/* owed, sent, settled, failed (a new attempt is owed), given_up */
extern const struct machine refund_machine;

/* Whether a refund whose attempt failed for good gets a next one by itself; else a person says how it goes on
 * (LIMIT_REFUND_ATTEMPTS). */
bool refund_tries_again(int64_t attempt);
/* The day by which what was sent then has arrived at the latest; microseconds UTC. */
int64_t refund_with_you_by(int64_t sent_at);

struct refund_payment {
    int64_t amount, refunded; /* millionths */
};

/* Splits amount over payments, newest first, each at most by what of it was not refunded yet; parts[i] is
 * what goes back to payments[i]. Returns the rest that no payment covers. */
int64_t refund_split(const struct refund_payment *payments, size_t count, int64_t amount, int64_t *ret_parts);

#endif
