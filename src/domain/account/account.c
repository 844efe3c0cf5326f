#include "domain/account/account.h"

const char *account_state_name(int64_t state)
{
    static const char *const names[] = {[ACCOUNT_ACTIVE] = "active",
                                        [ACCOUNT_SUSPENDED] = "suspended",
                                        [ACCOUNT_CLOSING] = "closing",
                                        [ACCOUNT_CLOSED] = "closed"};
    return state >= ACCOUNT_ACTIVE && state <= ACCOUNT_CLOSED ? names[state] : "?";
}
