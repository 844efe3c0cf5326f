#include "app/staff_show.h"

#include "app/keys.h"
#include "store/identity.h"

struct staff_job {
    struct app *app;
    struct arena *arena;
    int64_t staff_id;
    struct store_staff staff;
};

static enum err staff_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct staff_job *job = context;
    struct seal_key key;
    (void)arena;
    TRY(keys_open(job->app, tx, "case", job->staff_id, &key));
    TRY(store_staff_get(tx, job->arena, &key, job->staff_id, &job->staff));
    return job->staff.disabled_at == 0 ? ERR_NONE : ERR_NOT_FOUND;
}

enum err staff_show(struct app *app, struct arena *arena, int64_t staff_id, struct str *ret_name)
{
    struct staff_job job = {.app = app, .arena = arena, .staff_id = staff_id};
    TRY(sql_read(app->store, staff_run, arena, &job));
    *ret_name = job.staff.name;
    return ERR_NONE;
}
