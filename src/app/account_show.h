/* What the holder of an account sees of it on every page, and what protects it. */
#ifndef APP_ACCOUNT_SHOW_H
#define APP_ACCOUNT_SHOW_H

#include "app/app.h"

struct account_view {
    int64_t account_id, state; /* enum account_state */
    int64_t language;
    int64_t security_at; /* last change of password, contact or factor; 0: never */
    int64_t locked_at;   /* "This was not me"; 0: not */
    bool sends;          /* the operator lets it answer texts */
    struct str name;
};
/* Reads only; in arena (a wiped one). ERR_NOT_FOUND, ERR_KEY_GONE once forgotten. */
enum err account_show(struct app *app, struct arena *arena, int64_t account_id,
                      struct account_view *ret_view);

struct account_security {
    int64_t sessions;
    struct str mail; /* masked, where codes go; empty: nowhere */
};
/* As account_show. */
enum err account_show_security(struct app *app, struct arena *arena, int64_t account_id,
                               struct account_security *ret_security);

#endif
