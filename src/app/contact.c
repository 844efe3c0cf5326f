#include "app/contact.h"

#include "app/journal.h"
#include "app/mail.h"
#include "app/rate.h"
#include "app/scheduler.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/limits.h"
#include "domain/types.h"

enum err contact_first_mail(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                            int64_t account_id, struct store_contact *ret_contact)
{
    struct store_contact contacts[CONTACT_ROWS];
    size_t count;
    TRY(store_contact_list(tx, arena, key, account_id, contacts, CONTACT_ROWS, &count));
    for (size_t i = 0; i < count; i++)
        if (contacts[i].kind == CONTACT_MAIL && contacts[i].verified_at != 0 && contacts[i].removed_at == 0) {
            *ret_contact = contacts[i];
            return ERR_NONE;
        }
    return ERR_NOT_FOUND;
}

enum err contact_tell(struct sql_tx *tx, struct arena *arena, const struct account *account,
                      const struct mail *mail, struct str occasion, int64_t now)
{
    struct store_contact contacts[CONTACT_ROWS];
    struct mail copy = *mail;
    size_t count;
    copy.language = account->row.language;
    TRY(store_contact_list(tx, arena, &account->key, account->row.account_id, contacts, CONTACT_ROWS,
                           &count));
    for (size_t i = 0; i < count; i++) {
        if (contacts[i].kind != CONTACT_MAIL || contacts[i].verified_at == 0 || contacts[i].removed_at != 0)
            continue;
        copy.to = contacts[i].address;
        struct str key =
            arena_printf(arena, "%.*s:%lld", STR_ARG(occasion), (long long)contacts[i].contact_id);
        TRY(mail_queue(tx, arena, ACCOUNT_MAIL_PLACE(account), &copy, key, now, now));
    }
    return ERR_NONE;
}

bool contact_mail_is_valid(struct str address)
{
    size_t at = str_find(address, STR("@"), 0);
    if (at == SIZE_MAX || at == 0 || address.length > LIMIT_CONTACT_BYTES || !str_is_utf8(address))
        return false;
    struct str domain = str_part(address, at + 1, address.length);
    for (size_t i = 0; i < address.length; i++) {
        unsigned char byte = (unsigned char)address.data[i];
        if (byte <= ' ' || byte == 0x7f || byte == '<' || byte == '>' || byte == ',' || byte == '"' ||
            byte == '\\')
            return false;
    }
    return str_find(domain, STR("@"), 0) == SIZE_MAX && str_find(domain, STR("."), 1) != SIZE_MAX &&
           !str_ends(domain, STR(".")) && str_find(domain, STR(".."), 0) == SIZE_MAX;
}

struct contact_job {
    struct app *app;
    struct arena *arena;
    const struct actor *actor;
    int64_t now, contact_id;
    struct str address, code;
    struct store_contact *contacts;
    size_t count;
    bool wrong, exhausted, waits;
};

static enum err list_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct contact_job *job = context;
    struct account *account;
    size_t count, kept = 0;
    (void)arena;
    TRY(account_load(job->app, tx, job->arena, job->actor->account_id, &account));
    job->contacts = ARENA_ARRAY(job->arena, CONTACT_ROWS, struct store_contact);
    TRY(store_contact_list(tx, job->arena, &account->key, account->row.account_id, job->contacts,
                           CONTACT_ROWS, &count));
    for (size_t i = 0; i < count; i++)
        if (job->contacts[i].removed_at == 0)
            job->contacts[kept++] = job->contacts[i];
    job->count = kept;
    return ERR_NONE;
}

enum err contact_list(struct app *app, struct arena *arena, const struct actor *actor,
                      struct store_contact **ret_contacts, size_t *ret_count)
{
    struct contact_job job = {.app = app, .arena = arena, .actor = actor};
    TRY(sql_read(app->store, list_run, arena, &job));
    *ret_contacts = job.contacts;
    *ret_count = job.count;
    return ERR_NONE;
}

/* An address that waits for its code is there already, and gets another one. */
static enum err check_room(struct contact_job *job, struct sql_tx *tx, struct arena *arena,
                           struct account *account)
{
    struct store_contact contacts[CONTACT_ROWS];
    size_t count, live = 0;
    TRY(store_contact_list(tx, arena, &account->key, account->row.account_id, contacts, CONTACT_ROWS,
                           &count));
    for (size_t i = 0; i < count; i++) {
        live += contacts[i].removed_at == 0;
        if (contacts[i].removed_at != 0 || !str_equal_nocase(contacts[i].address, job->address))
            continue;
        if (contacts[i].verified_at != 0)
            return ERR_EXISTS;
        job->contact_id = contacts[i].contact_id;
        job->waits = true;
        return ERR_NONE;
    }
    return live >= LIMIT_CONTACTS || count >= CONTACT_ROWS ? ERR_POLICY : ERR_NONE;
}

