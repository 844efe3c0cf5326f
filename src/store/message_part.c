#include "store/message_part.h"

#include "store/box.h"
#include "store/statements.h"

static const struct box_field fields_of_part[] = {
    BOX_INT(1, struct store_message_part, total),
    BOX_INT(2, struct store_message_part, charset),
    BOX_INT(3, struct store_message_part, fill_bits),
    BOX_TEXT(4, struct store_message_part, peer),
    BOX_TEXT(5, struct store_message_part, to),
    BOX_TEXT(6, struct store_message_part, bytes),
    BOX_END,
};

int64_t store_message_part_group(const struct seal_key *key, struct str what)
{
    return seal_id(key, "message_part", what);
}

enum err store_message_part_put(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                                const struct store_message_part *part)
{
    struct buf fields = buf_new(0);
    struct str box;
    box_pack(&fields, fields_of_part, part);
    TRY(box_close(arena, key, BOX_PLACE("message_part", part->account_id, part->group_id, part->number),
                  &fields, &box));
    return sql_exec(tx, STATEMENT_MESSAGE_PART_PUT, NULL, SQL_INT(part->account_id), SQL_INT(part->group_id),
                    SQL_INT(part->number), SQL_INT(part->line_id), SQL_INT(part->came_at), SQL_BYTES(box));
}

static enum err read_part(struct sql_rows *rows, struct arena *arena, const struct seal_key *key,
                          struct store_message_part *part)
{
    struct str fields;
    part->number = sql_int(rows, 0);
    part->line_id = sql_int(rows, 1);
    part->came_at = sql_int(rows, 2);
    TRY(box_open(arena, key, BOX_PLACE("message_part", part->account_id, part->group_id, part->number),
                 sql_bytes(rows, 3), &fields));
    box_unpack(fields, fields_of_part, part);
    return ERR_NONE;
}

enum err store_message_part_list(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                                 int64_t account_id, int64_t group_id, struct store_message_part *ret_parts,
                                 size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    enum err error = ERR_NONE;
    TRY(sql_query(tx, STATEMENT_MESSAGE_PART_LIST, &rows, SQL_INT(account_id), SQL_INT(group_id),
                  SQL_INT((int64_t)limit)));
    while (error == ERR_NONE && count < limit && sql_next(&rows)) {
        ret_parts[count] = (struct store_message_part){.account_id = account_id, .group_id = group_id};
        error = read_part(&rows, arena, key, &ret_parts[count]);
        count += error == ERR_NONE;
    }
    enum err ended = sql_end(&rows);
    TRY(error);
    TRY(ended);
    *ret_count = count;
    return ERR_NONE;
}

enum err store_message_part_delete(struct sql_tx *tx, int64_t account_id, int64_t group_id)
{
    return sql_exec(tx, STATEMENT_MESSAGE_PART_DELETE, NULL, SQL_INT(account_id), SQL_INT(group_id));
}
