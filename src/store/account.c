#include "store/account.h"

#include "store/box.h"
#include "store/statements.h"

enum {
    FIELD_NAME = 1,
    FIELD_PASSWORD_HASH = 2,
    FIELD_LANGUAGE = 3,
    FIELD_LEDGER = 4,
    FIELD_SENDS = 5,
    FIELD_SEND_PRICE = 6
};
enum {
    FIELD_QUIET_FROM = 20,
    FIELD_QUIET_TO,
    FIELD_QUIET_ZONE,
    FIELD_BLOCKED,
    FIELD_FORWARD,
    FIELD_FORWARD_SINCE,
    FIELD_FORWARD_TO,
    FIELD_FORWARD_SECRET,
    FIELD_OFFERED_AT,
    FIELD_OFFERED_TRIES,
    FIELD_OFFERED_TO,
    FIELD_OFFERED_CODE
};

static void pack_wishes(struct buf *fields, const struct store_wishes *wishes)
{
    pack_add_int(fields, FIELD_QUIET_FROM, wishes->quiet_from);
    pack_add_int(fields, FIELD_QUIET_TO, wishes->quiet_to);
    pack_add_int(fields, FIELD_QUIET_ZONE, wishes->quiet_zone);
    pack_add_int(fields, FIELD_BLOCKED, wishes->blocked);
    pack_add_int(fields, FIELD_FORWARD, wishes->forward);
    pack_add_int(fields, FIELD_FORWARD_SINCE, wishes->forward_since);
    pack_add(fields, FIELD_FORWARD_TO, wishes->forward_to);
    pack_add(fields, FIELD_FORWARD_SECRET, wishes->forward_secret);
    pack_add_int(fields, FIELD_OFFERED_AT, wishes->offered_at);
    pack_add_int(fields, FIELD_OFFERED_TRIES, wishes->offered_tries);
    pack_add(fields, FIELD_OFFERED_TO, wishes->offered_to);
    pack_add(fields, FIELD_OFFERED_CODE, wishes->offered_code);
}

static struct store_wishes read_wishes(struct str fields)
{
    return (struct store_wishes){
        .quiet_from = pack_get_int(fields, FIELD_QUIET_FROM),
        .quiet_to = pack_get_int(fields, FIELD_QUIET_TO),
        .quiet_zone = pack_get_int(fields, FIELD_QUIET_ZONE),
        .blocked = pack_get_int(fields, FIELD_BLOCKED),
        .forward = pack_get_int(fields, FIELD_FORWARD),
        .forward_since = pack_get_int(fields, FIELD_FORWARD_SINCE),
        .forward_to = pack_get(fields, FIELD_FORWARD_TO),
        .forward_secret = pack_get(fields, FIELD_FORWARD_SECRET),
        .offered_at = pack_get_int(fields, FIELD_OFFERED_AT),
        .offered_tries = pack_get_int(fields, FIELD_OFFERED_TRIES),
        .offered_to = pack_get(fields, FIELD_OFFERED_TO),
        .offered_code = pack_get(fields, FIELD_OFFERED_CODE),
    };
}

static enum err account_seal(struct arena *arena, const struct seal_key *key,
                             const struct store_account *account, struct str *ret_box)
{
    struct buf fields = buf_new(0);
    pack_add(&fields, FIELD_NAME, account->name);
    pack_add(&fields, FIELD_PASSWORD_HASH, account->password_hash);
    pack_add_int(&fields, FIELD_LANGUAGE, account->language);
    pack_add_int(&fields, FIELD_LEDGER, account->ledger_id);
    pack_add_int(&fields, FIELD_SENDS, account->sends_a_day);
    pack_add_int(&fields, FIELD_SEND_PRICE, account->send_price);
    pack_wishes(&fields, &account->wishes);
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
            .key_epoch = sql_int(&rows, 9),
            .key_wrapped = sql_bytes(&rows, 10),
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
    account->sends_a_day = pack_get_int(fields, FIELD_SENDS);
    account->send_price = pack_get_int(fields, FIELD_SEND_PRICE);
    account->wishes = read_wishes(fields);
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
