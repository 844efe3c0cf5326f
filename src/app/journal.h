/* What happened, in the journal of an account or of a closure. */
#ifndef APP_JOURNAL_H
#define APP_JOURNAL_H

#include "app/account.h"

/* Adds a row to the account's journal; details are sealed. */
enum err journal_account(struct sql_tx *tx, struct arena *arena, struct account *account, int64_t now,
                         const char *event, const struct actor *actor, struct str details);
/* The actor as a journal names them: a word and, for staff, their id. */
struct str journal_actor(struct arena *arena, const struct actor *actor);

#endif
