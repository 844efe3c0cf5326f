#include "store/keeping.h"

#include "store/box.h"
#include "store/key.h"
#include "store/statements.h"

#include <stdio.h>

enum err store_keeping_keys(struct sql_tx *tx, int64_t epoch, struct store_wrapped_key *ret_keys,
                            size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    TRY(sql_query(tx, STATEMENT_DATA_KEY_LIST_EPOCH, &rows, SQL_INT(epoch), SQL_INT((int64_t)limit)));
    while (count < limit && sql_next(&rows))
        ret_keys[count++] =
            (struct store_wrapped_key){sql_int(&rows, 0), sql_text(&rows, 1), sql_bytes(&rows, 2)};
    TRY(sql_end(&rows));
    *ret_count = count;
    return ERR_NONE;
}

enum err store_keeping_rewrap(struct sql_tx *tx, const struct store_wrapped_key *key, int64_t epoch,
                              int64_t epoch_before)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_DATA_KEY_REWRAP, &changes, SQL_INT(key->owner_id), SQL_TEXT(key->kind),
                 SQL_INT(epoch), SQL_BYTES(key->wrapped), SQL_INT(epoch_before)));
    return box_expect_one(changes);
}

enum err store_keeping_tags(struct sql_tx *tx, int64_t epoch, struct store_name_tag *ret_tags, size_t limit,
                            size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    TRY(sql_query(tx, STATEMENT_DIRECTORY_LIST_EPOCH, &rows, SQL_INT(epoch), SQL_INT((int64_t)limit)));
    while (count < limit && sql_next(&rows))
        ret_tags[count++] =
            (struct store_name_tag){sql_text(&rows, 0), sql_bytes(&rows, 1), sql_int(&rows, 2)};
    TRY(sql_end(&rows));
    *ret_count = count;
    return ERR_NONE;
}

enum err store_keeping_drop_tag(struct sql_tx *tx, const struct store_name_tag *tag)
{
    return sql_exec(tx, STATEMENT_DIRECTORY_DROP, NULL, SQL_TEXT(tag->kind), SQL_BYTES(tag->tag));
}

enum err store_keeping_drop_older_tags(struct sql_tx *tx, int64_t epoch)
{
    return sql_exec(tx, STATEMENT_DIRECTORY_DROP_OLDER, NULL, SQL_INT(epoch));
}

enum err store_keeping_count(struct sql_tx *tx, int64_t epoch, int64_t *ret_keys, int64_t *ret_tags)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_DATA_KEY_COUNT_EPOCH, &rows, SQL_INT(epoch)));
    TRY(box_one_int(&rows, ret_keys));
    TRY(sql_query(tx, STATEMENT_DIRECTORY_COUNT_EPOCH, &rows, SQL_INT(epoch)));
    return box_one_int(&rows, ret_tags);
}

enum err store_keeping_closures(struct sql_tx *tx, int64_t state, const struct store_waiting_closure *after,
                                struct store_waiting_closure *ret_rows, size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    TRY(sql_query(tx, STATEMENT_CLOSURE_LIST_SINCE, &rows, SQL_INT(state), SQL_INT(after->state_at),
                  SQL_INT(after->closure_id), SQL_INT((int64_t)limit)));
    while (count < limit && sql_next(&rows))
        ret_rows[count++] = (struct store_waiting_closure){
            .account_id = sql_int(&rows, 0),
            .closure_id = sql_int(&rows, 1),
            .reference = sql_text(&rows, 2),
            .state_at = sql_int(&rows, 3),
        };
    TRY(sql_end(&rows));
    *ret_count = count;
    return ERR_NONE;
}

enum err store_keeping_get(struct sql_tx *tx, const char *name, int64_t *ret_value)
{
    struct str text;
    int64_t value = 0;
    enum err error = store_setting_get(tx, name, &text);
    if (error == ERR_NOT_FOUND)
        error = ERR_NONE;
    else if (error == ERR_NONE && !str_to_int64(text, &value))
        error = ERR_CORRUPT;
    if (error == ERR_NONE)
        *ret_value = value;
    return error;
}

enum err store_keeping_put(struct sql_tx *tx, const char *name, int64_t value)
{
    char text[32];
    int length = snprintf(text, sizeof text, "%lld", (long long)value);
    return store_setting_put(tx, name, str_bytes(text, (size_t)length));
}
