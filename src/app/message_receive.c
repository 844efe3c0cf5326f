#include "app/message_receive.h"

#include "app/account.h"
#include "app/lease.h"
#include "app/message_claim.h"
#include "app/message_forward.h"
#include "app/message_parts.h"
#include "app/message_send.h"
#include "app/message_wishes.h"
#include "app/service_catalogue.h"
#include "base/clock.h"
#include "base/failpoint.h"
#include "base/ids.h"
#include "base/limits.h"
#include "domain/message/code.h"
#include "domain/types.h"
#include "store/carrier.h"
#include "store/line.h"
#include "store/message.h"
#include "store/number.h"
#include "store/service.h"
#include "store/work.h"
#include "wire/phone.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct receive_job {
    struct app *app;
    struct message_receive *receive;
    struct str to;      /* E.164; empty where it is no number at all */
    struct str text;    /* UTF-8; of a part nothing, until it is the last one */
    struct str code;    /* found before the transaction: looking into the text needs no row */
    struct str service; /* key of the list; empty: none */
    struct str service_name;
    uint8_t hash[32]; /* of a text that has an id */
    int64_t now, message_id;
    int64_t touched; /* the line that was written as touched; 0: none */
    struct arena *arena;
    message_receive_done *done; /* of those that nobody waits for */
    void *context;
};

enum { TOUCHES = 32768 };
static _Atomic int64_t touches[TOUCHES]; /* by line: the last that was written */

static void identify(const struct message_receive *receive, uint8_t ret_hash[32])
{
    const struct str parts[] = {receive->carrier, receive->carrier_id};
    seal_hash(parts, 2, ret_hash);
}

int64_t message_content(const struct message_receive *receive)
{
    uint8_t hash[32];
    int64_t content;
    identify(receive, hash);
    memcpy(&content, hash, sizeof content);
    return content & INT64_MAX;
}

static enum err store_service(struct receive_job *job, struct sql_tx *tx, struct arena *arena,
                              const struct account *account, int64_t line_id, int64_t *ret_service_id)
{
    struct store_service service = {
        .account_id = account->row.account_id,
        .service_id = store_service_id(&account->key, job->service),
        .name = job->service,
        .known = 1,
    };
    TRY(store_service_seen(tx, arena, &account->key, &service, line_id, job->now, job->code.length != 0));
    *ret_service_id = service.service_id;
    return ERR_NONE;
}

static enum err replace(struct receive_job *job, struct sql_tx *tx, struct arena *arena,
                        const struct account *account, const struct store_message *message)
{
    struct str slot = arena_printf(arena, "%lld %u %.*s", (long long)message->line_id, job->receive->replaces,
                                   STR_ARG(message->peer));
    return store_message_replace(tx, message->account_id, seal_id(&account->key, "replaces", slot),
                                 message->message_id);
}

/* A line and a minute as one number. */
static int64_t touch_of(int64_t line_id, int64_t now)
{
    return (int64_t)((uint64_t)line_id ^ (uint64_t)(now / MICROS_MINUTE) * UINT64_C(0x9e3779b97f4a7c15));
}

/* A line that is sent many texts is written once a minute. What was written lately is known here alone:
 * forgotten, it is written once more. */
static enum err touch_line(struct receive_job *job, struct sql_tx *tx, int64_t account_id, int64_t line_id)
{
    job->touched = 0;
    if (atomic_load(&touches[(uint64_t)line_id % TOUCHES]) == touch_of(line_id, job->now))
        return ERR_NONE;
    job->touched = line_id;
    return store_line_touch(tx, account_id, line_id, job->now);
}

static enum err store_text(struct receive_job *job, struct sql_tx *tx, struct arena *arena,
                           const struct account *account, int64_t line_id)
{
    struct store_message message = {
        .account_id = account->row.account_id,
        .message_id = job->message_id,
        .line_id = line_id,
        .direction = MESSAGE_RECEIVED,
        .at = job->now,
        .sent_at = job->receive->sent_at,
        .peer = job->receive->from,
        .text = job->text,
        .code = job->code,
        .flash = job->receive->flash,
    };
    if (job->service.length != 0)
        TRY(store_service(job, tx, arena, account, line_id, &message.service_id));
    TRY(store_message_insert(tx, arena, &account->key, &message));
    if (job->receive->replaces != 0)
        TRY(replace(job, tx, arena, account, &message));
    TRY(message_opt_out(tx, arena, account, line_id, message.peer, message.text, job->now));
    TRY(message_forward(tx, arena, account, &message, job->to, job->service_name, job->now));
    return touch_line(job, tx, message.account_id, line_id);
}

static enum err count_text(struct receive_job *job, struct sql_tx *tx, struct str e164)
{
    job->receive->ret_outcome = MESSAGE_RECEIVE_COUNTED;
    return store_number_count_text(tx, e164, job->now);
}

