#include "app/session.h"

#include "app/account.h"
#include "app/contact.h"
#include "app/mail.h"
#include "app/rate.h"
#include "app/scheduler.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/limits.h"
#include "crypto/password.h"
#include "store/identity.h"

#include <string.h>

struct proof_job {
    struct app *app;
    struct arena *arena;
    const struct actor *actor;
    int64_t now;
    struct str code, password_hash, masked;
    bool mailable, wrong, exhausted;
};

/* Six digits without bias. */
static struct str code_new(struct arena *arena)
{
    uint32_t value;
    do
        ids_random(&value, sizeof value);
    while (value >= UINT32_C(4294000000));
    return arena_printf(arena, "%06u", value % 1000000u);
}

static enum err send_code_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct proof_job *job = context;
    struct account *account;
    struct store_contact contact;
    TRY(account_load(job->app, tx, arena, job->actor->account_id, &account));
    TRY(contact_first_mail(tx, arena, &account->key, account->row.account_id, &contact));
    struct store_proof proof = {
        .account_id = account->row.account_id,
        .proof_id = ids_next(job->now),
        .purpose = "closure",
        .contact_id = contact.contact_id,
        .created_at = job->now,
        .expires_at = job->now + LIMIT_PROOF_MINUTES * MICROS_MINUTE,
        .code = code_new(arena),
    };
    TRY(store_proof_insert(tx, arena, &account->key, &proof));
    struct mail mail = {
        .to = contact.address,
        .language = account->row.language,
        .kind = STR("proof_code"),
        .arguments = {MAIL_ARGUMENT_TEXT("code", proof.code),
                      MAIL_ARGUMENT_INT("minutes", LIMIT_PROOF_MINUTES)},
        .argument_count = 2,
    };
    job->masked = session_mask_address(job->arena, contact.address);
    struct str effect_key = arena_printf(arena, "proof:%lld", (long long)proof.proof_id);
    return mail_queue(tx, arena, ACCOUNT_MAIL_PLACE(account), &mail, effect_key, job->now, job->now);
}

enum err session_send_code(struct app *app, struct arena *arena, const struct actor *actor,
                           struct str *ret_masked)
{
    struct clock_reading now = clock_read();
    struct proof_job job = {.app = app, .arena = arena, .actor = actor, .now = now.wall};
    TRY(rate_take(RATE_CODE, str_bytes(&actor->account_id, sizeof actor->account_id), now.monotonic));
    TRY(sql_call(app->store, "proof_send", send_code_run, &job));
    scheduler_wake(app->scheduler);
    *ret_masked = job.masked;
    return ERR_NONE;
}

static enum err prove_read(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct proof_job *job = context;
    struct account *account;
    struct store_contact contact;
    TRY(account_load(job->app, tx, arena, job->actor->account_id, &account));
    job->password_hash = account->row.password_hash;
    enum err error = contact_first_mail(tx, arena, &account->key, account->row.account_id, &contact);
    job->mailable = error == ERR_NONE;
    return error == ERR_NOT_FOUND ? ERR_NONE : error;
}

static enum err check_code(struct proof_job *job, struct sql_tx *tx, struct arena *arena)
{
    struct account *account;
    struct store_proof proof;
    TRY(account_load(job->app, tx, arena, job->actor->account_id, &account));
    enum err error = store_proof_newest(tx, arena, &account->key, account->row.account_id, "closure", &proof);
    if (error == ERR_NOT_FOUND ||
        (error == ERR_NONE && (proof.used_at != 0 || proof.expires_at <= job->now))) {
        job->wrong = true;
        return ERR_NONE;
    }
    TRY(error);
    job->exhausted = proof.tries >= LIMIT_CODE_TRIES;
    job->wrong = job->exhausted || !str_equal_secret(proof.code, job->code);
    return job->wrong ? store_proof_try(tx, account->row.account_id, proof.proof_id)
                      : store_proof_use(tx, account->row.account_id, proof.proof_id, job->now);
}

/* A wrong code is counted durably, so the transaction succeeds and the answer is in the job. */
static enum err prove_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct proof_job *job = context;
    job->wrong = false;
    if (job->mailable)
        TRY(check_code(job, tx, arena));
    if (job->wrong)
        return ERR_NONE;
    return store_session_prove(tx, job->actor->account_id, job->actor->session_id,
                               job->now + LIMIT_PROOF_MINUTES * MICROS_MINUTE);
}

enum err session_prove(struct app *app, struct arena *arena, const struct actor *actor, struct str password,
                       struct str code)
{
    struct clock_reading now = clock_read();
    struct proof_job job = {
        .app = app, .arena = arena, .actor = actor, .now = now.wall, .code = str_trim(code)};
    TRY(rate_take(RATE_LOGIN_NAME, str_bytes(&actor->account_id, sizeof actor->account_id), now.monotonic));
    TRY(sql_read(app->store, prove_read, arena, &job));
    enum err verified = password_verify(password, job.password_hash);
    if (verified == ERR_WRONG_LOGIN)
        return ERR_WRONG_PROOF;
    TRY(verified);
    TRY(sql_call(app->store, "prove", prove_run, &job));
    if (job.exhausted)
        return ERR_RATE;
    return job.wrong ? ERR_WRONG_PROOF : ERR_NONE;
}
