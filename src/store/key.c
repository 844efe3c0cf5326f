#include "store/key.h"

#include "store/statements.h"

enum err store_key_insert(struct sql_tx *tx, int64_t owner_id, const char *kind, int64_t epoch,
                          struct str wrapped)
{
    return sql_exec(tx, STATEMENT_DATA_KEY_INSERT, NULL, SQL_INT(owner_id), SQL_TEXT(str_from(kind)),
                    SQL_INT(epoch), SQL_BYTES(wrapped));
}

enum err store_key_get(struct sql_tx *tx, int64_t owner_id, const char *kind, int64_t *ret_epoch,
                       struct str *ret_wrapped)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_DATA_KEY_GET, &rows, SQL_INT(owner_id), SQL_TEXT(str_from(kind))));
    bool found = sql_next(&rows);
    if (found) {
        *ret_epoch = sql_int(&rows, 0);
        *ret_wrapped = sql_bytes(&rows, 1);
    }
    TRY(sql_end(&rows));
    return found ? ERR_NONE : ERR_KEY_GONE;
}

enum err store_key_delete(struct sql_tx *tx, int64_t owner_id, const char *kind)
{
    return sql_exec(tx, STATEMENT_DATA_KEY_DELETE, NULL, SQL_INT(owner_id), SQL_TEXT(str_from(kind)));
}

enum err store_directory_claim(struct sql_tx *tx, const char *kind, struct str tag, int64_t epoch,
                               int64_t account_id)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_DIRECTORY_CLAIM, &changes, SQL_TEXT(str_from(kind)), SQL_BYTES(tag),
                 SQL_INT(epoch), SQL_INT(account_id)));
    return changes == 1 ? ERR_NONE : ERR_EXISTS;
}

enum err store_directory_get(struct sql_tx *tx, const char *kind, struct str tag, int64_t *ret_account_id)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_DIRECTORY_GET, &rows, SQL_TEXT(str_from(kind)), SQL_BYTES(tag)));
    bool found = sql_next(&rows);
    if (found)
        *ret_account_id = sql_int(&rows, 0);
    TRY(sql_end(&rows));
    return found ? ERR_NONE : ERR_NOT_FOUND;
}

enum err store_directory_delete(struct sql_tx *tx, int64_t account_id)
{
    return sql_exec(tx, STATEMENT_DIRECTORY_DELETE_ACCOUNT, NULL, SQL_INT(account_id));
}

enum err store_reference_insert(struct sql_tx *tx, struct str code, const char *kind, int64_t account_id,
                                int64_t subject_id)
{
    return sql_exec(tx, STATEMENT_REFERENCE_INSERT, NULL, SQL_TEXT(code), SQL_TEXT(str_from(kind)),
                    SQL_INT(account_id), SQL_INT(subject_id));
}

enum err store_reference_get(struct sql_tx *tx, struct str code, const char *kind, int64_t *ret_account_id,
                             int64_t *ret_subject_id)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_REFERENCE_GET, &rows, SQL_TEXT(code), SQL_TEXT(str_from(kind))));
    bool found = sql_next(&rows);
    if (found) {
        *ret_account_id = sql_int(&rows, 0);
        *ret_subject_id = sql_int(&rows, 1);
    }
    TRY(sql_end(&rows));
    return found ? ERR_NONE : ERR_NOT_FOUND;
}

enum err store_setting_get(struct sql_tx *tx, const char *name, struct str *ret_value)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_SETTING_GET, &rows, SQL_TEXT(str_from(name))));
    bool found = sql_next(&rows);
    if (found)
        *ret_value = sql_text(&rows, 0);
    TRY(sql_end(&rows));
    return found ? ERR_NONE : ERR_NOT_FOUND;
}

enum err store_setting_put(struct sql_tx *tx, const char *name, struct str value)
{
    return sql_exec(tx, STATEMENT_SETTING_PUT, NULL, SQL_TEXT(str_from(name)), SQL_TEXT(value));
}

enum err store_setting_delete(struct sql_tx *tx, const char *name)
{
    return sql_exec(tx, STATEMENT_SETTING_DELETE, NULL, SQL_TEXT(str_from(name)));
}
