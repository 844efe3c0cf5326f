#include "app/account.h"

#include "domain/types.h"

enum err account_load(struct app *app, struct sql_tx *tx, struct arena *arena, int64_t account_id,
                      struct account **ret_account)
{
    struct account *account = ARENA_NEW(arena, struct account);
    TRY(store_account_get(tx, account_id, &account->row));
    if (account->row.key_wrapped.length == 0)
        return ERR_KEY_GONE;
    TRY(keyring_unwrap(app->keyring, account->row.key_epoch, "account", account_id, account->row.key_wrapped,
                       &account->key));
    TRY(store_account_open(arena, &account->key, &account->row));
    *ret_account = account;
    return ERR_NONE;
}

enum err account_save(struct sql_tx *tx, struct arena *arena, struct account *account)
{
    return store_account_update(tx, arena, &account->key, &account->row);
}

bool account_is_closed(const struct account *account)
{
    return account->row.state == ACCOUNT_CLOSED;
}
