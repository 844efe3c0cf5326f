#include "app/account_language.h"

#include "app/account.h"

struct language_job {
    struct app *app;
    const struct actor *actor;
    int64_t language;
};

static enum err language_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct language_job *job = context;
    struct account *account;
    TRY(account_load(job->app, tx, arena, job->actor->account_id, &account));
    if (account->row.language == job->language)
        return ERR_NONE;
    account->row.language = job->language;
    return account_save(tx, arena, account);
}

enum err account_set_language(struct app *app, const struct actor *actor, int64_t language)
{
    struct language_job job = {.app = app, .actor = actor, .language = language};
    return sql_call(app->store, "account_set_language", language_run, &job);
}
