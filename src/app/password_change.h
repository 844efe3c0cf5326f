/* A subscriber's own change of the password. */
#ifndef APP_PASSWORD_CHANGE_H
#define APP_PASSWORD_CHANGE_H

#include "app/app.h"

/* Sets the password `wanted` (LIMIT_PASSWORD_MIN_BYTES to LIMIT_PASSWORD_MAX_BYTES) where `present` is the
 * one that holds; ends all other sessions of the account and tells every verified mail contact. Waits for two
 * password hashes: not on event threads. ERR_WRONG_PROOF (present), ERR_INVALID (wanted: its length, or the
 * user name, or the present one again), ERR_STATE while "This was not me" locks the account, ERR_CHANGED
 * where another change came first, ERR_RATE, ERR_BUSY. */
enum err password_change(struct app *app, struct arena *arena, const struct actor *actor, struct str present,
                         struct str wanted);

#endif
