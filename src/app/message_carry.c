#include "app/message_carry.h"

#include "app/lease.h"
#include "app/message_receipt.h"
#include "app/message_send.h"
#include "app/wallet.h"
#include "base/clock.h"
#include "base/failpoint.h"
#include "base/limits.h"
#include "base/log.h"
#include "domain/types.h"
#include "store/message.h"
#include "store/work.h"
#include "wire/sms_split.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { STOP_PARTS = 128, RECORD_TRIES = 4 };

static message_carry_fn *carry_out;
static void *carry_context;

void message_carry_register(message_carry_fn *carry, void *context)
{
    carry_out = carry;
    carry_context = context;
}

void message_tell(struct app *app, int64_t account_id, int64_t message_id)
{
    char text[32];
    int length = snprintf(text, sizeof text, "%lld", (long long)message_id);
    if (app->publish != NULL)
        app->publish(app->publish_context, account_id, "message", str_bytes(text, (size_t)length));
}

enum sent_state message_sent_state(const struct store_sent_sum *sum)
{
    if (sum->state_least < SENT_ACCEPTED)
        return sum->state_most > SENT_ACCEPTED && sum->failed != 0 ? SENT_FAILED : SENT_WAITING;
    if (sum->failed != 0)
        return SENT_FAILED;
    return sum->state_most == SENT_UNKNOWN ? SENT_UNKNOWN : (enum sent_state)sum->state_least;
}

const char *message_sent_word(int64_t state)
{
    static const char *const words[] = {"", "sending", "sending", "sent", "delivered", "failed", "unknown"};
    return state > 0 && state < (int64_t)(sizeof words / sizeof *words) ? words[state] : "";
}

/* A part comes to an end before the carrier, or with its answer: what was held for it is paid or goes back.
 */
static enum err settle(struct sql_tx *tx, struct arena *arena, const struct account *account,
                       struct store_sent_part *part, enum sent_state state, int64_t now)
{
    bool paid = state == SENT_ACCEPTED;
    int64_t before = part->state;
    struct wallet_move move = {
        .debit = LEDGER_HELD,
        .credit = paid ? LEDGER_REVENUE : LEDGER_WALLET,
        .amount = part->price,
        .kind = paid ? STR("text_sent") : STR("text_back"),
        .request = arena_printf(arena, "%lld/%lld", (long long)part->message_id, (long long)part->number),
        .now = now,
    };
    part->state = state;
    part->state_at = now;
    part->price = paid ? part->price : 0;
    TRY(store_sent_change(tx, part, before));
    return move.amount != 0 ? wallet_move(tx, account, &move) : ERR_NONE;
}

static enum err give_up(struct sql_tx *tx, struct arena *arena, const struct account *account,
                        struct store_sent_part *parts, size_t count, int64_t now)
{
    for (size_t i = 0; i < count; i++)
        if (parts[i].state < SENT_ACCEPTED)
            TRY(settle(tx, arena, account, &parts[i],
                       parts[i].state == SENT_UNDER_WAY ? SENT_UNKNOWN : SENT_FAILED, now));
    return ERR_NONE;
}

enum err message_stop(struct sql_tx *tx, struct arena *arena, const struct account *account,
                      int64_t message_id, int64_t line_id, int64_t now)
{
    struct store_sent_part *parts = ARENA_ARRAY(arena, STOP_PARTS, struct store_sent_part);
    size_t count = 0;
    int64_t account_id = account->row.account_id;
    do {
        TRY(message_id != 0 ? store_sent_list(tx, account_id, message_id, parts, STOP_PARTS, &count)
                            : store_sent_open(tx, account_id, line_id, parts, STOP_PARTS, &count));
        TRY(give_up(tx, arena, account, parts, count, now));
        for (size_t i = 0; i < count; i++)
            if (i == 0 || parts[i].message_id != parts[i - 1].message_id)
                TRY(store_queue_remove(tx, "send", account_id, parts[i].message_id));
    } while (message_id == 0 && count == STOP_PARTS);
    return ERR_NONE;
}