/* Not stored, by the holder's wish; that the service knows the number is kept all the same. */
static enum err refuse_text(struct receive_job *job, struct sql_tx *tx, struct arena *arena,
                            const struct account *account, int64_t line_id)
{
    int64_t service_id;
    job->receive->ret_outcome = MESSAGE_RECEIVE_COUNTED;
    return job->service.length != 0 ? store_service(job, tx, arena, account, line_id, &service_id) : ERR_NONE;
}

static void look_into(struct receive_job *job, struct arena *arena)
{
    job->code = message_find_code(job->text);
    const struct service *service =
        service_catalogue_match(job->app, arena, job->receive->from, job->text, job->code.length != 0)
            .service;
    job->service = service != NULL ? str_from(service->key) : STR_NONE;
    job->service_name = service != NULL ? str_from(service->name) : STR_NONE;
}

static struct str group_of(struct arena *arena, const struct message_receive *receive)
{
    return arena_printf(arena, "%.*s\n%.*s\n%.*s\n%u/%u", STR_ARG(receive->carrier), STR_ARG(receive->from),
                        STR_ARG(receive->to), receive->part.reference, receive->part.total);
}

/* A part waits for the others in the same transaction that claims it; the last one brings the text. */
static enum err take_part(struct receive_job *job, struct sql_tx *tx, struct arena *arena,
                          const struct account *account, int64_t line_id)
{
    const struct message_receive *receive = job->receive;
    struct store_message_part part = {
        .account_id = account->row.account_id,
        .number = receive->part.number,
        .line_id = line_id,
        .came_at = job->now,
        .total = receive->part.total,
        .charset = receive->charset,
        .fill_bits = receive->fill_bits,
        .peer = receive->from,
        .to = job->to,
        .bytes = receive->text,
    };
    TRY(message_parts_take(tx, arena, account, &part, group_of(arena, receive), &job->text));
    if (job->text.length != 0)
        look_into(job, arena);
    return ERR_NONE;
}

static enum err store_whole(struct receive_job *job, struct sql_tx *tx, struct arena *arena,
                            const struct account *account, int64_t line_id)
{
    job->receive->ret_message_id = 0;
    if (job->receive->part.total > 1) {
        TRY(take_part(job, tx, arena, account, line_id));
        if (job->text.length == 0)
            return touch_line(job, tx, account->row.account_id, line_id);
    }
    job->receive->ret_message_id = job->message_id;
    return store_text(job, tx, arena, account, line_id);
}

/* Texts reach a line as long as its number is the account's; whoever has no key any more receives nothing. */
static enum err deliver(struct receive_job *job, struct sql_tx *tx, struct arena *arena)
{
    struct store_number number;
    struct account *account;
    enum err error = job->to.length == 0 ? ERR_NOT_FOUND : store_number_get(tx, job->to, &number);
    if (error == ERR_NOT_FOUND)
        return count_text(job, tx, STR_NONE);
    TRY(error);
    if (number.state != NUMBER_ASSIGNED && number.state != NUMBER_PARKED)
        return count_text(job, tx, number.e164);
    error = account_load(job->app, tx, arena, number.account_id, &account);
    if (error == ERR_KEY_GONE || error == ERR_NOT_FOUND)
        return count_text(job, tx, number.e164);
    TRY(error);
    bool blocked;
    TRY(message_is_blocked(tx, arena, account, job->receive->from, job->now, &blocked));
    if (blocked)
        return refuse_text(job, tx, arena, account, number.line_id);
    struct quiet_hours quiet = message_quiet(account);
    job->receive->ret_quiet = quiet_end(&quiet, job->now) != job->now;
    job->receive->ret_outcome = MESSAGE_RECEIVE_STORED;
    job->receive->ret_account_id = number.account_id;
    return store_whole(job, tx, arena, account, number.line_id);
}

static enum err claim(struct receive_job *job, struct sql_tx *tx)
{
    const struct message_receive *receive = job->receive;
    return receive->noted ? message_claim_content(job->app, tx, receive->carrier, receive->content, job->now)
                          : message_claim_id(tx, receive->carrier, job->hash, job->now);
}

static enum err receive_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct receive_job *job = context;
    enum err claimed = claim(job, tx);
    if (claimed == ERR_EXISTS) {
        job->receive->ret_outcome = MESSAGE_RECEIVE_REPEATED;
        return ERR_NONE;
    }
    TRY(claimed);
    return deliver(job, tx, arena);
}

static enum err check(const struct message_receive *receive)
{
    if (receive->carrier_id.length == 0 || receive->to.length == 0 ||
        (receive->part.total <= 1 && !str_is_utf8(receive->text)) || !str_is_utf8(receive->from))
        return ERR_INVALID;
    if (receive->text.length > LIMIT_MESSAGE_BYTES || receive->from.length > LIMIT_SENDER_BYTES ||
        receive->to.length > LIMIT_SENDER_BYTES ||
        (!receive->whole && receive->carrier_id.length > LIMIT_CARRIER_ID_BYTES))
        return ERR_TOO_LARGE;
    return ERR_NONE;
}

