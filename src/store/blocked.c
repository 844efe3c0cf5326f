#include "store/blocked.h"

#include "store/box.h"
#include "store/statements.h"

enum { FIELD_SENDER = 1 };

int64_t store_blocked_id(const struct seal_key *key, struct str sender)
{
    return seal_id(key, "sender", sender);
}

enum err store_blocked_put(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                           const struct store_blocked *blocked)
{
    struct buf fields = buf_new(0);
    struct str box;
    int64_t changes;
    pack_add(&fields, FIELD_SENDER, blocked->sender);
    TRY(box_close(arena, key, BOX_PLACE("blocked_sender", blocked->account_id, blocked->sender_id, 0),
                  &fields, &box));
    TRY(sql_exec(tx, STATEMENT_BLOCKED_PUT, &changes, SQL_INT(blocked->account_id),
                 SQL_INT(blocked->sender_id), SQL_INT(blocked->blocked_at), SQL_BYTES(box)));
    return changes == 1 ? ERR_NONE : ERR_EXISTS;
}

enum err store_blocked_touch(struct sql_tx *tx, int64_t account_id, int64_t sender_id, int64_t now)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_BLOCKED_TOUCH, &changes, SQL_INT(account_id), SQL_INT(sender_id),
                 SQL_INT(now)));
    return changes == 1 ? ERR_NONE : ERR_NOT_FOUND;
}

enum err store_blocked_delete(struct sql_tx *tx, int64_t account_id, int64_t sender_id)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_BLOCKED_DELETE, &changes, SQL_INT(account_id), SQL_INT(sender_id)));
    return changes == 1 ? ERR_NONE : ERR_NOT_FOUND;
}

static enum err blocked_row(struct sql_rows *rows, struct arena *arena, const struct seal_key *key,
                            int64_t account_id, struct store_blocked *ret_row)
{
    struct str fields;
    int64_t sender_id = sql_int(rows, 0);
    TRY(box_open(arena, key, BOX_PLACE("blocked_sender", account_id, sender_id, 0), sql_bytes(rows, 4),
                 &fields));
    *ret_row = (struct store_blocked){
        .account_id = account_id,
        .sender_id = sender_id,
        .blocked_at = sql_int(rows, 1),
        .last_at = sql_int(rows, 2),
        .count = sql_int(rows, 3),
        .sender = pack_get(fields, FIELD_SENDER),
    };
    return ERR_NONE;
}

enum err store_blocked_list(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                            int64_t account_id, struct store_blocked *ret_rows, size_t limit,
                            size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    enum err error = ERR_NONE;
    TRY(sql_query(tx, STATEMENT_BLOCKED_LIST, &rows, SQL_INT(account_id), SQL_INT((int64_t)limit)));
    while (error == ERR_NONE && count < limit && sql_next(&rows)) {
        error = blocked_row(&rows, arena, key, account_id, &ret_rows[count]);
        count += error == ERR_NONE;
    }
    TRY(sql_end(&rows));
    *ret_count = count;
    return error;
}
