/* Accounts and staff are made by the operator's hand. */
#ifndef APP_ACCOUNT_CREATE_H
#define APP_ACCOUNT_CREATE_H

#include "app/app.h"

struct account_create {
    struct str name, password;
    struct str mail; /* verified at once: the operator vouches for it; empty: none */
    int64_t language;
    int64_t now;         /* 0: now; the demo's seed makes older accounts */
    int64_t security_at; /* last change of password or contact; 0: never */
    int64_t ret_account_id;
};
/* ERR_INVALID for a bad name, password or mail, ERR_EXISTS for a name that somebody has. Waits for a hash. */
enum err account_create(struct app *app, struct account_create *create);

struct staff_create {
    struct str name, password;
    int64_t role;
    int64_t ret_staff_id;
};
/* As account_create. */
enum err staff_create(struct app *app, struct staff_create *create);

/* The account of a log-in name; ERR_NOT_FOUND. */
enum err account_find(struct app *app, struct arena *arena, struct str name, int64_t *ret_account_id);

#endif
