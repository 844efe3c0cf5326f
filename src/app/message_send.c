#include "app/message_send.h"

#include "app/account_buys.h"
#include "app/carriers.h"
#include "app/journal.h"
#include "app/message_carry.h"
#include "app/scheduler.h"
#include "app/settings.h"
#include "app/wallet.h"
#include "base/clock.h"
#include "base/failpoint.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/money.h"
#include "domain/message/opt_out.h"
#include "domain/types.h"
#include "store/line.h"
#include "store/number.h"
#include "store/sent.h"
#include "store/work.h"
#include "wire/phone.h"
#include "wire/sms_split.h"

enum { SHORT_CODE_LEAST = 4, SHORT_CODE_MOST = 8 };

static const struct {
    const char *word;
    enum err error;
} refusals[MESSAGE_REFUSALS] = {
    [MESSAGE_REFUSAL_NONE] = {"", ERR_NONE},
    [MESSAGE_REFUSAL_OFF] = {"off", ERR_POLICY},
    [MESSAGE_REFUSAL_STATE] = {"state", ERR_STATE},
    [MESSAGE_REFUSAL_PEER] = {"peer", ERR_POLICY},
    [MESSAGE_REFUSAL_CARRIER] = {"carrier", ERR_POLICY},
    [MESSAGE_REFUSAL_OPTED_OUT] = {"opted_out", ERR_POLICY},
    [MESSAGE_REFUSAL_DAY] = {"day", ERR_RATE},
    [MESSAGE_REFUSAL_BALANCE] = {"balance", ERR_BALANCE},
};

const char *message_refusal_word(enum message_refusal refusal)
{
    return refusals[refusal].word;
}

bool message_peer(struct arena *arena, struct str typed, struct str *ret_peer)
{
    struct str peer = str_trim(typed);
    bool digits = peer.length >= SHORT_CODE_LEAST && peer.length <= SHORT_CODE_MOST;
    for (size_t i = 0; i < peer.length; i++)
        digits = digits && peer.data[i] >= '0' && peer.data[i] <= '9';
    if (digits)
        *ret_peer = peer;
    return digits || phone_read(arena, peer, ret_peer);
}

/* One that means another alphabet by data_coding 0 would show what was not written. */
static bool carrier_takes_texts(const struct app *app, struct str name)
{
    const struct settings_carrier *carrier = carriers_find(app, name);
    return carrier != NULL && carrier->kind == SETTINGS_CARRIER_SMPP &&
           carrier->smpp.bind != SETTINGS_BIND_RECEIVER && carrier->smpp.charset == SETTINGS_CHARSET_GSM7;
}

static enum err check_state(struct sql_tx *tx, struct arena *arena, const struct account *account,
                            enum message_refusal *refusal)
{
    enum err error = account_check_buys(tx, arena, account);
    if (error == ERR_STATE || account->row.state == ACCOUNT_SUSPENDED)
        *refusal = MESSAGE_REFUSAL_STATE;
    return error == ERR_STATE ? ERR_NONE : error;
}

enum err message_may_send(struct app *app, struct sql_tx *tx, struct arena *arena,
                          const struct account *account, int64_t line_id, struct str peer,
                          enum message_refusal *ret_refusal, struct str *ret_from, struct str *ret_carrier)
{
    struct store_line line;
    struct store_number number;
    struct str to;
    int64_t opted_out, account_id = account->row.account_id;
    *ret_refusal = account->row.sends_a_day == 0 ? MESSAGE_REFUSAL_OFF : MESSAGE_REFUSAL_NONE;
    if (*ret_refusal == MESSAGE_REFUSAL_NONE)
        TRY(check_state(tx, arena, account, ret_refusal));
    if (*ret_refusal != MESSAGE_REFUSAL_NONE)
        return ERR_NONE;
    TRY(store_line_get(tx, arena, &account->key, account_id, line_id, &line));
    TRY(store_number_get(tx, line.e164, &number));
    *ret_from = line.e164;
    *ret_carrier = arena_str(arena, number.carrier);
    if (line.ended_at != 0 || number.state != NUMBER_ASSIGNED || number.account_id != account_id)
        *ret_refusal = MESSAGE_REFUSAL_STATE;
    else if (!message_peer(arena, peer, &to))
        *ret_refusal = MESSAGE_REFUSAL_PEER;
    else if (!carrier_takes_texts(app, *ret_carrier))
        *ret_refusal = MESSAGE_REFUSAL_CARRIER;
    if (*ret_refusal != MESSAGE_REFUSAL_NONE)
        return ERR_NONE;
    TRY(store_opted_out_get(tx, account_id, line_id, store_opted_out_id(&account->key, to), &opted_out));
    if (opted_out != 0)
        *ret_refusal = MESSAGE_REFUSAL_OPTED_OUT;
    return ERR_NONE;
}

