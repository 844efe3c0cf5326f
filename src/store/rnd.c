#include "store/rnd.h"

#include "store/box.h"
#include "store/statements.h"

enum err store_rnd_add(struct sql_tx *tx, struct str month, struct str e164, int64_t disconnected_at)
{
    return sql_exec(tx, STATEMENT_RND_INSERT, NULL, SQL_TEXT(month), SQL_TEXT(e164),
                    SQL_INT(disconnected_at));
}

static struct store_rnd_row rnd_row(struct sql_rows *rows)
{
    return (struct store_rnd_row){
        .month = sql_text(rows, 0),
        .e164 = sql_text(rows, 1),
        .disconnected_at = sql_int(rows, 2),
        .submitted_at = sql_int(rows, 3),
    };
}

enum err store_rnd_get(struct sql_tx *tx, struct str month, struct str e164, struct store_rnd_row *ret_row)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_RND_GET, &rows, SQL_TEXT(month), SQL_TEXT(e164)));
    bool found = sql_next(&rows);
    if (found)
        *ret_row = rnd_row(&rows);
    TRY(sql_end(&rows));
    return found ? ERR_NONE : ERR_NOT_FOUND;
}

enum err store_rnd_list(struct sql_tx *tx, struct str month, struct str after, struct store_rnd_row *ret_rows,
                        size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    size_t count = 0;
    TRY(sql_query(tx, STATEMENT_RND_LIST, &rows, SQL_TEXT(month), SQL_TEXT(after), SQL_INT((int64_t)limit)));
    while (count < limit && sql_next(&rows))
        ret_rows[count++] = rnd_row(&rows);
    TRY(sql_end(&rows));
    *ret_count = count;
    return ERR_NONE;
}

enum err store_rnd_count(struct sql_tx *tx, struct str month, int64_t *ret_count)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_RND_COUNT, &rows, SQL_TEXT(month)));
    return box_one_int(&rows, ret_count);
}

enum err store_rnd_submit(struct sql_tx *tx, struct str month, int64_t now, int64_t staff_id,
                          int64_t *ret_count)
{
    int64_t rows, months;
    TRY(sql_exec(tx, STATEMENT_RND_SUBMIT_ROWS, &rows, SQL_TEXT(month), SQL_INT(now)));
    TRY(sql_exec(tx, STATEMENT_RND_SUBMIT_MONTH, &months, SQL_TEXT(month), SQL_INT(now), SQL_INT(rows),
                 SQL_INT(staff_id)));
    if (months != 1)
        return ERR_STATE;
    *ret_count = rows;
    return ERR_NONE;
}

enum err store_rnd_submission(struct sql_tx *tx, struct str month, int64_t *ret_at, int64_t *ret_staff_id)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_RND_MONTH_GET, &rows, SQL_TEXT(month)));
    bool found = sql_next(&rows);
    *ret_at = found ? sql_int(&rows, 0) : 0;
    *ret_staff_id = found ? sql_int(&rows, 1) : 0;
    return sql_end(&rows);
}

enum err store_rnd_submitted_at(struct sql_tx *tx, struct str month, int64_t *ret_at)
{
    int64_t staff_id;
    return store_rnd_submission(tx, month, ret_at, &staff_id);
}
