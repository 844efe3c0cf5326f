#include "store/message.h"

#include "base/ids.h"
#include "store/box.h"
#include "store/statements.h"

enum {
    FIELD_AT = 1,
    FIELD_PEER = 2,
    FIELD_TEXT = 3,
    FIELD_CODE = 4,
    FIELD_SERVICE = 5,
    FIELD_SENT = 6,
    FIELD_FLASH = 7
};

enum err store_message_recent(struct sql_tx *tx, int64_t account_id, int64_t above, int64_t *ret_ids,
                              size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    TRY(sql_query(tx, STATEMENT_MESSAGE_RECENT, &rows, SQL_INT(account_id), SQL_INT(above),
                  SQL_INT((int64_t)limit)));
    while (count < limit && sql_next(&rows))
        ret_ids[count++] = sql_int(&rows, 0);
    TRY(sql_end(&rows));
    *ret_count = count;
    return ERR_NONE;
}

enum err store_message_insert(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                              const struct store_message *message)
{
    struct buf fields = buf_new(0);
    struct str box;
    pack_add_int(&fields, FIELD_AT, message->at);
    pack_add(&fields, FIELD_PEER, message->peer);
    pack_add(&fields, FIELD_TEXT, message->text);
    pack_add(&fields, FIELD_CODE, message->code);
    pack_add_int(&fields, FIELD_SERVICE, message->service_id);
    pack_add_int(&fields, FIELD_SENT, message->sent_at);
    pack_add_int(&fields, FIELD_FLASH, message->flash);
    TRY(box_close(arena, key, BOX_PLACE("message", message->account_id, message->message_id, 0), &fields,
                  &box));
    return sql_exec(tx, STATEMENT_MESSAGE_INSERT, NULL, SQL_INT(message->account_id),
                    SQL_INT(message->message_id), SQL_INT(message->line_id), SQL_INT(message->direction),
                    SQL_INT(message->read_at), SQL_BYTES(box), SQL_INT(message->read_at == 0));
}

static enum err message_row(struct sql_rows *rows, struct arena *arena, const struct seal_key *key,
                            int64_t account_id, struct store_message *ret_message)
{
    struct str fields;
    int64_t message_id = sql_int(rows, 0);
    TRY(box_open(arena, key, BOX_PLACE("message", account_id, message_id, 0), sql_bytes(rows, 4), &fields));
    *ret_message = (struct store_message){
        .account_id = account_id,
        .message_id = message_id,
        .line_id = sql_int(rows, 1),
        .direction = sql_int(rows, 2),
        .read_at = sql_int(rows, 3),
        .at = pack_get_int(fields, FIELD_AT),
        .sent_at = pack_get_int(fields, FIELD_SENT),
        .peer = pack_get(fields, FIELD_PEER),
        .text = pack_get(fields, FIELD_TEXT),
        .code = pack_get(fields, FIELD_CODE),
        .service_id = pack_get_int(fields, FIELD_SERVICE),
        .flash = pack_get_int(fields, FIELD_FLASH),
    };
    return ERR_NONE;
}

static enum err messages_of(struct sql_rows *rows, struct arena *arena, const struct seal_key *key,
                            int64_t account_id, struct store_message *ret_messages, size_t limit,
                            size_t *ret_count)
{
    size_t count = 0;
    enum err error = ERR_NONE;
    while (error == ERR_NONE && count < limit && sql_next(rows)) {
        error = message_row(rows, arena, key, account_id, &ret_messages[count]);
        count += error == ERR_NONE;
    }
    TRY(sql_end(rows));
    *ret_count = count;
    return error;
}

enum err store_message_get(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                           int64_t account_id, int64_t message_id, struct store_message *ret_message)
{
    struct sql_rows rows;
    size_t count;
    TRY(sql_query(tx, STATEMENT_MESSAGE_GET, &rows, SQL_INT(account_id), SQL_INT(message_id)));
    TRY(messages_of(&rows, arena, key, account_id, ret_message, 1, &count));
    return count == 1 ? ERR_NONE : ERR_NOT_FOUND;
}

enum err store_message_list(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                            int64_t account_id, int64_t line_id, int64_t before,
                            struct store_message *ret_messages, size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    if (line_id == 0)
        TRY(sql_query(tx, STATEMENT_MESSAGE_LIST, &rows, SQL_INT(account_id), SQL_INT(before),
                      SQL_INT((int64_t)limit)));
    else
        TRY(sql_query(tx, STATEMENT_MESSAGE_LIST_LINE, &rows, SQL_INT(account_id), SQL_INT(before),
                      SQL_INT((int64_t)limit), SQL_INT(line_id)));
    return messages_of(&rows, arena, key, account_id, ret_messages, limit, ret_count);
}

enum err store_message_list_after(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                                  int64_t account_id, int64_t after, struct store_message *ret_messages,
                                  size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_MESSAGE_LIST_AFTER, &rows, SQL_INT(account_id), SQL_INT(after),
                  SQL_INT((int64_t)limit)));
    return messages_of(&rows, arena, key, account_id, ret_messages, limit, ret_count);
}

enum err store_message_read(struct sql_tx *tx, int64_t account_id, int64_t message_id, int64_t now)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_MESSAGE_READ, &changes, SQL_INT(account_id), SQL_INT(message_id),
                 SQL_INT(now)));
    return changes == 1 ? ERR_NONE : ERR_NOT_FOUND;
}

enum err store_message_read_all(struct sql_tx *tx, int64_t account_id, int64_t up_to, int64_t now)
{
    return sql_exec(tx, STATEMENT_MESSAGE_READ_ALL, NULL, SQL_INT(account_id), SQL_INT(up_to), SQL_INT(now));
}

enum err store_message_delete(struct sql_tx *tx, int64_t account_id, int64_t message_id)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_MESSAGE_DELETE, &changes, SQL_INT(account_id), SQL_INT(message_id)));
    return changes == 1 ? ERR_NONE : ERR_NOT_FOUND;
}

enum err store_message_count_unread(struct sql_tx *tx, int64_t account_id, int64_t *ret_count)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_MESSAGE_COUNT_UNREAD, &rows, SQL_INT(account_id)));
    return box_one_int(&rows, ret_count);
}

enum err store_message_count_since(struct sql_tx *tx, int64_t account_id, int64_t since, int64_t *ret_count)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_MESSAGE_COUNT_SINCE, &rows, SQL_INT(account_id), SQL_INT(ids_lowest(since))));
    return box_one_int(&rows, ret_count);
}

enum err store_message_replace(struct sql_tx *tx, int64_t account_id, int64_t slot_id, int64_t message_id)
{
    struct sql_rows rows;
    int64_t earlier;
    TRY(sql_query(tx, STATEMENT_REPLACEABLE_GET, &rows, SQL_INT(account_id), SQL_INT(slot_id)));
    TRY(box_one_int(&rows, &earlier));
    enum err error = earlier != 0 ? store_message_delete(tx, account_id, earlier) : ERR_NONE;
    if (error != ERR_NOT_FOUND)
        TRY(error);
    return sql_exec(tx, STATEMENT_REPLACEABLE_PUT, NULL, SQL_INT(account_id), SQL_INT(slot_id),
                    SQL_INT(message_id));
}
