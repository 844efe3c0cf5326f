/* An account opened inside a transaction: its row and its data key. */
#ifndef APP_ACCOUNT_H
#define APP_ACCOUNT_H

#include "app/keys.h"
#include "store/account.h"

struct account {
    struct store_account row;
    struct seal_key key;
};

/* Loads and opens; lives in arena (a wiped one). ERR_NOT_FOUND, ERR_KEY_GONE once forgotten. */
enum err account_load(struct app *app, struct sql_tx *tx, struct arena *arena, int64_t account_id,
                      struct account **ret_account);
/* True from settling on: nobody may come in any more. */
bool account_is_closed(const struct account *account);
/* Where mails of the account itself are sealed. */
#define ACCOUNT_MAIL_PLACE(account_)                                                                         \
    (&(const struct mail_place){.key = &(account_)->key,                                                     \
                                .key_kind = "account",                                                       \
                                .key_owner = (account_)->row.account_id,                                     \
                                .account_id = (account_)->row.account_id})
/* Writes back the row. */
enum err account_save(struct sql_tx *tx, struct arena *arena, struct account *account);

#endif
