#include "app/account_list.h"

#include "store/account.h"

struct list_job {
    int64_t after;
    struct account_list_row *rows;
    size_t limit, count;
};

static enum err list_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct list_job *job = context;
    struct store_account *accounts = ARENA_ARRAY(arena, job->limit, struct store_account);
    TRY(store_account_list(tx, job->after, accounts, job->limit, &job->count));
    for (size_t i = 0; i < job->count; i++)
        job->rows[i] =
            (struct account_list_row){accounts[i].account_id, accounts[i].state, accounts[i].created_at};
    return ERR_NONE;
}

enum err account_list(struct app *app, struct arena *arena, int64_t after, struct account_list_row *ret_rows,
                      size_t limit, size_t *ret_count)
{
    struct list_job job = {.after = after, .rows = ret_rows, .limit = limit};
    TRY(sql_read(app->store, list_run, arena, &job));
    *ret_count = job.count;
    return ERR_NONE;
}