static enum err send_contact_code(struct contact_job *job, struct sql_tx *tx, struct arena *arena,
                                  struct account *account)
{
    uint32_t random;
    ids_random(&random, sizeof random);
    struct store_proof proof = {
        .account_id = account->row.account_id,
        .proof_id = ids_next(job->now),
        .purpose = "contact",
        .contact_id = job->contact_id,
        .created_at = job->now,
        .expires_at = job->now + LIMIT_PROOF_MINUTES * MICROS_MINUTE,
        .code = arena_printf(arena, "%06u", random % 1000000u),
    };
    TRY(store_proof_insert(tx, arena, &account->key, &proof));
    struct mail mail = {
        .to = job->address,
        .language = account->row.language,
        .kind = STR("proof_code"),
        .arguments = {MAIL_ARGUMENT_TEXT("code", proof.code),
                      MAIL_ARGUMENT_INT("minutes", LIMIT_PROOF_MINUTES)},
        .argument_count = 2,
    };
    return mail_queue(tx, arena, ACCOUNT_MAIL_PLACE(account), &mail,
                      arena_printf(arena, "proof:%lld", (long long)proof.proof_id), job->now, job->now);
}

static enum err add_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct contact_job *job = context;
    struct account *account;
    TRY(account_load(job->app, tx, arena, job->actor->account_id, &account));
    if (account->row.locked_at != 0)
        return ERR_STATE;
    job->waits = false;
    TRY(check_room(job, tx, arena, account));
    if (job->waits)
        return send_contact_code(job, tx, arena, account);
    struct store_contact contact = {
        .account_id = account->row.account_id,
        .contact_id = job->contact_id,
        .kind = CONTACT_MAIL,
        .added_at = job->now,
        .address = job->address,
    };
    TRY(store_contact_insert(tx, arena, &account->key, &contact));
    TRY(journal_account(tx, arena, account, job->now, "contact_added", job->actor, STR_NONE));
    return send_contact_code(job, tx, arena, account);
}

enum err contact_add(struct app *app, const struct actor *actor, struct str address)
{
    struct clock_reading now = clock_read();
    struct contact_job job = {.app = app,
                              .actor = actor,
                              .now = now.wall,
                              .contact_id = ids_next(now.wall),
                              .address = str_trim(address)};
    if (!contact_mail_is_valid(job.address))
        return ERR_INVALID;
    TRY(rate_take(RATE_CODE, str_bytes(&actor->account_id, sizeof actor->account_id), now.monotonic));
    TRY(sql_call(app->store, "contact_add", add_run, &job));
    scheduler_wake(app->scheduler);
    return ERR_NONE;
}

static enum err verify_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct contact_job *job = context;
    struct account *account;
    struct store_proof proof;
    TRY(account_load(job->app, tx, arena, job->actor->account_id, &account));
    job->wrong = job->exhausted = false;
    enum err error = store_proof_newest(tx, arena, &account->key, account->row.account_id, "contact", &proof);
    if (error == ERR_NOT_FOUND)
        return ERR_WRONG_PROOF;
    TRY(error);
    job->exhausted = proof.tries >= LIMIT_CODE_TRIES;
    job->wrong = job->exhausted || proof.used_at != 0 || proof.expires_at <= job->now ||
                 proof.contact_id != job->contact_id || !str_equal_secret(proof.code, job->code);
    if (job->wrong)
        return store_proof_try(tx, account->row.account_id, proof.proof_id);
    TRY(store_proof_use(tx, account->row.account_id, proof.proof_id, job->now));
    TRY(store_contact_verify(tx, account->row.account_id, job->contact_id, job->now));
    account->row.security_at = job->now;
    TRY(account_save(tx, arena, account));
    return journal_account(tx, arena, account, job->now, "contact_verified", job->actor, STR_NONE);
}

enum err contact_verify(struct app *app, const struct actor *actor, int64_t contact_id, struct str code)
{
    struct contact_job job = {
        .app = app, .actor = actor, .now = clock_now(), .contact_id = contact_id, .code = str_trim(code)};
    TRY(sql_call(app->store, "contact_verify", verify_run, &job));
    if (job.exhausted)
        return ERR_RATE;
    return job.wrong ? ERR_WRONG_PROOF : ERR_NONE;
}

static enum err remove_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct contact_job *job = context;
    struct account *account;
    TRY(account_load(job->app, tx, arena, job->actor->account_id, &account));
    if (account->row.locked_at != 0)
        return ERR_STATE;
    TRY(store_contact_remove(tx, account->row.account_id, job->contact_id, job->now));
    account->row.security_at = job->now;
    TRY(account_save(tx, arena, account));
    return journal_account(tx, arena, account, job->now, "contact_removed", job->actor, STR_NONE);
}

enum err contact_remove(struct app *app, const struct actor *actor, int64_t contact_id)
{
    struct contact_job job = {.app = app, .actor = actor, .now = clock_now(), .contact_id = contact_id};
    return sql_call(app->store, "contact_remove", remove_run, &job);
}
