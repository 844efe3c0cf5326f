/* Who may still put money in and take numbers. */
#ifndef APP_ACCOUNT_BUYS_H
#define APP_ACCOUNT_BUYS_H

#include "app/account.h"

/* ERR_STATE for an account that is closed or in a closure whose cooling-off has begun: no top-up, number or
 * plan from then on; in review everything works. */
enum err account_check_buys(struct sql_tx *tx, struct arena *arena, const struct account *account);

#endif
