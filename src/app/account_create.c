#include "app/account_create.h"

#include "app/account.h"
#include "app/contact.h"
#include "app/journal.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/limits.h"
#include "crypto/password.h"
#include "domain/types.h"

static bool name_is_valid(struct str name)
{
    if (name.length < 3 || name.length > LIMIT_LOGIN_NAME_BYTES)
        return false;
    for (size_t i = 0; i < name.length; i++) {
        char c = name.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '.' && c != '_' && c != '-' && c != '@' && c != '+')
            return false;
    }
    return true;
}

static enum err check_name_and_password(struct str name, struct str password)
{
    if (!name_is_valid(name) || password.length < LIMIT_PASSWORD_MIN_BYTES ||
        password.length > LIMIT_PASSWORD_MAX_BYTES)
        return ERR_INVALID;
    return ERR_NONE;
}

struct create_job {
    struct app *app;
    struct account_create *create;
    struct str name;
    int64_t account_id, ledger_id, now;
    char hash[PASSWORD_HASH_SIZE];
};

static enum err create_contact(struct create_job *job, struct sql_tx *tx, struct arena *arena,
                               struct account *account)
{
    struct store_contact contact = {
        .account_id = job->account_id,
        .contact_id = ids_next(job->now),
        .kind = CONTACT_MAIL,
        .added_at = job->now,
        .verified_at = job->now,
        .address = job->create->mail,
    };
    return job->create->mail.length == 0 ? ERR_NONE
                                         : store_contact_insert(tx, arena, &account->key, &contact);
}

static enum err create_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct create_job *job = context;
    struct account account = {
        .row = {.account_id = job->account_id,
                .state = ACCOUNT_ACTIVE,
                .state_at = job->now,
                .created_at = job->now,
                .security_at = job->create->security_at,
                .name = job->create->name,
                .password_hash = str_from(job->hash),
                .language = job->create->language,
                .ledger_id = job->ledger_id},
    };
    const struct actor operator= {.kind = ACTOR_OPERATOR};
    TRY(keys_make(job->app, tx, "account", job->account_id, &account.key));
    TRY(keys_claim_name(job->app, tx, "login", keys_normalise(arena, job->create->name), job->account_id));
    TRY(store_account_insert(tx, arena, &account.key, &account.row));
    TRY(create_contact(job, tx, arena, &account));
    return journal_account(tx, arena, &account, job->now, "account_created", &operator, STR_NONE);
}

enum err account_create(struct app *app, struct account_create *create)
{
    TRY(check_name_and_password(create->name, create->password));
    if (create->mail.length != 0 && !contact_mail_is_valid(create->mail))
        return ERR_INVALID;
    struct create_job job = {
        .app = app,
        .create = create,
        .account_id = ids_random_id(),
        .ledger_id = ids_random_id(),
        .now = create->now != 0 ? create->now : clock_now(),
    };
    TRY(password_hash(create->password, job.hash));
    TRY(sql_call(app->store, "account_create", create_run, &job));
    create->ret_account_id = job.account_id;
    return ERR_NONE;
}

struct staff_job {
    struct app *app;
    struct staff_create *create;
    int64_t staff_id, now;
    char hash[PASSWORD_HASH_SIZE];
};

static enum err staff_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct staff_job *job = context;
    struct seal_key key;
    struct store_staff staff = {
        .staff_id = job->staff_id,
        .role = job->create->role,
        .created_at = job->now,
        .name = job->create->name,
        .password_hash = str_from(job->hash),
    };
    TRY(keys_make(job->app, tx, "case", job->staff_id, &key));
    TRY(keys_claim_name(job->app, tx, "staff", keys_normalise(arena, job->create->name), job->staff_id));
    TRY(store_staff_insert(tx, arena, &key, &staff));
    return store_audit_insert(tx, job->now, 0, "staff_created", 0, job->staff_id);
}

enum err staff_create(struct app *app, struct staff_create *create)
{
    TRY(check_name_and_password(create->name, create->password));
    struct staff_job job = {.app = app, .create = create, .staff_id = ids_random_id(), .now = clock_now()};
    TRY(password_hash(create->password, job.hash));
    TRY(sql_call(app->store, "staff_create", staff_run, &job));
    create->ret_staff_id = job.staff_id;
    return ERR_NONE;
}

struct find_name {
    struct app *app;
    struct str name;
    int64_t account_id;
};

static enum err find_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct find_name *find = context;
    (void)arena;
    return keys_find_name(find->app, tx, "login", find->name, &find->account_id);
}

enum err account_find(struct app *app, struct arena *arena, struct str name, int64_t *ret_account_id)
{
    struct find_name find = {.app = app, .name = keys_normalise(arena, name)};
    TRY(sql_read(app->store, find_run, arena, &find));
    *ret_account_id = find.account_id;
    return ERR_NONE;
}