struct carry_job {
    struct app *app;
    struct arena *arena; /* of what is carried, over the transactions */
    int64_t account_id, message_id, now;
    struct store_sent_part part;
    bool goes; /* part and carry are to be handed over */
    struct message_carry carry;
    enum message_carried result;
    char id[MESSAGE_CARRY_ID_BYTES + 1];
    uint8_t bytes[SMS_SPLIT_BYTES];
};

static enum err end_text(struct carry_job *job, struct sql_tx *tx)
{
    TRY(lease_end(job->app, tx));
    return store_queue_remove(tx, "send", job->account_id, job->message_id);
}

static enum err end_unsent(struct carry_job *job, struct sql_tx *tx, struct arena *arena,
                           const struct account *account, struct store_sent_part *parts, size_t count)
{
    TRY(give_up(tx, arena, account, parts, count, job->now));
    return end_text(job, tx);
}

static enum err prepare(struct carry_job *job, const struct store_message *message, struct str from,
                        struct str carrier)
{
    struct sms_split split;
    struct str to;
    TRY(sms_split(message->text, false, &split));
    if (!message_peer(job->arena, message->peer, &to) || job->part.number > split.parts)
        return ERR_CORRUPT;
    /* The reference tells long texts of one pair apart; the id's lowest bits are random. */
    size_t length = sms_split_part(&split, message->text, (unsigned)job->part.number,
                                   (uint16_t)(message->message_id & 0xff), job->bytes);
    job->carry = (struct message_carry){.carrier = arena_str(job->arena, carrier),
                                        .from = arena_str(job->arena, from),
                                        .to = arena_str(job->arena, to),
                                        .bytes = str_bytes(job->bytes, length),
                                        .wide = split.wide,
                                        .header = split.parts > 1};
    return ERR_NONE;
}

/* The part says that it is under way before it leaves: whoever finds it so knows that it may have left. */
static enum err send_next(struct carry_job *job, struct sql_tx *tx, struct arena *arena,
                          const struct account *account, const struct store_message *message,
                          struct store_sent_part *parts, size_t count)
{
    enum message_refusal refusal;
    struct str from, carrier;
    size_t next = 0;
    while (next < count && parts[next].state != SENT_WAITING)
        next++;
    TRY(message_may_send(job->app, tx, arena, account, message->line_id, message->peer, &refusal, &from,
                         &carrier));
    if (next == count || refusal != MESSAGE_REFUSAL_NONE ||
        job->now > message->at + LIMIT_SEND_MINUTES * MICROS_MINUTE)
        return end_unsent(job, tx, arena, account, parts, count);
    job->part = parts[next];
    job->part.state = SENT_UNDER_WAY;
    job->part.state_at = job->now;
    job->part.tries++;
    TRY(store_sent_change(tx, &job->part, SENT_WAITING));
    job->goes = true;
    return prepare(job, message, from, carrier);
}

static enum err begin_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct carry_job *job = context;
    struct account *account;
    struct store_message message;
    struct store_sent_part parts[SMS_SPLIT_PARTS];
    size_t count;
    bool broken = false;
    job->goes = false;
    job->now = clock_now();
    TRY(lease_hold(job->app, tx));
    enum err error = account_load(job->app, tx, arena, job->account_id, &account);
    if (error == ERR_KEY_GONE || error == ERR_NOT_FOUND)
        return end_text(job, tx);
    TRY(error);
    TRY(store_sent_list(tx, job->account_id, job->message_id, parts, SMS_SPLIT_PARTS, &count));
    for (size_t i = 0; i < count; i++) /* one that is under way was begun by a run that never came back */
        broken = broken || parts[i].state == SENT_UNDER_WAY || parts[i].state >= SENT_FAILED;
    error = store_message_get(tx, arena, &account->key, job->account_id, job->message_id, &message);
    if (broken || error == ERR_NOT_FOUND)
        return end_unsent(job, tx, arena, account, parts, count);
    TRY(error);
    return send_next(job, tx, arena, account, &message, parts, count);
}

