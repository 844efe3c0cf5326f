#include "app/closure_reasons.h"

#include "store/closure.h"

#include <string.h>

struct reasons_job {
    int64_t since;
    int64_t *counts;
};

static enum err reasons_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct reasons_job *job = context;
    (void)arena;
    for (int64_t state = CLOSURE_REVIEW; state <= CLOSURE_FORGOTTEN; state++)
        if (state != CLOSURE_UNDONE)
            TRY(store_closure_count_reasons(tx, state, job->since, job->counts, CLOSURE_REASON_COUNTS));
    return ERR_NONE;
}

enum err closure_reasons(struct app *app, struct arena *arena, int64_t since,
                         int64_t ret_counts[CLOSURE_REASON_COUNTS])
{
    struct reasons_job job = {.since = since, .counts = ret_counts};
    memset(ret_counts, 0, CLOSURE_REASON_COUNTS * sizeof *ret_counts);
    return sql_read(app->store, reasons_run, arena, &job);
}
