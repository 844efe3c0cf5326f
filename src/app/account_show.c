#include "app/account_show.h"

#include "app/account.h"
#include "app/contact.h"
#include "app/session.h"

struct show_job {
    struct app *app;
    struct arena *arena;
    int64_t account_id;
    struct account_view view;
    struct account_security security;
};

static enum err show_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct show_job *job = context;
    struct account *account;
    (void)arena;
    TRY(account_load(job->app, tx, job->arena, job->account_id, &account));
    job->view = (struct account_view){
        .account_id = account->row.account_id,
        .state = account->row.state,
        .language = account->row.language,
        .security_at = account->row.security_at,
        .locked_at = account->row.locked_at,
        .sends = account->row.sends_a_day != 0,
        .name = account->row.name,
    };
    return ERR_NONE;
}

enum err account_show(struct app *app, struct arena *arena, int64_t account_id, struct account_view *ret_view)
{
    struct show_job job = {.app = app, .arena = arena, .account_id = account_id};
    TRY(sql_read(app->store, show_run, arena, &job));
    *ret_view = job.view;
    return ERR_NONE;
}

static enum err security_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct show_job *job = context;
    struct account *account;
    struct store_contact contact;
    (void)arena;
    TRY(account_load(job->app, tx, job->arena, job->account_id, &account));
    TRY(store_session_count(tx, job->account_id, &job->security.sessions));
    enum err error = contact_first_mail(tx, job->arena, &account->key, job->account_id, &contact);
    if (error == ERR_NONE)
        job->security.mail = session_mask_address(job->arena, contact.address);
    return error == ERR_NOT_FOUND ? ERR_NONE : error;
}

enum err account_show_security(struct app *app, struct arena *arena, int64_t account_id,
                               struct account_security *ret_security)
{
    struct show_job job = {.app = app, .arena = arena, .account_id = account_id};
    TRY(sql_read(app->store, security_run, arena, &job));
    *ret_security = job.security;
    return ERR_NONE;
}