enum err message_opt_out(struct sql_tx *tx, struct arena *arena, const struct account *account,
                         int64_t line_id, struct str peer, struct str text, int64_t now)
{
    struct str who;
    enum opt_out means = opt_out_of(text);
    if (means == OPT_OUT_NOTHING || !message_peer(arena, peer, &who))
        return ERR_NONE;
    int64_t peer_id = store_opted_out_id(&account->key, who), account_id = account->row.account_id;
    return means == OPT_OUT_STOP ? store_opted_out_put(tx, account_id, line_id, peer_id, now)
                                 : store_opted_out_delete(tx, account_id, line_id, peer_id);
}

struct send_job {
    struct app *app;
    const struct actor *actor;
    struct arena *arena;
    int64_t account_id, answers, now;
    struct str text;
    char bytes[LIMIT_MESSAGE_BYTES]; /* of it */
    struct sms_split split;
    struct message_quote quote;
    struct message_send *send; /* NULL: only asked */
};

/* Forms send CR LF for a line break, which would count as two characters. */
static void take_text(struct send_job *job, struct str text)
{
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] != '\r' || i + 1 == text.length || text.data[i + 1] != '\n')
            job->bytes[length++] = text.data[i];
    job->text = str_bytes(job->bytes, length);
}

/* Line breaks and tabs are characters, other controls none. */
static bool has_control(struct str text)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if ((byte < ' ' && byte != '\n' && byte != '\t') || byte == 0x7f)
            return true;
    }
    return false;
}

/* What can be said of a text alone. */
static enum err cut(struct send_job *job, struct str text)
{
    struct message_quote *quote = &job->quote;
    if (text.length > LIMIT_MESSAGE_BYTES)
        return ERR_TOO_LARGE;
    take_text(job, text);
    if (!str_is_utf8(job->text) || has_control(job->text))
        return ERR_INVALID;
    if (job->text.length == 0)
        return ERR_NONE;
    TRY(sms_split(job->text, false, &job->split));
    size_t one = job->split.wide ? 70 : 160, of_many = job->split.wide ? 67 : 153;
    quote->parts = job->split.parts;
    quote->wide = job->split.wide;
    quote->units = job->split.units;
    quote->room = quote->parts == 1 ? one : quote->parts * of_many;
    return ERR_NONE;
}

static enum err check_money(struct send_job *job, struct sql_tx *tx, const struct account *account)
{
    struct message_quote *quote = &job->quote;
    int64_t used, balance;
    quote->part_price = account->row.send_price;
    quote->price = quote->part_price * (int64_t)quote->parts;
    quote->day_limit = account->row.sends_a_day;
    TRY(store_sent_count_since(tx, job->account_id, job->now - MICROS_DAY, &used));
    TRY(wallet_balance(tx, account, &balance));
    quote->day_left = used < quote->day_limit ? quote->day_limit - used : 0;
    if (quote->refusal != MESSAGE_REFUSAL_NONE)
        return ERR_NONE;
    if (quote->day_left < (quote->parts != 0 ? (int64_t)quote->parts : 1))
        quote->refusal = MESSAGE_REFUSAL_DAY;
    else if (quote->price > 0 && balance < quote->price)
        quote->refusal = MESSAGE_REFUSAL_BALANCE;
    return ERR_NONE;
}

static enum err judge(struct send_job *job, struct sql_tx *tx, struct arena *arena,
                      const struct account *account, struct store_message *ret_answered)
{
    struct str from, carrier;
    TRY(store_message_get(tx, arena, &account->key, job->account_id, job->answers, ret_answered));
    if (ret_answered->direction != MESSAGE_RECEIVED)
        return ERR_NOT_FOUND;
    TRY(message_may_send(job->app, tx, arena, account, ret_answered->line_id, ret_answered->peer,
                         &job->quote.refusal, &from, &carrier));
    return check_money(job, tx, account);
}

static enum err quote_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct send_job *job = context;
    struct account *account;
    struct store_message answered;
    TRY(account_load(job->app, tx, arena, job->account_id, &account));
    return judge(job, tx, arena, account, &answered);
}

enum err message_quote(struct app *app, struct arena *arena, int64_t account_id, int64_t answers,
                       struct str text, struct message_quote *ret_quote)
{
    struct send_job job = {
        .app = app, .arena = arena, .account_id = account_id, .answers = answers, .now = clock_now()};
    TRY(cut(&job, text));
    TRY(sql_read(app->store, quote_run, arena, &job));
    *ret_quote = job.quote;
    return ERR_NONE;
}

/* Without a request of its own each text is one. */
static void request_key(const struct send_job *job, const struct account *account, uint8_t ret_key[32])
{
    int64_t own = ids_next(job->now);
    struct str request = job->send->request;
    const struct str parts[] = {str_bytes(account->key.bytes, sizeof account->key.bytes),
                                request.length != 0 ? STR("send request") : STR("send"),
                                str_bytes(&job->answers, sizeof job->answers),
                                request.length != 0 ? request : str_bytes(&own, sizeof own)};
    seal_hash(parts, sizeof parts / sizeof *parts, ret_key);
}

