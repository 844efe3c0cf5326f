#include "app/message_forward.h"

#include "app/contact.h"
#include "app/mail.h"
#include "app/message_wishes.h"
#include "app/webhook.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/limits.h"
#include "domain/types.h"

#include <stdio.h>
#include <string.h>

enum { SECRET_BYTES = 24, BODY_BYTES = 64 * 1024 };

struct forward_job {
    struct app *app;
    const struct actor *actor;
    int64_t contact_id, now;
    struct str url, code;
    bool wrong;
};

static struct str random_secret(struct arena *arena)
{
    uint8_t bytes[SECRET_BYTES];
    ids_random(bytes, sizeof bytes);
    return encode_hex(arena, str_bytes(bytes, sizeof bytes));
}

/* Whoever else can read the codes from now on, the holder knows. */
static enum err tell_contacts(struct forward_job *job, struct sql_tx *tx, struct arena *arena,
                              struct account *account, const struct store_contact *contacts, size_t count)
{
    struct mail mail = {
        .language = account->row.language,
        .kind = STR("forward_on"),
        .arguments = {MAIL_ARGUMENT_TEXT("to", account->row.wishes.forward_to)},
        .argument_count = 1,
    };
    for (size_t i = 0; i < count; i++) {
        if (contacts[i].kind != CONTACT_MAIL || contacts[i].verified_at == 0 || contacts[i].removed_at != 0)
            continue;
        mail.to = contacts[i].address;
        TRY(mail_queue(tx, arena, ACCOUNT_MAIL_PLACE(account), &mail,
                       arena_printf(arena, "forward_on:%lld:%lld", (long long)contacts[i].contact_id,
                                    (long long)job->now),
                       job->now, job->now));
    }
    return ERR_NONE;
}

static enum err load_open(struct forward_job *job, struct sql_tx *tx, struct arena *arena,
                          struct account **ret_account)
{
    TRY(account_load(job->app, tx, arena, job->actor->account_id, ret_account));
    return (*ret_account)->row.locked_at != 0 ? ERR_STATE : ERR_NONE;
}

static enum err contacts_of(struct sql_tx *tx, struct arena *arena, const struct account *account,
                            struct store_contact **ret_contacts, size_t *ret_count)
{
    *ret_contacts = ARENA_ARRAY(arena, CONTACT_ROWS, struct store_contact);
    return store_contact_list(tx, arena, &account->key, account->row.account_id, *ret_contacts, CONTACT_ROWS,
                              ret_count);
}

static enum err switch_on(struct forward_job *job, struct sql_tx *tx, struct arena *arena,
                          struct account *account, enum forward_kind kind, struct str to)
{
    struct store_contact *contacts;
    size_t count;
    account->row.wishes.forward = kind;
    account->row.wishes.forward_to = to;
    account->row.wishes.forward_since = job->now;
    account->row.wishes.offered_to = STR_NONE;
    account->row.wishes.offered_code = STR_NONE;
    TRY(contacts_of(tx, arena, account, &contacts, &count));
    TRY(tell_contacts(job, tx, arena, account, contacts, count));
    return account_save(tx, arena, account);
}

static enum err to_mail_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct forward_job *job = context;
    struct account *account;
    struct store_contact *contacts;
    size_t count;
    TRY(load_open(job, tx, arena, &account));
    TRY(contacts_of(tx, arena, account, &contacts, &count));
    for (size_t i = 0; i < count; i++)
        if (contacts[i].contact_id == job->contact_id && contacts[i].kind == CONTACT_MAIL &&
            contacts[i].verified_at != 0 && contacts[i].removed_at == 0)
            return switch_on(job, tx, arena, account, FORWARD_MAIL, contacts[i].address);
    return ERR_NOT_FOUND;
}

enum err message_forward_to_mail(struct app *app, const struct actor *actor, int64_t contact_id)
{
    struct forward_job job = {.app = app, .actor = actor, .contact_id = contact_id, .now = clock_now()};
    return sql_call(app->store, "message_forward_to_mail", to_mail_run, &job);
}

static struct str finish_body(struct arena *arena, struct buf *out)
{
    struct str body = arena_str(arena, buf_str(out));
    buf_free(out);
    return body;
}

static struct str offer_body(struct arena *arena, struct str code)
{
    struct buf out = buf_new(BODY_BYTES);
    struct json json = json_new(&out);
    json_object(&json, NULL);
    json_text(&json, "type", "verification");
    json_str(&json, "code", code);
    json_object_end(&json);
    return finish_body(arena, &out);
}

static enum err offer_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct forward_job *job = context;
    struct account *account;
    uint32_t random;
    TRY(load_open(job, tx, arena, &account));
    struct store_wishes *wishes = &account->row.wishes;
    if (wishes->offered_at > job->now - MICROS_MINUTE && wishes->offered_to.length != 0)
        return ERR_RATE;
    ids_random(&random, sizeof random);
    wishes->offered_to = job->url;
    wishes->offered_code = arena_printf(arena, "%06u", random % 1000000u);
    wishes->offered_at = job->now;
    wishes->offered_tries = 0;
    if (wishes->forward != FORWARD_WEBHOOK)
        wishes->forward_secret = random_secret(arena);
    struct webhook webhook = {.url = job->url,
                              .secret = wishes->forward_secret,
                              .body = offer_body(arena, wishes->offered_code),
                              .id = arena_printf(arena, "forward:offer-%lld", (long long)ids_next(job->now))};
    TRY(webhook_queue(tx, arena, ACCOUNT_MAIL_PLACE(account), &webhook, webhook.id, job->now, job->now));
    return account_save(tx, arena, account);
}

