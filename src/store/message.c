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

/* A row whose box is not opened yet. */
struct row {
    int64_t message_id, line_id, direction, read_at;
    struct str box;
};

static struct row row_of(struct sql_rows *rows)
{
    return (struct row){sql_int(rows, 0), sql_int(rows, 1), sql_int(rows, 2), sql_int(rows, 3),
                        sql_bytes(rows, 4)};
}

static enum err row_open(const struct row *row, struct arena *arena, const struct seal_key *key,
                         int64_t account_id, struct store_message *ret_message)
{
    struct str fields;
    TRY(box_open(arena, key, BOX_PLACE("message", account_id, row->message_id, 0), row->box, &fields));
    *ret_message = (struct store_message){
        .account_id = account_id,
        .message_id = row->message_id,
        .line_id = row->line_id,
        .direction = row->direction,
        .read_at = row->read_at,
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

enum err store_message_get(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                           int64_t account_id, int64_t message_id, struct store_message *ret_message)
{
    struct sql_rows rows;
    struct row row;
    TRY(sql_query(tx, STATEMENT_MESSAGE_GET, &rows, SQL_INT(account_id), SQL_INT(message_id)));
    bool found = sql_next(&rows);
    if (found)
        row = row_of(&rows);
    TRY(sql_end(&rows));
    return found ? row_open(&row, arena, key, account_id, ret_message) : ERR_NOT_FOUND;
}

/* What a list asks for: messages between two ids, newest first or, upwards, oldest first. */
struct ask {
    int64_t account_id, line_id, above, below; /* line_id 0: of all lines */
    bool upwards;
    size_t limit;
};

struct side {
    struct row *rows;
    size_t count, next;
};

static enum err ask_side(struct sql_tx *tx, const struct ask *ask, bool unread, struct sql_rows *ret_rows)
{
    const struct sql_value account = SQL_INT(ask->account_id), side = SQL_INT(unread);
    const struct sql_value above = SQL_INT(ask->above), below = SQL_INT(ask->below);
    const struct sql_value limit = SQL_INT((int64_t)ask->limit);
    if (ask->upwards)
        return sql_query(tx, STATEMENT_MESSAGE_LIST_AFTER, ret_rows, account, side, above, below, limit);
    if (ask->line_id == 0)
        return sql_query(tx, STATEMENT_MESSAGE_LIST, ret_rows, account, side, above, below, limit);
    return sql_query(tx, STATEMENT_MESSAGE_LIST_LINE, ret_rows, account, side, above, below, limit,
                     SQL_INT(ask->line_id));
}

static enum err read_side(struct sql_tx *tx, struct arena *arena, const struct ask *ask, bool unread,
                          struct side *ret_side)
{
    struct sql_rows rows;
    *ret_side = (struct side){.rows = ARENA_ARRAY(arena, ask->limit, struct row)};
    TRY(ask_side(tx, ask, unread, &rows));
    while (ret_side->count < ask->limit && sql_next(&rows))
        ret_side->rows[ret_side->count++] = row_of(&rows);
    return sql_end(&rows);
}

/* Of two sides in the same order the row that comes first; NULL at their end. */
static const struct row *next_row(struct side *a, struct side *b, bool upwards)
{
    bool in_a = a->next < a->count, in_b = b->next < b->count;
    if (!in_a && !in_b)
        return NULL;
    bool smaller = in_a && in_b && a->rows[a->next].message_id < b->rows[b->next].message_id;
    bool take_a = in_a && (!in_b || smaller == upwards);
    return take_a ? &a->rows[a->next++] : &b->rows[b->next++];
}

/* Unread messages and read ones lie apart. Where the unread fill the list, of the others only those are read
 * that stand among them. */
static enum err list(struct sql_tx *tx, struct arena *arena, const struct seal_key *key, struct ask ask,
                     struct store_message *ret_messages, size_t *ret_count)
{
    struct side unread, read;
    size_t count = 0;
    TRY(read_side(tx, arena, &ask, true, &unread));
    if (unread.count == ask.limit && ask.limit != 0)
        *(ask.upwards ? &ask.below : &ask.above) = unread.rows[unread.count - 1].message_id;
    TRY(read_side(tx, arena, &ask, false, &read));
    for (const struct row *row; count < ask.limit && (row = next_row(&unread, &read, ask.upwards)) != NULL;)
        TRY(row_open(row, arena, key, ask.account_id, &ret_messages[count++]));
    *ret_count = count;
    return ERR_NONE;
}

enum err store_message_list(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                            int64_t account_id, int64_t line_id, int64_t before,
                            struct store_message *ret_messages, size_t limit, size_t *ret_count)
{
    const struct ask ask = {
        .account_id = account_id, .line_id = line_id, .above = INT64_MIN, .below = before, .limit = limit};
    return list(tx, arena, key, ask, ret_messages, ret_count);
}

enum err store_message_list_after(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                                  int64_t account_id, int64_t after, struct store_message *ret_messages,
                                  size_t limit, size_t *ret_count)
{
    const struct ask ask = {
        .account_id = account_id, .above = after, .below = INT64_MAX, .upwards = true, .limit = limit};
    return list(tx, arena, key, ask, ret_messages, ret_count);
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
