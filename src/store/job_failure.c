#include "store/job_failure.h"

#include "store/box.h"
#include "store/statements.h"

static enum err fetch(struct sql_rows *rows, struct store_job_failure *failure)
{
    bool found = sql_next(rows);
    if (found) {
        failure->tries = sql_int(rows, 0);
        failure->ticket_id = sql_int(rows, 1);
    }
    TRY(sql_end(rows));
    return found ? ERR_NONE : ERR_NOT_FOUND;
}

enum err store_job_failure_add(struct sql_tx *tx, struct store_job_failure *failure, int64_t now)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_JOB_FAILURE_ADD, &rows, SQL_INT(failure->account_id),
                  SQL_INT(failure->subject_id), SQL_TEXT(failure->kind), SQL_INT(now)));
    return fetch(&rows, failure);
}

enum err store_job_failure_ticket(struct sql_tx *tx, const struct store_job_failure *failure)
{
    return sql_exec(tx, STATEMENT_JOB_FAILURE_TICKET, NULL, SQL_INT(failure->account_id),
                    SQL_INT(failure->subject_id), SQL_TEXT(failure->kind), SQL_INT(failure->ticket_id));
}

enum err store_job_failure_get(struct sql_tx *tx, struct store_job_failure *failure)
{
    struct sql_rows rows;
    TRY(sql_query(tx, STATEMENT_JOB_FAILURE_GET, &rows, SQL_INT(failure->account_id),
                  SQL_INT(failure->subject_id), SQL_TEXT(failure->kind)));
    return fetch(&rows, failure);
}

enum err store_job_failure_delete(struct sql_tx *tx, const struct store_job_failure *failure)
{
    return sql_exec(tx, STATEMENT_JOB_FAILURE_DELETE, NULL, SQL_INT(failure->account_id),
                    SQL_INT(failure->subject_id), SQL_TEXT(failure->kind));
}

enum err store_job_failure_put_off(struct sql_tx *tx, const struct store_job_failure *failure, int64_t due,
                                   bool *ret_waits)
{
    int64_t changes;
    TRY(sql_exec(tx, STATEMENT_JOB_FAILURE_PUT_OFF, &changes, SQL_INT(failure->account_id),
                 SQL_INT(failure->subject_id), SQL_TEXT(failure->kind), SQL_INT(due)));
    *ret_waits = changes != 0;
    return ERR_NONE;
}
