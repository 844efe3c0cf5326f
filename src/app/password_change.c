#include "app/password_change.h"

#include "app/account.h"
#include "app/contact.h"
#include "app/journal.h"
#include "app/mail.h"
#include "app/rate.h"
#include "app/scheduler.h"
#include "base/clock.h"
#include "base/limits.h"
#include "crypto/password.h"
#include "domain/types.h"

#include <string.h>

struct change_job {
    struct app *app;
    struct arena *arena;
    const struct actor *actor;
    int64_t now;
    struct str name, present_hash;
    bool locked;
    char hash[PASSWORD_HASH_SIZE];
};

static enum err change_read(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct change_job *job = context;
    struct account *account;
    (void)arena;
    TRY(account_load(job->app, tx, job->arena, job->actor->account_id, &account));
    job->name = account->row.name;
    job->present_hash = account->row.password_hash;
    job->locked = account->row.locked_at != 0;
    return ERR_NONE;
}

static enum err tell_contacts(struct change_job *job, struct sql_tx *tx, struct arena *arena,
                              const struct account *account)
{
    struct mail mail = {
        .kind = STR("password_changed"),
        .arguments = {MAIL_ARGUMENT_TEXT("name", account->row.name), MAIL_ARGUMENT_TIME("time", job->now)},
        .argument_count = 2,
    };
    return contact_tell(tx, arena, account, &mail, arena_printf(arena, "password:%lld", (long long)job->now),
                        job->now);
}

static enum err change_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct change_job *job = context;
    struct account *account;
    TRY(account_load(job->app, tx, arena, job->actor->account_id, &account));
    if (account->row.locked_at != 0)
        return ERR_STATE;
    if (!str_equal(account->row.password_hash, job->present_hash))
        return ERR_CHANGED;
    account->row.password_hash = str_from(job->hash);
    account->row.security_at = job->now;
    TRY(account_save(tx, arena, account));
    TRY(store_session_delete_others(tx, account->row.account_id, job->actor->session_id));
    TRY(tell_contacts(job, tx, arena, account));
    return journal_account(tx, arena, account, job->now, "password_changed", job->actor, STR_NONE);
}

static bool may_be_wanted(const struct change_job *job, struct str present, struct str wanted)
{
    return wanted.length >= LIMIT_PASSWORD_MIN_BYTES && wanted.length <= LIMIT_PASSWORD_MAX_BYTES &&
           !str_equal(wanted, present) && !str_equal_nocase(wanted, job->name);
}

enum err password_change(struct app *app, struct arena *arena, const struct actor *actor, struct str present,
                         struct str wanted)
{
    struct clock_reading now = clock_read();
    struct change_job job = {.app = app, .arena = arena, .actor = actor, .now = now.wall};
    TRY(rate_take(RATE_LOGIN_NAME, str_bytes(&actor->account_id, sizeof actor->account_id), now.monotonic));
    TRY(sql_read(app->store, change_read, arena, &job));
    if (job.locked)
        return ERR_STATE;
    enum err error = password_verify(present, job.present_hash);
    if (error == ERR_WRONG_LOGIN)
        return ERR_WRONG_PROOF;
    TRY(error);
    if (!may_be_wanted(&job, present, wanted))
        return ERR_INVALID;
    TRY(password_hash(wanted, job.hash));
    error = sql_call(app->store, "password_change", change_run, &job);
    explicit_bzero(job.hash, sizeof job.hash);
    if (error == ERR_NONE)
        scheduler_wake(app->scheduler);
    return error;
}
