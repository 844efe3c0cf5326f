#include "app/message_receipt.h"

#include "app/message_carry.h"
#include "app/message_send.h"
#include "base/clock.h"
#include "base/limits.h"
#include "domain/types.h"
#include "wire/sms_split.h"

#include <stdio.h>
#include <string.h>

/* An id as it stands, its hexadecimal number written in decimal, its decimal one in hexadecimal: carriers
 * answer in one and write the other into the receipt. */
enum { FORMS = 3, FORM_BYTES = 68 };

struct forms {
    char texts[FORMS][FORM_BYTES];
    size_t count;
};

/* Without leading zeros, letters small. */
static size_t canonical(struct str id, char *ret_text)
{
    size_t from = 0, length = 0;
    while (from + 1 < id.length && id.data[from] == '0')
        from++;
    for (; from < id.length && length + 1 < FORM_BYTES; from++) {
        char one = id.data[from];
        ret_text[length++] = one >= 'A' && one <= 'Z' ? (char)(one - 'A' + 'a') : one;
    }
    ret_text[length] = '\0';
    return length;
}

/* A number that fits 64 bits; false for anything else. */
static bool number_of(const char *text, size_t length, unsigned base, uint64_t *ret_number)
{
    uint64_t number = 0;
    for (size_t i = 0; i < length; i++) {
        char one = text[i];
        unsigned digit = one >= '0' && one <= '9'   ? (unsigned)(one - '0')
                         : one >= 'a' && one <= 'f' ? (unsigned)(one - 'a') + 10
                                                    : 16;
        if (digit >= base || number > (UINT64_MAX - digit) / base)
            return false;
        number = number * base + digit;
    }
    *ret_number = number;
    return length != 0;
}

static struct forms forms_of(struct str id)
{
    struct forms forms = {.count = 1};
    uint64_t number;
    size_t length = canonical(id, forms.texts[0]);
    if (number_of(forms.texts[0], length, 10, &number))
        snprintf(forms.texts[forms.count++], FORM_BYTES, "%llx", (unsigned long long)number);
    if (number_of(forms.texts[0], length, 16, &number))
        snprintf(forms.texts[forms.count++], FORM_BYTES, "%llu", (unsigned long long)number);
    return forms;
}

/* The recipient is part of it: ids of carriers are short, begin anew, and have two forms. */
static void hash_of(struct str carrier, struct str to, const char *form, uint8_t ret_hash[32])
{
    const struct str parts[] = {STR("receipt"), carrier, to, str_from(form)};
    seal_hash(parts, sizeof parts / sizeof *parts, ret_hash);
}

static enum err apply(struct sql_tx *tx, const struct store_sent_receipt *receipt, int64_t state, int64_t now)
{
    struct store_sent_part parts[SMS_SPLIT_PARTS];
    size_t count;
    TRY(store_sent_list(tx, receipt->account_id, receipt->message_id, parts, SMS_SPLIT_PARTS, &count));
    for (size_t i = 0; i < count; i++) {
        if (parts[i].number != receipt->number ||
            (parts[i].state != SENT_ACCEPTED && parts[i].state != SENT_UNKNOWN) || parts[i].state == state)
            continue;
        int64_t before = parts[i].state;
        parts[i].state = state;
        parts[i].state_at = now;
        TRY(store_sent_change(tx, &parts[i], before));
    }
    return ERR_NONE;
}

enum err message_receipt_expect(struct sql_tx *tx, struct str carrier, struct str to, struct str id,
                                const struct store_sent_part *part, int64_t now)
{
    struct forms forms = forms_of(id);
    struct store_sent_receipt early, row = {.account_id = part->account_id,
                                            .message_id = part->message_id,
                                            .number = part->number,
                                            .at = now};
    uint8_t hash[32];
    if (id.length == 0)
        return ERR_NONE; /* no receipt can name it */
    for (size_t i = forms.count; i > 0; i--) {
        hash_of(carrier, to, forms.texts[i - 1], hash);
        enum err error = store_sent_receipt_get(tx, str_bytes(hash, sizeof hash), &early);
        if (error != ERR_NONE && error != ERR_NOT_FOUND)
            return error;
        if (error == ERR_NONE && early.message_id == 0 && early.at > now - MICROS_HOUR)
            TRY(apply(tx, &row, early.state, now));
    }
    return store_sent_receipt_put(tx, str_bytes(hash, sizeof hash), &row);
}

struct receipt_job {
    struct app *app;
    struct str carrier, addresses[2];
    struct forms forms;
    int64_t state, now;
    struct store_sent_receipt found;
};

static enum err find(struct receipt_job *job, struct sql_tx *tx, struct arena *arena)
{
    for (size_t address = 0; address < 2; address++) {
        struct str to;
        if (!message_peer(arena, job->addresses[address], &to))
            continue;
        for (size_t i = 0; i < job->forms.count; i++) {
            uint8_t hash[32];
            hash_of(job->carrier, to, job->forms.texts[i], hash);
            enum err error = store_sent_receipt_get(tx, str_bytes(hash, sizeof hash), &job->found);
            if (error == ERR_NONE && job->found.message_id != 0)
                return ERR_NONE;
            if (error != ERR_NONE && error != ERR_NOT_FOUND)
                return error;
        }
    }
    return ERR_NOT_FOUND;
}

static enum err receipt_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct receipt_job *job = context;
    struct str to;
    uint8_t hash[32];
    enum err error = find(job, tx, arena);
    if (error == ERR_NONE)
        return apply(tx, &job->found, job->state, job->now);
    job->found = (struct store_sent_receipt){.state = job->state, .at = job->now};
    if (error != ERR_NOT_FOUND || !message_peer(arena, job->addresses[0], &to))
        return error == ERR_NOT_FOUND ? ERR_NONE : error;
    hash_of(job->carrier, to, job->forms.texts[0], hash);
    return store_sent_receipt_put(tx, str_bytes(hash, sizeof hash), &job->found);
}

/* 0: it says nothing that is not known. */
static int64_t state_of(enum sms_state state)
{
    static const int64_t states[] = {
        [SMS_STATE_DELIVERED] = SENT_DELIVERED, [SMS_STATE_EXPIRED] = SENT_FAILED,
        [SMS_STATE_DELETED] = SENT_FAILED,      [SMS_STATE_UNDELIVERABLE] = SENT_FAILED,
        [SMS_STATE_UNKNOWN] = SENT_UNKNOWN,     [SMS_STATE_REJECTED] = SENT_FAILED,
    };
    return states[state];
}

enum err message_receipt(struct app *app, struct str carrier, struct str source, struct str destination,
                         const struct sms_receipt *receipt)
{
    struct receipt_job job = {.app = app,
                              .carrier = carrier,
                              .addresses = {source, destination},
                              .forms = forms_of(receipt->id),
                              .state = state_of(receipt->state),
                              .now = clock_now()};
    if (job.state == 0)
        return ERR_NONE;
    TRY(sql_call(app->store, "message_receipt", receipt_run, &job));
    if (job.found.message_id != 0)
        message_tell(app, job.found.account_id, job.found.message_id);
    return ERR_NONE;
}

enum err message_receipts_forget(struct sql_tx *tx, int64_t now, size_t limit, int64_t *ret_count)
{
    return store_sent_receipt_forget(tx, now - LIMIT_RECEIPT_DAYS * MICROS_DAY, limit, ret_count);
}
