/* Contacts: where a subscriber can be reached outside Violet's own numbers. */
#ifndef APP_CONTACT_H
#define APP_CONTACT_H

#include "app/account.h"
#include "base/limits.h"
#include "store/identity.h"

struct mail;

/* Of one account, removed ones too. */
enum { CONTACT_ROWS = 4 * LIMIT_CONTACTS };

/* The first verified mail contact, inside a transaction; ERR_NOT_FOUND. */
enum err contact_first_mail(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                            int64_t account_id, struct store_contact *ret_contact);
/* Queues the mail, in the account's language, to every verified mail contact. occasion: with the contact it
 * makes the effect's key, so that one occasion is told once. */
enum err contact_tell(struct sql_tx *tx, struct arena *arena, const struct account *account,
                      const struct mail *mail, struct str occasion, int64_t now);
/* Well-formed enough to send to: one '@', a dot in the domain, no spaces or control characters, 254 bytes. */
bool contact_mail_is_valid(struct str address);

/* All live contacts of the account, opened, in arena. */
enum err contact_list(struct app *app, struct arena *arena, const struct actor *actor,
                      struct store_contact **ret_contacts, size_t *ret_count);
/* Adds a mail address and sends a code to it; one that waits for its code gets another. ERR_INVALID,
 * ERR_EXISTS where it is verified, ERR_STATE while contacts are locked, ERR_POLICY past LIMIT_CONTACTS,
 * ERR_RATE. */
enum err contact_add(struct app *app, const struct actor *actor, struct str address);
/* Verifies the contact that waits for this code. ERR_WRONG_PROOF, ERR_RATE. */
enum err contact_verify(struct app *app, const struct actor *actor, int64_t contact_id, struct str code);
/* Removes it; it still hears of a closing for 30 days. ERR_NOT_FOUND, ERR_STATE while locked. */
enum err contact_remove(struct app *app, const struct actor *actor, int64_t contact_id);

#endif
