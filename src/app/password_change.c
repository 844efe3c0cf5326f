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

static enum err tell_contact(struct change_job *job, struct sql_tx *tx, struct arena *arena,
                             const struct account *account, const struct store_contact *contact)
{
    struct mail mail = {
        .to = contact->address,
        .language = account->row.language,
        .kind = STR("password_changed"),
        .arguments = {MAIL_ARGUMENT_TEXT("name", account->row.name), MAIL_ARGUMENT_TIME("time", job->now)},
        .argument_count = 2,
    };
    struct str effect_key =
        arena_printf(arena, "password:%lld:%lld", (long long)job->now, (long long)contact->contact_id);
    return mail_queue(tx, arena, ACCOUNT_MAIL_PLACE(account), &mail, effect_key, job->now, job->now);
}

static enum err tell_contacts(struct change_job *job, struct sql_tx *tx, struct arena *arena,
                              const struct account *account)
{
    struct store_contact contacts[CONTACT_ROWS];
    size_t count;
    TRY(store_contact_list(tx, arena, &account->key, account->row.account_id, contacts, CONTACT_ROWS,
                           &count));
    for (size_t i = 0; i < count; i++)
        if (contacts[i].kind == CONTACT_MAIL && contacts[i].verified_at != 0 && contacts[i].removed_at == 0)
            TRY(tell_contact(job, tx, arena, account, &contacts[i]));
    return ERR_NONE;
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