static void tell_listeners(struct app *app, const struct message_receive *receive)
{
    char text[32];
    int length = snprintf(text, sizeof text, "%lld", (long long)receive->ret_message_id);
    if (app->publish != NULL && !receive->ret_quiet && receive->ret_outcome == MESSAGE_RECEIVE_STORED &&
        receive->ret_message_id != 0)
        app->publish(app->publish_context, receive->ret_account_id, "message",
                     str_bytes(text, (size_t)length));
}

/* What needs no row is found before the transaction. */
static void look_before(struct receive_job *job, struct arena *arena)
{
    const struct message_receive *receive = job->receive;
    if (!phone_read(arena, receive->to, &job->to))
        job->to = STR_NONE;
    if (!receive->noted)
        identify(receive, job->hash);
    else if (job->receive->content == 0)
        job->receive->content = message_content(receive);
    if (receive->part.total > 1)
        return;
    job->text = receive->text;
    look_into(job, arena);
}

static enum err prepare(struct receive_job *job)
{
    TRY(check(job->receive));
    job->arena = arena_new(0);
    if (job->arena == NULL)
        return ERR_MEMORY;
    look_before(job, job->arena);
    job->message_id = ids_next_late(job->now);
    return ERR_NONE;
}

static void finish(struct receive_job *job, enum err error)
{
    FAILPOINT("message.received");
    arena_free(job->arena);
    if (error != ERR_NONE)
        return;
    if (job->touched != 0)
        atomic_store(&touches[(uint64_t)job->touched % TOUCHES], touch_of(job->touched, job->now));
    tell_listeners(job->app, job->receive);
}

static struct receive_job new_job(struct app *app, struct message_receive *receive)
{
    return (struct receive_job){
        .app = app, .receive = receive, .now = receive->now != 0 ? receive->now : clock_now()};
}

enum err message_receive(struct app *app, struct message_receive *receive)
{
    struct receive_job job = new_job(app, receive);
    TRY(prepare(&job));
    enum err error = sql_call(app->store, "message_receive", receive_run, &job);
    finish(&job, error);
    return error;
}

static void submitted(enum err error, void *context)
{
    struct receive_job *job = context;
    finish(job, error);
    job->done(error, job->receive, job->context);
    free(job);
}

enum err message_receive_submit(struct app *app, struct message_receive *receive, message_receive_done *done,
                                void *context)
{
    struct receive_job *job = malloc(sizeof *job);
    if (job == NULL)
        return ERR_MEMORY;
    *job = new_job(app, receive);
    job->done = done;
    job->context = context;
    const struct sql_command command = {
        .name = "message_receive", .run = receive_run, .done = submitted, .context = job};
    enum err error = prepare(job);
    if (error == ERR_NONE)
        error = sql_submit(app->store, &command);
    if (error != ERR_NONE) {
        arena_free(job->arena);
        free(job);
    }
    return error;
}

struct notes_job {
    struct str carrier;
    int64_t since;
    struct store_carrier_note *notes;
    size_t limit, count;
};

static enum err notes_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct notes_job *job = context;
    (void)arena;
    return store_carrier_note_list(tx, job->carrier, job->since, job->notes, job->limit, &job->count);
}

enum err message_notes(struct app *app, struct str carrier, int64_t since,
                       struct store_carrier_note *ret_notes, size_t limit, size_t *ret_count)
{
    struct notes_job job = {.carrier = carrier, .since = since, .notes = ret_notes, .limit = limit};
    struct arena *arena = arena_new(0);
    if (arena == NULL)
        return ERR_MEMORY;
    enum err error = sql_read(app->store, notes_run, arena, &job);
    arena_free(arena);
    *ret_count = job.count;
    return error;
}

struct parts_job {
    struct app *app;
    int64_t account_id, group_id, now;
};

static enum err give_up(struct parts_job *parts, struct sql_tx *tx, struct arena *arena,
                        const struct account *account)
{
    struct store_message_part first;
    struct message_receive receive = {0};
    struct receive_job job = {.app = parts->app, .receive = &receive, .now = parts->now};
    enum err error = message_parts_give_up(tx, arena, account, parts->group_id, &first, &job.text);
    if (error == ERR_NOT_FOUND)
        return ERR_NONE;
    TRY(error);
    receive.from = first.peer;
    job.to = first.to;
    job.message_id = ids_next_late(parts->now);
    look_into(&job, arena);
    return store_text(&job, tx, arena, account, first.line_id);
}

static enum err parts_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct parts_job *job = context;
    struct account *account;
    TRY(lease_end(job->app, tx));
    enum err error = account_load(job->app, tx, arena, job->account_id, &account);
    if (error == ERR_KEY_GONE || error == ERR_NOT_FOUND) /* its rows are swept */
        return store_queue_remove(tx, "parts", job->account_id, job->group_id);
    TRY(error);
    return give_up(job, tx, arena, account);
}

enum err message_parts_run(struct app *app, int64_t account_id, int64_t group_id)
{
    struct parts_job job = {app, account_id, group_id, clock_now()};
    return sql_call(app->store, "message_parts", parts_run, &job);
}
