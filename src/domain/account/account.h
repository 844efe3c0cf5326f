/* The states of an account in words. */
#ifndef DOMAIN_ACCOUNT_ACCOUNT_H
#define DOMAIN_ACCOUNT_ACCOUNT_H

#include "domain/types.h"

#include <stdint.h>

/* "active", "suspended", "closing", "closed"; "?" for a number that is none. */
const char *account_state_name(int64_t state);

#endif
