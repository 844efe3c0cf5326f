#include "store/number.h"

#include "base/clock.h"
#include "store/box.h"
#include "store/statements.h"

enum err store_number_insert(struct sql_tx *tx, const struct store_number *number)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_NUMBER_INSERT, &changes, SQL_TEXT(number->e164), SQL_INT(number->state),
                 SQL_TEXT(number->carrier), SQL_INT(number->class)));
    return changes == 1 ? ERR_NONE : ERR_EXISTS;
}

static struct store_number number_row(struct sql_rows *rows)
{
    return (struct store_number){
        .e164 = sql_text(rows, 0),
        .state = sql_int(rows, 1),
        .carrier = sql_text(rows, 2),
        .class = sql_int(rows, 3),
        .account_id = sql_int(rows, 4),
        .line_id = sql_int(rows, 5),
        .assigned_at = sql_int(rows, 6),
        .disconnected_at = sql_int(rows, 7),
        .aging_until = sql_int(rows, 8),
        .rested_days = sql_int(rows, 9),
        .seen_wall = sql_int(rows, 10),
        .seen_monotonic = sql_int(rows, 11),
        .leaving_at = sql_int(rows, 12),
    };
}

enum err store_number_get(struct sql_tx *tx, struct str e164, struct store_number *ret_number)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_NUMBER_GET, &rows, SQL_TEXT(e164)));
    bool found = sql_next(&rows);
    if (found)
        *ret_number = number_row(&rows);
    TRY(sql_end(&rows));
    return found ? ERR_NONE : ERR_NOT_FOUND;
}

enum err store_number_update(struct sql_tx *tx, const struct store_number *number,
                             const struct store_number *before)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_NUMBER_UPDATE, &changes, SQL_TEXT(number->e164), SQL_INT(number->state),
                 SQL_INT(number->account_id), SQL_INT(number->line_id), SQL_INT(number->assigned_at),
                 SQL_INT(number->disconnected_at), SQL_INT(number->aging_until), SQL_INT(number->rested_days),
                 SQL_INT(number->seen_wall), SQL_INT(number->seen_monotonic), SQL_INT(number->leaving_at),
                 SQL_INT(before->state), SQL_INT(before->line_id), SQL_INT(before->leaving_at)));
    return box_expect_one(changes);
}

static enum err numbers_of(struct sql_rows *rows, struct store_number *ret_numbers, size_t limit,
                           size_t *ret_count)
{
    size_t count = 0;
    while (count < limit && sql_next(rows))
        ret_numbers[count++] = number_row(rows);
    TRY(sql_end(rows));
    *ret_count = count;
    return ERR_NONE;
}

enum err store_number_list(struct sql_tx *tx, int64_t state, struct str after,
                           struct store_number *ret_numbers, size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_NUMBER_LIST, &rows, SQL_INT(state), SQL_TEXT(after),
                  SQL_INT((int64_t)limit)));
    return numbers_of(&rows, ret_numbers, limit, ret_count);
}

enum err store_number_list_leaving(struct sql_tx *tx, struct str after, struct store_number *ret_numbers,
                                   size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_NUMBER_LIST_LEAVING, &rows, SQL_TEXT(after), SQL_INT((int64_t)limit)));
    return numbers_of(&rows, ret_numbers, limit, ret_count);
}

enum err store_number_list_account(struct sql_tx *tx, int64_t account_id, struct store_number *ret_numbers,
                                   size_t limit, size_t *ret_count)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_NUMBER_LIST_ACCOUNT, &rows, SQL_INT(account_id), SQL_INT((int64_t)limit)));
    return numbers_of(&rows, ret_numbers, limit, ret_count);
}

enum err store_number_count(struct sql_tx *tx, int64_t state, int64_t *ret_count)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_NUMBER_COUNT, &rows, SQL_INT(state)));
    return box_one_int(&rows, ret_count);
}

enum err store_number_count_text(struct sql_tx *tx, struct str e164, int64_t at)
{
    return sql_exec(tx, STATEMENT_NUMBER_TEXT_COUNT, NULL, SQL_TEXT(e164), SQL_INT(at - at % MICROS_DAY));
}

enum err store_number_texts(struct sql_tx *tx, struct str e164, int64_t since, int64_t *ret_count)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_NUMBER_TEXTS, &rows, SQL_TEXT(e164), SQL_INT(since)));
    return box_one_int(&rows, ret_count);
}