enum err message_forward_offer(struct app *app, const struct actor *actor, struct str url)
{
    struct forward_job job = {.app = app, .actor = actor, .url = str_trim(url), .now = clock_now()};
    if (!webhook_url_is_valid(job.url))
        return ERR_INVALID;
    return sql_call(app->store, "message_forward_offer", offer_run, &job);
}

/* A wrong code is counted, so it is no error of the transaction. */
static enum err confirm_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct forward_job *job = context;
    struct account *account;
    job->wrong = false;
    TRY(load_open(job, tx, arena, &account));
    struct store_wishes *wishes = &account->row.wishes;
    bool over = wishes->offered_at + LIMIT_PROOF_MINUTES * MICROS_MINUTE < job->now ||
                wishes->offered_tries >= LIMIT_CODE_TRIES;
    if (wishes->offered_to.length == 0 || over)
        return ERR_NOT_FOUND;
    if (str_equal_secret(wishes->offered_code, job->code))
        return switch_on(job, tx, arena, account, FORWARD_WEBHOOK, wishes->offered_to);
    job->wrong = true;
    wishes->offered_tries++;
    return account_save(tx, arena, account);
}

enum err message_forward_confirm(struct app *app, const struct actor *actor, struct str code)
{
    struct forward_job job = {.app = app, .actor = actor, .code = str_trim(code), .now = clock_now()};
    TRY(sql_call(app->store, "message_forward_confirm", confirm_run, &job));
    return job.wrong ? ERR_WRONG_PROOF : ERR_NONE;
}

static enum err stop_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct forward_job *job = context;
    struct account *account;
    TRY(account_load(job->app, tx, arena, job->actor->account_id, &account));
    struct store_wishes *wishes = &account->row.wishes;
    wishes->forward = FORWARD_OFF;
    wishes->forward_since = wishes->offered_at = 0;
    wishes->forward_to = wishes->forward_secret = wishes->offered_to = wishes->offered_code = STR_NONE;
    return account_save(tx, arena, account);
}

enum err message_forward_stop(struct app *app, const struct actor *actor)
{
    struct forward_job job = {.app = app, .actor = actor};
    return sql_call(app->store, "message_forward_stop", stop_run, &job);
}

static struct str text_body(struct arena *arena, const struct store_message *message, struct str number,
                            struct str service)
{
    struct buf out = buf_new(BODY_BYTES);
    struct json json = json_new(&out);
    char id[24];
    snprintf(id, sizeof id, "%lld", (long long)message->message_id);
    json_object(&json, NULL);
    json_text(&json, "type", "message");
    json_text(&json, "id", id);
    json_str(&json, "number", number);
    json_str(&json, "peer", message->peer);
    json_str(&json, "text", message->text);
    if (message->code.length != 0)
        json_str(&json, "code", message->code);
    else
        json_null(&json, "code");
    if (service.length != 0)
        json_str(&json, "service", service);
    else
        json_null(&json, "service");
    json_time(&json, "at", message->at);
    json_object_end(&json);
    return finish_body(arena, &out);
}

static enum err forward_mail(struct sql_tx *tx, struct arena *arena, const struct account *account,
                             const struct store_message *message, struct str number, struct str effect_key,
                             int64_t now, int64_t due)
{
    struct mail mail = {
        .to = account->row.wishes.forward_to,
        .language = account->row.language,
        .kind = message->code.length != 0 ? STR("forwarded_code") : STR("forwarded"),
        .arguments = {MAIL_ARGUMENT_TEXT("peer", message->peer), MAIL_ARGUMENT_TEXT("text", message->text),
                      MAIL_ARGUMENT_TEXT("number", number), MAIL_ARGUMENT_TIME("at", message->at),
                      MAIL_ARGUMENT_TEXT("code", message->code)},
        .argument_count = 5,
    };
    return mail_queue(tx, arena, ACCOUNT_MAIL_PLACE(account), &mail, effect_key, now, due);
}

enum err message_forward(struct sql_tx *tx, struct arena *arena, const struct account *account,
                         const struct store_message *message, struct str number, struct str service,
                         int64_t now)
{
    const struct store_wishes *wishes = &account->row.wishes;
    struct quiet_hours quiet = message_quiet(account);
    if (wishes->forward == FORWARD_OFF || account_is_closed(account) || account->row.locked_at != 0)
        return ERR_NONE;
    struct str key = arena_printf(arena, "forward:%lld", (long long)message->message_id);
    int64_t due = quiet_end(&quiet, now);
    if (wishes->forward == FORWARD_MAIL)
        return forward_mail(tx, arena, account, message, number, key, now, due);
    struct webhook webhook = {.url = wishes->forward_to,
                              .secret = wishes->forward_secret,
                              .body = text_body(arena, message, number, service),
                              .id = key};
    return webhook_queue(tx, arena, ACCOUNT_MAIL_PLACE(account), &webhook, key, now, due);
}
