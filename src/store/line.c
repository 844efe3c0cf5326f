#include "store/line.h"

#include "store/box.h"
#include "store/statements.h"

enum { FIELD_E164 = 1, FIELD_NAME = 2, FIELD_ORDER = 3, FIELD_PIN = 4 };

static enum err line_seal(struct arena *arena, const struct seal_key *key, const struct store_line *line,
                          struct str *ret_box)
{
    struct buf fields = buf_new(0);
    pack_add(&fields, FIELD_E164, line->e164);
    pack_add(&fields, FIELD_NAME, line->name);
    pack_add(&fields, FIELD_ORDER, line->order_code);
    if (line->pin.length != 0)
        pack_add(&fields, FIELD_PIN, line->pin);
    return box_close(arena, key, BOX_PLACE("line", line->account_id, line->line_id, line->version), &fields,
                     ret_box);
}

enum err store_line_insert(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                           struct store_line *line)
{
    struct str box;
    line->version = 1;
    TRY(line_seal(arena, key, line, &box));
    return sql_exec(tx, STATEMENT_LINE_INSERT, NULL, SQL_INT(line->account_id), SQL_INT(line->line_id),
                    SQL_INT(line->since), SQL_INT(line->ended_at), SQL_INT(line->fee),
                    SQL_INT(line->paid_until), SQL_INT(line->fees_stopped_at), SQL_INT(line->last_text_at),
                    SQL_INT(line->reminded_at), SQL_INT(line->version), SQL_BYTES(box),
                    SQL_INT(line->locked_at), SQL_INT(line->pin_until), SQL_INT(line->pin_tries));
}

static enum err line_row(struct sql_rows *rows, struct arena *arena, const struct seal_key *key,
                         int64_t account_id, struct store_line *ret_line)
{
    struct str fields;
    struct store_line line = {
        .account_id = account_id,
        .line_id = sql_int(rows, 0),
        .since = sql_int(rows, 1),
        .ended_at = sql_int(rows, 2),
        .fee = sql_int(rows, 3),
        .paid_until = sql_int(rows, 4),
        .fees_stopped_at = sql_int(rows, 5),
        .last_text_at = sql_int(rows, 6),
        .reminded_at = sql_int(rows, 7),
        .version = sql_int(rows, 8),
        .locked_at = sql_int(rows, 10),
        .pin_until = sql_int(rows, 11),
        .pin_tries = sql_int(rows, 12),
    };
    TRY(box_open(arena, key, BOX_PLACE("line", account_id, line.line_id, line.version), sql_bytes(rows, 9),
                 &fields));
    line.e164 = pack_get(fields, FIELD_E164);
    line.name = pack_get(fields, FIELD_NAME);
    line.order_code = pack_get(fields, FIELD_ORDER);
    line.pin = pack_get(fields, FIELD_PIN);
    *ret_line = line;
    return ERR_NONE;
}

enum err store_line_get(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                        int64_t account_id, int64_t line_id, struct store_line *ret_line)
{
    struct sql_rows rows;
    enum err error = ERR_NOT_FOUND;
    TRY(sql_query(tx, STATEMENT_LINE_GET, &rows, SQL_INT(account_id), SQL_INT(line_id)));
    if (sql_next(&rows))
        error = line_row(&rows, arena, key, account_id, ret_line);
    TRY(sql_end(&rows));
    return error;
}

enum err store_line_list(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                         int64_t account_id, struct store_line *ret_lines, size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    enum err error = ERR_NONE;
    TRY(sql_query(tx, STATEMENT_LINE_LIST, &rows, SQL_INT(account_id), SQL_INT((int64_t)limit)));
    while (error == ERR_NONE && count < limit && sql_next(&rows)) {
        error = line_row(&rows, arena, key, account_id, &ret_lines[count]);
        count += error == ERR_NONE;
    }
    TRY(sql_end(&rows));
    *ret_count = count;
    return error;
}

enum err store_line_update(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                           struct store_line *line)
{
    struct str box;
    int64_t changes;
    line->version++;
    TRY(line_seal(arena, key, line, &box));
    TRY(sql_exec(tx, STATEMENT_LINE_UPDATE, &changes, SQL_INT(line->account_id), SQL_INT(line->line_id),
                 SQL_INT(line->ended_at), SQL_INT(line->fee), SQL_INT(line->paid_until),
                 SQL_INT(line->fees_stopped_at), SQL_INT(line->reminded_at), SQL_INT(line->version),
                 SQL_BYTES(box), SQL_INT(line->version - 1), SQL_INT(line->locked_at),
                 SQL_INT(line->pin_until), SQL_INT(line->pin_tries)));
    return box_expect_one(changes);
}

enum err store_line_touch(struct sql_tx *tx, int64_t account_id, int64_t line_id, int64_t at)
{
    return sql_exec(tx, STATEMENT_LINE_TOUCH, NULL, SQL_INT(account_id), SQL_INT(line_id), SQL_INT(at));
}

enum err store_line_count(struct sql_tx *tx, int64_t account_id, int64_t *ret_live, int64_t *ret_all)
{
    struct sql_rows rows;
    int64_t live = 0, all = 0;
    TRY(sql_query(tx, STATEMENT_LINE_COUNT, &rows, SQL_INT(account_id)));
    if (sql_next(&rows)) {
        live = sql_int(&rows, 0);
        all = sql_int(&rows, 1);
    }
    TRY(sql_end(&rows));
    *ret_live = live;
    *ret_all = all;
    return ERR_NONE;
}
