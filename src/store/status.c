#include "store/status.h"

#include "base/limits.h"
#include "store/box.h"
#include "store/statements.h"

enum err store_status_get(struct sql_tx *tx, int64_t before, struct store_status *ret_status)
{
    struct sql_rows rows;
    int64_t late = 0;
    TRY(sql_query(tx, STATEMENT_STATUS_LAST_TEXT, &rows));
    TRY(box_one_int(&rows, &ret_status->last_text_at));
    for (int64_t bucket = 0; bucket < LIMIT_BUCKETS && late == 0; bucket++) {
        TRY(sql_query(tx, STATEMENT_STATUS_OUTBOX_LATE, &rows, SQL_INT(bucket), SQL_INT(before)));
        late = sql_next(&rows) ? 1 : 0;
        TRY(sql_end(&rows));
    }
    ret_status->outbox_late = late != 0;
    return ERR_NONE;
}

enum err store_status_late(struct sql_tx *tx, int64_t state, int64_t now, int64_t *ret_count)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_STATUS_CLOSINGS_LATE, &rows, SQL_INT(state), SQL_INT(now)));
    return box_one_int(&rows, ret_count);
}
