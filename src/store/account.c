#include "store/account.h"

#include "store/box.h"
#include "store/statements.h"

enum { FIELD_NAME = 1, FIELD_PASSWORD_HASH = 2, FIELD_LANGUAGE = 3, FIELD_LEDGER = 4 };

static enum err account_seal(struct arena *arena, const struct seal_key *key,
                             const struct store_account *account, struct str *ret_box)
{
    struct buf fields = buf_new(0);
    pack_add(&fields, FIELD_NAME, account->name);
    pack_add(&fields, FIELD_PASSWORD_HASH, account->password_hash);
    pack_add_int(&fields, FIELD_LANGUAGE, account->language);
    pack_add_int(&fields, FIELD_LEDGER, account->ledger_id);
    return box_close(arena, key,
                     BOX_PLACE("account", account->account_id, account->account_id, account->version),
                     &fields, ret_box);
}

enum err store_account_insert(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                              struct store_account *account)
{
    struct str box;
    account->version = 1;
    TRY(account_seal(arena, key, account, &box));
    return sql_exec(tx, STATEMENT_ACCOUNT_INSERT, NULL, SQL_INT(account->account_id), SQL_INT(account->state),
                    SQL_INT(account->state_at), SQL_INT(account->created_at), SQL_INT(account->security_at),
                    SQL_INT(account->locked_at), SQL_INT(account->archived_at), SQL_INT(account->version),
                    SQL_BYTES(box));
}

enum err store_account_get(struct sql_tx *tx, int64_t account_id, struct store_account *ret_account)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_ACCOUNT_GET, &rows, SQL_INT(account_id)));
    bool found = sql_next(&rows);
    if (found)
        *ret_account = (struct store_account){
            .account_id = sql_int(&rows, 0),
            .state = sql_int(&rows, 1),
            .state_at = sql_int(&rows, 2),
            .created_at = sql_int(&rows, 3),
            .security_at = sql_int(&rows, 4),
            .locked_at = sql_int(&rows, 5),
            .archived_at = sql_int(&rows, 6),
            .version = sql_int(&rows, 7),
            .sealed = sql_bytes(&rows, 8),
        };
    TRY(sql_end(&rows));
    return found ? ERR_NONE : ERR_NOT_FOUND;
}

enum err store_account_open(struct arena *arena, const struct seal_key *key, struct store_account *account)
{
    struct str fields;
    TRY(box_open(arena, key, BOX_PLACE("account", account->account_id, account->account_id, account->version),
                 account->sealed, &fields));
    account->name = pack_get(fields, FIELD_NAME);
    account->password_hash = pack_get(fields, FIELD_PASSWORD_HASH);
    account->language = pack_get_int(fields, FIELD_LANGUAGE);
    account->ledger_id = pack_get_int(fields, FIELD_LEDGER);
    return ERR_NONE;
}

static enum err account_write(struct sql_tx *tx, struct store_account *account, struct sql_value box,
                              int64_t version_before)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_ACCOUNT_UPDATE, &changes, SQL_INT(account->account_id),
                 SQL_INT(account->state), SQL_INT(account->state_at), SQL_INT(account->security_at),
                 SQL_INT(account->locked_at), SQL_INT(account->archived_at), SQL_INT(account->version), box,
                 SQL_INT(version_before)));
    return box_expect_one(changes);
}

enum err store_account_update(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                              struct store_account *account)
{
    struct str box;
    account->version++;
    TRY(account_seal(arena, key, account, &box));
    return account_write(tx, account, SQL_BYTES(box), account->version - 1);
}

enum err store_account_forget(struct sql_tx *tx, struct store_account *account)
{
    account->version++;
    return account_write(tx, account, SQL_NULL, account->version - 1);
}

enum err store_account_list(struct sql_tx *tx, int64_t after, struct store_account *ret_accounts,
                            size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    TRY(sql_query(tx, STATEMENT_ACCOUNT_LIST, &rows, SQL_INT(after), SQL_INT((int64_t)limit)));
    while (count < limit && sql_next(&rows))
        ret_accounts[count++] = (struct store_account){
            .account_id = sql_int(&rows, 0), .state = sql_int(&rows, 1), .created_at = sql_int(&rows, 2)};
    TRY(sql_end(&rows));
    *ret_count = count;
    return ERR_NONE;
}
