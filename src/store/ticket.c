#include "store/ticket.h"

#include "store/box.h"
#include "store/statements.h"

static const struct box_field ticket_fields[] = {
    BOX_TEXT(1, struct store_ticket, subject), BOX_TEXT(2, struct store_ticket, where),
    BOX_TEXT(3, struct store_ticket, mail), BOX_INT(4, struct store_ticket, language), BOX_END};

static enum err ticket_seal(struct arena *arena, const struct seal_key *key,
                            const struct store_ticket *ticket, struct str *ret_box)
{
    struct buf fields = buf_new(0);
    box_pack(&fields, ticket_fields, ticket);
    return box_close(arena, key, BOX_PLACE("ticket", ticket->account_id, ticket->ticket_id, 0), &fields,
                     ret_box);
}

enum err store_ticket_insert(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                             struct store_ticket *ticket)
{
    struct str box;
    TRY(ticket_seal(arena, key, ticket, &box));
    return sql_exec(tx, STATEMENT_TICKET_INSERT, NULL, SQL_INT(ticket->account_id),
                    SQL_INT(ticket->ticket_id), SQL_TEXT(ticket->reference), SQL_TEXT(ticket->key_kind),
                    SQL_INT(ticket->key_owner), SQL_INT(ticket->state), SQL_INT(ticket->created_at),
                    SQL_INT(ticket->closure_id), SQL_BYTES(ticket->secret_hash), SQL_BYTES(box));
}

enum err store_ticket_get(struct sql_tx *tx, struct arena *arena, int64_t account_id, int64_t ticket_id,
                          struct store_ticket *ret_ticket)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_TICKET_GET, &rows, SQL_INT(account_id), SQL_INT(ticket_id)));
    bool found = sql_next(&rows);
    if (found)
        *ret_ticket = (struct store_ticket){
            .account_id = account_id,
            .ticket_id = ticket_id,
            .reference = arena_str(arena, sql_text(&rows, 0)),
            .key_kind = arena_str(arena, sql_text(&rows, 1)),
            .key_owner = sql_int(&rows, 2),
            .state = sql_int(&rows, 3),
            .created_at = sql_int(&rows, 4),
            .updated_at = sql_int(&rows, 5),
            .closure_id = sql_int(&rows, 6),
            .secret_hash = arena_str(arena, sql_bytes(&rows, 7)),
            .version = sql_int(&rows, 8),
            .sealed = arena_str(arena, sql_bytes(&rows, 9)),
        };
    TRY(sql_end(&rows));
    return found ? ERR_NONE : ERR_NOT_FOUND;
}

enum err store_ticket_open(struct arena *arena, const struct seal_key *key, struct store_ticket *ticket)
{
    struct str fields;
    TRY(box_open(arena, key, BOX_PLACE("ticket", ticket->account_id, ticket->ticket_id, 0), ticket->sealed,
                 &fields));
    box_unpack(fields, ticket_fields, ticket);
    return ERR_NONE;
}

enum err store_ticket_list(struct sql_tx *tx, int64_t account_id, int64_t *ret_ids, size_t limit,
                           size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    TRY(sql_query(tx, STATEMENT_TICKET_LIST, &rows, SQL_INT(account_id), SQL_INT((int64_t)limit)));
    while (count < limit && sql_next(&rows))
        ret_ids[count++] = sql_int(&rows, 0);
    TRY(sql_end(&rows));
    *ret_count = count;
    return ERR_NONE;
}

enum err store_ticket_open_count(struct sql_tx *tx, int64_t account_id, int64_t closed_state,
                                 int64_t *ret_count)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_TICKET_OPEN_COUNT, &rows, SQL_INT(account_id), SQL_INT(closed_state)));
    int64_t count = sql_next(&rows) ? sql_int(&rows, 0) : 0;
    TRY(sql_end(&rows));
    *ret_count = count;
    return ERR_NONE;
}

enum err store_ticket_set_state(struct sql_tx *tx, const struct store_ticket *ticket, int64_t state,
                                int64_t now)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_TICKET_STATE, &changes, SQL_INT(ticket->account_id),
                 SQL_INT(ticket->ticket_id), SQL_INT(state), SQL_INT(now)));
    return box_expect_one(changes);
}

