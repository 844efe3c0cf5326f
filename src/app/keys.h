/* Data keys and look-up tags, inside a transaction. */
#ifndef APP_KEYS_H
#define APP_KEYS_H

#include "app/app.h"
#include "crypto/seal.h"

/* Makes a data key of owner and keeps it wrapped. kind: "account", "closure", "case". */
enum err keys_make(struct app *app, struct sql_tx *tx, const char *kind, int64_t owner,
                   struct seal_key *ret_key);
/* Opens it; ERR_KEY_GONE where it or its epoch is no more. */
enum err keys_open(struct app *app, struct sql_tx *tx, const char *kind, int64_t owner,
                   struct seal_key *ret_key);
/* Deletes the row of the key. */
enum err keys_destroy(struct sql_tx *tx, const char *kind, int64_t owner);

/* Claims a unique name (kind "login" or "staff") under every epoch that can be read; ERR_EXISTS. */
enum err keys_claim_name(struct app *app, struct sql_tx *tx, const char *kind, struct str name,
                         int64_t account_id);
/* Whose name it is; ERR_NOT_FOUND. */
enum err keys_find_name(struct app *app, struct sql_tx *tx, const char *kind, struct str name,
                        int64_t *ret_account_id);
/* A name as it is compared: ASCII letters in lower case, no space around. */
struct str keys_normalise(struct arena *arena, struct str name);

#endif
