#include "store/dead.h"

#include "store/box.h"
#include "store/statements.h"

enum err store_dead_list(struct sql_tx *tx, struct arena *arena, struct store_dead *ret_rows, size_t limit,
                         size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    TRY(sql_query(tx, STATEMENT_DEAD_LIST, &rows, SQL_INT((int64_t)limit)));
    while (count < limit && sql_next(&rows))
        ret_rows[count++] = (struct store_dead){
            .account_id = sql_int(&rows, 0),
            .outbox_id = sql_int(&rows, 1),
            .closure_id = sql_int(&rows, 2),
            .tries = sql_int(&rows, 3),
            .created_at = sql_int(&rows, 4),
            .failed_at = sql_int(&rows, 5),
            .kind = arena_str(arena, sql_text(&rows, 6)),
            .effect_key = arena_str(arena, sql_text(&rows, 7)),
            .result = arena_str(arena, sql_text(&rows, 8)),
        };
    *ret_count = count;
    return sql_end(&rows);
}

enum err store_dead_end(struct sql_tx *tx, int64_t account_id, int64_t outbox_id,
                        enum store_outbox_state state, int64_t now, struct str result)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_DEAD_END, &changes, SQL_INT(account_id), SQL_INT(outbox_id), SQL_INT(state),
                 SQL_INT(state == OUTBOX_WAITING ? 0 : now), SQL_TEXT(result)));
    return box_expect_one(changes);
}

enum err store_queue_kinds(struct sql_tx *tx, struct arena *arena, int64_t bucket, int64_t now, int64_t then,
                           struct store_queue_kind *ret_kinds, size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    TRY(sql_query(tx, STATEMENT_QUEUE_KINDS, &rows, SQL_INT(bucket), SQL_INT(now), SQL_INT(then)));
    while (count < limit && sql_next(&rows))
        ret_kinds[count++] = (struct store_queue_kind){
            .kind = arena_str(arena, sql_text(&rows, 0)),
            .due = sql_int(&rows, 1),
            .oldest = sql_int(&rows, 2),
            .soon = sql_int(&rows, 3),
        };
    *ret_count = count;
    return sql_end(&rows);
}
