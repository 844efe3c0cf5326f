#include "app/signing.h"

#include "store/key.h"

#define SETTING "signing.key"

struct signing_job {
    struct str own; /* the key's id */
    bool alone;
};

static enum err check_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct signing_job *job = context;
    struct str kept;
    (void)arena;
    enum err error = store_setting_get(tx, SETTING, &kept);
    if (error == ERR_NONE && str_equal(kept, job->own))
        return ERR_NONE;
    if (error == ERR_NONE && !job->alone)
        return ERR_CONFLICT;
    return error == ERR_NONE || error == ERR_NOT_FOUND ? store_setting_put(tx, SETTING, job->own) : error;
}

enum err signing_check(struct app *app, bool alone)
{
    struct arena *arena = arena_new(0);
    if (arena == NULL)
        return ERR_MEMORY;
    struct signing_job job = {.own = receipt_key_id(app->signer, arena), .alone = alone};
    enum err error = sql_call(app->store, "signing_check", check_run, &job);
    arena_free(arena);
    return error;
}