static enum err store_parts(struct send_job *job, struct sql_tx *tx, const struct store_message *message,
                            struct str key)
{
    for (unsigned number = 1; number <= job->split.parts; number++) {
        struct store_sent_part part = {
            .account_id = job->account_id,
            .message_id = message->message_id,
            .number = number,
            .line_id = message->line_id,
            .state = SENT_WAITING,
            .state_at = job->now,
            .price = job->quote.part_price,
        };
        TRY(store_sent_insert(tx, &part, key));
    }
    return store_queue_add(tx, "send", job->account_id, message->message_id, job->now);
}

static enum err hold(struct send_job *job, struct sql_tx *tx, struct arena *arena,
                     const struct account *account, int64_t message_id)
{
    struct wallet_move move = {.debit = LEDGER_WALLET,
                               .credit = LEDGER_HELD,
                               .amount = job->quote.price,
                               .kind = STR("text"),
                               .request = arena_printf(arena, "%lld", (long long)message_id),
                               .now = job->now};
    return move.amount != 0 ? wallet_move(tx, account, &move) : ERR_NONE;
}

static enum err take_on(struct send_job *job, struct sql_tx *tx, struct arena *arena,
                        const struct account *account, const struct store_message *answered, struct str key)
{
    struct store_message message = {
        .account_id = job->account_id,
        .message_id = ids_next(job->now),
        .line_id = answered->line_id,
        .direction = MESSAGE_SENT,
        .read_at = job->now,
        .at = job->now,
        .text = job->text,
    };
    if (!message_peer(arena, answered->peer, &message.peer))
        return ERR_INTERNAL;
    TRY(store_message_insert(tx, arena, &account->key, &message));
    TRY(store_parts(job, tx, &message, key));
    TRY(hold(job, tx, arena, account, message.message_id));
    job->send->ret_message_id = message.message_id;
    return ERR_NONE;
}

/* The same request again: the text of the first time, if it is the same text. */
static enum err find_first(struct send_job *job, struct sql_tx *tx, struct arena *arena,
                           const struct account *account, struct str key)
{
    struct store_message first;
    int64_t message_id;
    TRY(store_sent_of_request(tx, job->account_id, key, job->now - LIMIT_IDEMPOTENCY_HOURS * MICROS_HOUR,
                              &message_id));
    enum err error = store_message_get(tx, arena, &account->key, job->account_id, message_id, &first);
    if (error != ERR_NOT_FOUND) /* deleted since */
        TRY(error);
    job->send->ret_repeated = true;
    job->send->ret_message_id = message_id;
    return error == ERR_NONE && !str_equal(first.text, job->text) ? ERR_KEY_REUSED : ERR_NONE;
}

static enum err send_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct send_job *job = context;
    struct account *account;
    struct store_message answered;
    uint8_t bytes[32] = {0};
    struct str key = str_bytes(bytes, sizeof bytes);
    job->send->ret_repeated = false;
    TRY(account_load(job->app, tx, arena, job->account_id, &account));
    request_key(job, account, bytes);
    enum err error = find_first(job, tx, arena, account, key);
    if (error != ERR_NOT_FOUND)
        return error;
    TRY(judge(job, tx, arena, account, &answered));
    job->send->ret_quote = job->quote;
    TRY(refusals[job->quote.refusal].error);
    if (job->send->most >= 0 && job->quote.price > job->send->most)
        return ERR_CHANGED;
    return take_on(job, tx, arena, account, &answered, key);
}

enum err message_send(struct app *app, const struct actor *actor, struct message_send *send)
{
    struct send_job job = {.app = app,
                           .actor = actor,
                           .account_id = actor->account_id,
                           .answers = send->answers,
                           .now = clock_now(),
                           .send = send};
    if (send->text.length == 0 || send->request.length > LIMIT_IDEMPOTENCY_KEY_BYTES)
        return ERR_INVALID;
    TRY(cut(&job, send->text));
    TRY(sql_call(app->store, "message_send", send_run, &job));
    FAILPOINT("message.taken_on");
    message_tell(app, actor->account_id, send->ret_message_id);
    scheduler_wake(app->scheduler);
    return ERR_NONE;
}

struct sending_job {
    struct app *app;
    const struct actor *actor;
    int64_t account_id, a_day, price;
};

static enum err sending_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct sending_job *job = context;
    struct account *account;
    TRY(account_load(job->app, tx, arena, job->account_id, &account));
    account->row.sends_a_day = job->a_day;
    account->row.send_price = job->price;
    TRY(account_save(tx, arena, account));
    return journal_account(tx, arena, account, clock_now(), job->a_day != 0 ? "sending_on" : "sending_off",
                           job->actor, STR_NONE);
}

enum err account_set_sending(struct app *app, const struct actor *actor, int64_t account_id, int64_t a_day,
                             int64_t price)
{
    struct sending_job job = {app, actor, account_id, a_day, price};
    if (a_day < 0 || a_day > LIMIT_SENT_PARTS_DAY || price < 0 || price > LIMIT_TOP_UP_UNITS * MONEY_UNIT)
        return ERR_INVALID;
    return sql_call(app->store, "account_set_sending", sending_run, &job);
}
