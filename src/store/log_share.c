#include "store/log_share.h"

#include "store/statements.h"

enum err store_tombstone_insert(struct sql_tx *tx, int64_t at, int64_t closure_id, const struct str *records,
                                size_t count)
{
    for (size_t i = 0; i < count; i++)
        TRY(sql_exec(tx, STATEMENT_TOMBSTONE_INSERT, NULL, SQL_INT(at), SQL_INT(closure_id),
                     SQL_INT((int64_t)i), SQL_TEXT(records[i])));
    return ERR_NONE;
}

enum err store_tombstone_since(struct sql_tx *tx, struct arena *arena, int64_t at,
                               struct store_log_record *ret_records, size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    TRY(sql_query(tx, STATEMENT_TOMBSTONE_SINCE, &rows, SQL_INT(at), SQL_INT((int64_t)limit)));
    while (count < limit && sql_next(&rows))
        ret_records[count++] = (struct store_log_record){.at = sql_int(&rows, 0),
                                                         .record = arena_str(arena, sql_text(&rows, 1))};
    *ret_count = count;
    return sql_end(&rows);
}

enum err store_leaf_since(struct sql_tx *tx, struct arena *arena, int64_t at,
                          struct store_log_record *ret_records, size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    TRY(sql_query(tx, STATEMENT_LOG_LEAF_SINCE, &rows, SQL_INT(at), SQL_INT((int64_t)limit)));
    while (count < limit && sql_next(&rows))
        ret_records[count++] = (struct store_log_record){.at = sql_int(&rows, 0),
                                                         .record = arena_str(arena, sql_bytes(&rows, 1)),
                                                         .kind = arena_str(arena, sql_text(&rows, 2))};
    *ret_count = count;
    return sql_end(&rows);
}
