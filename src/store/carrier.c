#include "store/carrier.h"

#include "store/box.h"
#include "store/statements.h"

enum err store_carrier_claim(struct sql_tx *tx, struct str carrier, struct str message_hash, int64_t now)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_CARRIER_CLAIM, &changes, SQL_TEXT(carrier), SQL_BYTES(message_hash),
                 SQL_INT(now)));
    return changes == 1 ? ERR_NONE : ERR_EXISTS;
}

enum err store_carrier_note(struct sql_tx *tx, struct str carrier, const struct store_carrier_note *note)
{
    return sql_exec(tx, STATEMENT_CARRIER_NOTE, NULL, SQL_INT(note->at), SQL_TEXT(carrier),
                    SQL_INT(note->content));
}

enum err store_carrier_note_list(struct sql_tx *tx, struct str carrier, int64_t since,
                                 struct store_carrier_note *ret_notes, size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    TRY(sql_query(tx, STATEMENT_CARRIER_NOTE_LIST, &rows, SQL_INT(since), SQL_TEXT(carrier),
                  SQL_INT((int64_t)limit)));
    for (; count < limit && sql_next(&rows); count++)
        ret_notes[count] = (struct store_carrier_note){sql_int(&rows, 0), sql_int(&rows, 1)};
    TRY(sql_end(&rows));
    *ret_count = count;
    return ERR_NONE;
}

enum err store_carrier_note_forget(struct sql_tx *tx, int64_t before, size_t limit, int64_t *ret_count)
{
    return sql_exec(tx, STATEMENT_CARRIER_NOTE_FORGET, ret_count, SQL_INT(before), SQL_INT((int64_t)limit));
}

enum err store_carrier_forget(struct sql_tx *tx, int64_t before, size_t limit, int64_t *ret_count)
{
    return sql_exec(tx, STATEMENT_CARRIER_FORGET, ret_count, SQL_INT(before), SQL_INT((int64_t)limit));
}

enum err store_carrier_taken_get(struct sql_tx *tx, struct str carrier, int64_t content,
                                 struct store_carrier_taken *ret_taken)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_CARRIER_TAKEN_GET, &rows, SQL_TEXT(carrier), SQL_INT(content)));
    bool found = sql_next(&rows);
    if (found)
        *ret_taken = (struct store_carrier_taken){sql_int(&rows, 0), sql_int(&rows, 1)};
    TRY(sql_end(&rows));
    return found ? ERR_NONE : ERR_NOT_FOUND;
}

enum err store_carrier_taken_put(struct sql_tx *tx, struct str carrier, int64_t content,
                                 const struct store_carrier_taken *taken)
{
    return sql_exec(tx, STATEMENT_CARRIER_TAKEN_PUT, NULL, SQL_TEXT(carrier), SQL_INT(content),
                    SQL_INT(taken->node_id), SQL_INT(taken->at));
}

enum err store_carrier_taken_forget(struct sql_tx *tx, int64_t before, size_t limit, int64_t *ret_count)
{
    return sql_exec(tx, STATEMENT_CARRIER_TAKEN_FORGET, ret_count, SQL_INT(before), SQL_INT((int64_t)limit));
}

enum err store_carrier_loss_get(struct sql_tx *tx, struct str carrier, int64_t node_id, int64_t *ret_lost_at)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_CARRIER_LOSS_GET, &rows, SQL_TEXT(carrier), SQL_INT(node_id)));
    return box_one_int(&rows, ret_lost_at);
}

enum err store_carrier_loss_put(struct sql_tx *tx, struct str carrier, int64_t node_id, int64_t lost_at)
{
    return sql_exec(tx, STATEMENT_CARRIER_LOSS_PUT, NULL, SQL_TEXT(carrier), SQL_INT(node_id),
                    SQL_INT(lost_at));
}
