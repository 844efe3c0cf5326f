/* A number of the inventory becomes an account's line. */
#ifndef APP_NUMBER_ASSIGN_H
#define APP_NUMBER_ASSIGN_H

#include "app/app.h"
#include "base/ids.h"

enum { NUMBER_E164_SIZE = 17 };

struct number_assign {
    int64_t account_id;
    struct str e164; /* as typed; empty: the first that is available */
    int64_t fee;     /* millionths a month, charged ahead; 0: none */
    struct str name; /* what the subscriber calls it; may be empty */
    int64_t now;     /* 0: now */
    int64_t ret_line_id;
    char ret_e164[NUMBER_E164_SIZE];
    char ret_order[IDS_REFERENCE_SIZE];
};

/* Assigns the number, charges its first month and makes an order. ERR_NOT_FOUND where account or number is
 * not ours, ERR_STATE where the number is not available (assigned, resting …) or the account takes no new
 * one, ERR_BALANCE, ERR_POLICY past LIMIT_LINES, ERR_INVALID, ERR_FORBIDDEN. */
enum err number_assign(struct app *app, const struct actor *actor, struct number_assign *assign);

#endif