static int64_t delay(int64_t tries)
{
    int64_t seconds = tries < 6 ? INT64_C(1) << tries : LIMIT_SEND_BACK_OFF_SECONDS;
    return seconds * MICROS_SECOND;
}

static enum err put_off(struct carry_job *job, struct sql_tx *tx)
{
    job->part.state = SENT_WAITING;
    TRY(store_sent_change(tx, &job->part, SENT_UNDER_WAY));
    TRY(lease_end(job->app, tx));
    return store_queue_move(tx, "send", job->account_id, job->message_id, job->now + delay(job->part.tries));
}

static enum err record_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct carry_job *job = context;
    struct store_sent_part parts[SMS_SPLIT_PARTS];
    struct account *account;
    size_t count, at = 0;
    job->now = clock_now();
    TRY(lease_hold(job->app, tx));
    TRY(store_sent_list(tx, job->account_id, job->message_id, parts, SMS_SPLIT_PARTS, &count));
    while (at < count && parts[at].number != job->part.number)
        at++;
    if (at == count || parts[at].state != SENT_UNDER_WAY) /* stopped meanwhile */
        return end_text(job, tx);
    job->part = parts[at];
    if (job->result == MESSAGE_CARRY_LATER)
        return put_off(job, tx);
    TRY(account_load(job->app, tx, arena, job->account_id, &account));
    if (job->result != MESSAGE_CARRIED) {
        TRY(settle(tx, arena, account, &parts[at],
                   job->result == MESSAGE_CARRY_LOST ? SENT_UNKNOWN : SENT_FAILED, job->now));
        return end_unsent(job, tx, arena, account, parts, count);
    }
    TRY(settle(tx, arena, account, &parts[at], SENT_ACCEPTED, job->now));
    TRY(message_receipt_expect(tx, job->carry.carrier, job->carry.to, str_from(job->id), &parts[at],
                               job->now));
    return at + 1 == count ? end_text(job, tx) : ERR_NONE;
}

/* The carrier's word is known here alone: a store that is busy for a moment must not make it unknown. */
static enum err record(struct carry_job *job)
{
    enum err error = sql_call(job->app->store, "message_carried", record_run, job);
    for (int tries = 1; tries < RECORD_TRIES && err_http_status(error) == 503; tries++) {
        nanosleep(&(const struct timespec){.tv_sec = tries}, NULL);
        error = sql_call(job->app->store, "message_carried", record_run, job);
    }
    return error;
}

static enum err carry_one(struct carry_job *job, bool *ret_more)
{
    static const char *const words[] = {"accepted", "later", "refused", "lost"};
    *ret_more = false;
    TRY(sql_call(job->app->store, "message_carry", begin_run, job));
    if (!job->goes)
        return ERR_NONE;
    FAILPOINT("message.before_submit");
    job->result = carry_out != NULL ? carry_out(carry_context, &job->carry, job->id) : MESSAGE_CARRY_LATER;
    FAILPOINT("message.after_submit");
    TRY(record(job));
    FAILPOINT("message.carried");
    if (job->result != MESSAGE_CARRIED)
        log_info("text_not_sent", LOG_STR("carrier", job->carry.carrier), LOG_TEXT("why", words[job->result]),
                 LOG_INT("tries", job->part.tries));
    *ret_more = job->result == MESSAGE_CARRIED;
    return ERR_NONE;
}

enum err message_carry_run(struct app *app, int64_t account_id, int64_t message_id)
{
    struct arena *arena = arena_new_wiped(0);
    bool more = true;
    enum err error = ERR_NONE;
    if (arena == NULL)
        return ERR_MEMORY;
    struct carry_job job = {.app = app, .arena = arena, .account_id = account_id, .message_id = message_id};
    for (int parts = 0; more && error == ERR_NONE && parts <= SMS_SPLIT_PARTS; parts++) {
        error = carry_one(&job, &more);
        message_tell(app, account_id, message_id);
    }
    explicit_bzero(job.bytes, sizeof job.bytes);
    arena_free(arena);
    return error;
}
