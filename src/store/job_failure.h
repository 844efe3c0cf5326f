/* Rows of job_failure: work that failed and is tried again, one row while it does. */
#ifndef STORE_JOB_FAILURE_H
#define STORE_JOB_FAILURE_H

#include "sql/sql.h"

struct store_job_failure {
    struct str kind; /* of the queue */
    int64_t account_id, subject_id;
    int64_t tries;     /* that failed, one after the other */
    int64_t ticket_id; /* the operator's; 0: none yet */
};

/* Counts a failure; tries and ticket are read back into it. */
enum err store_job_failure_add(struct sql_tx *tx, struct store_job_failure *failure, int64_t now);
/* Notes the ticket that was opened for it. */
enum err store_job_failure_ticket(struct sql_tx *tx, const struct store_job_failure *failure);
/* ERR_NOT_FOUND: it did not fail the last time. */
enum err store_job_failure_get(struct sql_tx *tx, struct store_job_failure *failure);
enum err store_job_failure_delete(struct sql_tx *tx, const struct store_job_failure *failure);
/* Puts off its place in the queue; ret_waits false where it has none any more. */
enum err store_job_failure_put_off(struct sql_tx *tx, const struct store_job_failure *failure, int64_t due,
                                   bool *ret_waits);

#endif
