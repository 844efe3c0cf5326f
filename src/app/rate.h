/* Rate limits of one node: token buckets in a table of fixed size. */
#ifndef APP_RATE_H
#define APP_RATE_H

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

enum rate_kind {
    RATE_LOGIN_NAME,
    RATE_LOGIN_ADDRESS,
    RATE_CODE,
    RATE_DECLARATION,
    RATE_TICKET,
    RATE_API,
    RATE_ACKNOWLEDGEMENT,
    RATE_KINDS
};

/* Takes one token of key's bucket; ERR_RATE when it is empty. key may be personal: only its hash is kept, in
 * memory, and an IPv6 address counts as its /64 network. monotonic is in microseconds. */
enum err rate_take(enum rate_kind kind, struct str key, int64_t monotonic);
struct rate_left {
    int64_t limit, remaining; /* tokens of a full bucket, and of this one afterwards */
    int64_t reset_micros;     /* until the bucket is full again */
};
/* As rate_take; *ret_left is set in both cases. */
enum err rate_take_left(enum rate_kind kind, struct str key, int64_t monotonic, struct rate_left *ret_left);
/* What a kind allows: tokens at once, and microseconds until one more. */
void rate_of(enum rate_kind kind, int64_t *ret_burst, int64_t *ret_refill_micros);

#endif