enum err store_ticket_reseal(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                             const struct store_ticket *ticket)
{
    struct str box;
    TRY(ticket_seal(arena, key, ticket, &box));
    return sql_exec(tx, STATEMENT_TICKET_RESEAL, NULL, SQL_INT(ticket->account_id),
                    SQL_INT(ticket->ticket_id), SQL_TEXT(ticket->key_kind), SQL_INT(ticket->key_owner),
                    SQL_BYTES(box), SQL_INT(ticket->closure_id));
}

enum err store_ticket_unsealed(struct sql_tx *tx, struct arena *arena, int64_t account_id,
                               int64_t closed_state, struct store_ticket *ret_ticket)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_TICKET_UNSEALED, &rows, SQL_INT(account_id), SQL_INT(closed_state)));
    bool found = sql_next(&rows);
    int64_t ticket_id = found ? sql_int(&rows, 0) : 0;
    TRY(sql_end(&rows));
    return found ? store_ticket_get(tx, arena, account_id, ticket_id, ret_ticket) : ERR_NOT_FOUND;
}

enum err store_ticket_end_closure(struct sql_tx *tx, int64_t account_id, int64_t closure_id,
                                  int64_t closed_state)
{
    TRY(sql_exec(tx, STATEMENT_TICKET_END_CLOSURE, NULL, SQL_INT(account_id), SQL_INT(closure_id),
                 SQL_INT(closed_state)));
    return sql_exec(tx, STATEMENT_TICKET_END_DESK, NULL, SQL_INT(account_id));
}

static enum err message_seal(struct arena *arena, const struct seal_key *key,
                             const struct store_ticket_message *message, struct str *ret_box)
{
    struct buf fields = buf_new(0);
    pack_add(&fields, 1, message->text);
    return box_close(arena, key, BOX_PLACE("ticket_message", message->ticket_id, message->message_id, 0),
                     &fields, ret_box);
}

enum err store_ticket_message_insert(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                                     const struct store_ticket_message *message)
{
    struct str box;
    TRY(message_seal(arena, key, message, &box));
    return sql_exec(tx, STATEMENT_TICKET_MESSAGE_INSERT, NULL, SQL_INT(message->account_id),
                    SQL_INT(message->ticket_id), SQL_INT(message->message_id), SQL_INT(message->staff_id),
                    SQL_INT(message->at), SQL_BYTES(box));
}

enum err store_ticket_message_count(struct sql_tx *tx, int64_t account_id, int64_t ticket_id,
                                    int64_t *ret_count)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_TICKET_MESSAGE_COUNT, &rows, SQL_INT(account_id), SQL_INT(ticket_id)));
    return box_one_int(&rows, ret_count);
}

enum err store_ticket_message_reseal(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                                     const struct store_ticket_message *message)
{
    struct str box;
    TRY(message_seal(arena, key, message, &box));
    return sql_exec(tx, STATEMENT_TICKET_MESSAGE_RESEAL, NULL, SQL_INT(message->account_id),
                    SQL_INT(message->ticket_id), SQL_INT(message->message_id), SQL_BYTES(box));
}

enum err store_ticket_message_list(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                                   int64_t account_id, int64_t ticket_id,
                                   struct store_ticket_message *ret_rows, size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    enum err error = ERR_NONE;
    TRY(sql_query(tx, STATEMENT_TICKET_MESSAGE_LIST, &rows, SQL_INT(account_id), SQL_INT(ticket_id),
                  SQL_INT((int64_t)limit)));
    while (error == ERR_NONE && count < limit && sql_next(&rows)) {
        struct str fields;
        int64_t message_id = sql_int(&rows, 0);
        error = box_open(arena, key, BOX_PLACE("ticket_message", ticket_id, message_id, 0),
                         sql_bytes(&rows, 3), &fields);
        if (error == ERR_NONE)
            ret_rows[count++] = (struct store_ticket_message){
                account_id, ticket_id, message_id, sql_int(&rows, 1), sql_int(&rows, 2), pack_get(fields, 1)};
    }
    enum err end = sql_end(&rows);
    *ret_count = count;
    return error != ERR_NONE ? error : end;
}

enum err store_ticket_forget(struct sql_tx *tx, const struct store_ticket *ticket)
{
    TRY(sql_exec(tx, STATEMENT_TICKET_MESSAGE_FORGET, NULL, SQL_INT(ticket->account_id),
                 SQL_INT(ticket->ticket_id)));
    return sql_exec(tx, STATEMENT_TICKET_FORGET, NULL, SQL_INT(ticket->account_id),
                    SQL_INT(ticket->ticket_id));
}
