/* The language that an account's mails are written in. */
#ifndef APP_ACCOUNT_LANGUAGE_H
#define APP_ACCOUNT_LANGUAGE_H

#include "app/app.h"

/* Keeps the language (enum language) that the holder chose. ERR_NOT_FOUND, ERR_KEY_GONE once forgotten. */
enum err account_set_language(struct app *app, const struct actor *actor, int64_t language);

#endif
