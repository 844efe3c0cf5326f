#include "edge/smpp/internal.h"

#include "app/message_carry.h"
#include "app/message_receive.h"
#include "base/clock.h"
#include "base/limits.h"
#include "wire/sms_header.h"
#include "wire/sms_text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A text between the carrier and the store. All that it points to lies behind it. */
struct delivery {
    struct delivery *next;
    struct bind *bind;
    unsigned session;
    uint32_t command_id, sequence;
    int64_t came_at; /* monotonic */
    enum err error;
    uint64_t repeat; /* its number among the repeats; 0: it has an id */
    struct message_receive receive;
    char from[2 * LIMIT_SENDER_BYTES], to[2 * LIMIT_SENDER_BYTES], text[LIMIT_MESSAGE_BYTES];
    char content[]; /* what makes the message this one, for a carrier that gives no ids */
};

enum {
    TON_INTERNATIONAL = 1,
    REPLACE_TYPE = 0x40, /* and 1 to 7 more: protocol_id, 3GPP TS 23.040, section 9.2.3.9 */
    REPLACE_TYPES = 7,
};

static const enum sms_charset charsets[] = {
    [SETTINGS_CHARSET_GSM7] = SMS_CHARSET_GSM7,
    [SETTINGS_CHARSET_GSM7_PACKED] = SMS_CHARSET_GSM7_PACKED,
    [SETTINGS_CHARSET_LATIN1] = SMS_CHARSET_LATIN1,
    [SETTINGS_CHARSET_ASCII] = SMS_CHARSET_ASCII,
};

/* An international number gets the '+' that E.164 is written with; names and short codes stay as they are. */
static struct str read_address(char *memory, size_t capacity, uint8_t ton, struct str address)
{
    struct sms_out out = {memory, capacity, 0, false};
    bool digits = address.length != 0;
    for (size_t i = 0; i < address.length; i++)
        digits = digits && address.data[i] >= '0' && address.data[i] <= '9';
    if (digits && ton == TON_INTERNATIONAL)
        sms_text_add(&out, STR("+"));
    sms_text_read(&out, address, SMS_CHARSET_LATIN1, 0);
    return str_bytes(memory, out.length);
}

/* The text as UTF-8; of a part of a long message its bytes. A text whose end does not fit the store shows
 * that something is missing. */
static struct str read_text(struct delivery *delivery, const struct smpp_pdu *pdu, enum sms_charset plain)
{
    static const char ellipsis[] = "\xe2\x80\xa6";
    enum { ROOM = sizeof delivery->text - (sizeof ellipsis - 1) };
    struct sms_out out = {delivery->text, ROOM, 0, false};
    struct str text;
    unsigned fill_bits;
    bool broken;
    struct sms_part part = sms_part_of(pdu, &text, &fill_bits, &broken);
    struct sms_coding coding = sms_coding_read(pdu->data_coding, plain);
    delivery->receive.part = part;
    delivery->receive.charset = coding.charset;
    delivery->receive.flash = coding.flash;
    delivery->receive.fill_bits = fill_bits;
    if (part.total > 1 && !broken && text.length <= sizeof delivery->text) {
        memcpy(delivery->text, text.data, text.length);
        return str_bytes(delivery->text, text.length);
    }
    delivery->receive.part = (struct sms_part){0};
    sms_text_read(&out, text, broken ? SMS_CHARSET_BINARY : coding.charset, fill_bits);
    if (out.full) {
        memcpy(delivery->text + out.length, ellipsis, sizeof ellipsis - 1);
        out.length += sizeof ellipsis - 1;
    }
    return str_bytes(delivery->text, out.length);
}

static void add_content(char *content, size_t *length, struct str piece)
{
    memcpy(content + *length, &piece.length, sizeof piece.length);
    *length += sizeof piece.length;
    if (piece.length != 0)
        memcpy(content + *length, piece.data, piece.length);
    *length += piece.length;
}

/* All that the carrier said, so that two parts of one long message never look alike. */
static struct str read_content(struct delivery *delivery, const struct smpp_pdu *pdu)
{
    size_t length = 0;
    const char codings[] = {(char)pdu->esm_class, (char)pdu->data_coding};
    add_content(delivery->content, &length, pdu->source);
    add_content(delivery->content, &length, pdu->destination);
    add_content(delivery->content, &length, str_bytes(codings, sizeof codings));
    add_content(delivery->content, &length, pdu->short_message);
    add_content(delivery->content, &length, pdu->tlvs);
    return str_bytes(delivery->content, length);
}

/* Some carriers name a text that they deliver by the TLV that others have in receipts alone. */
static bool has_id(const struct smpp_pdu *pdu)
{
    struct str id;
    return smpp_tlv_find(pdu->tlvs, SMPP_TAG_RECEIPTED_MESSAGE_ID, &id) && id.length > 1;
}

static struct delivery *make(struct bind *bind, const struct smpp_pdu *pdu)
{
    const struct settings_carrier *settings = bind->carrier->settings;
    size_t size = pdu->source.length + pdu->destination.length + pdu->short_message.length + pdu->tlvs.length;
    struct delivery *delivery = malloc(sizeof *delivery + size + 2 + 5 * sizeof(size_t));
    if (delivery == NULL)
        return NULL;
    struct clock_reading now = clock_read();
    delivery->next = NULL;
    delivery->bind = bind;
    delivery->session = bind->session;
    delivery->repeat = 0;
    delivery->command_id = pdu->command_id;
    delivery->sequence = pdu->sequence;
    delivery->came_at = now.monotonic;
    delivery->receive = (struct message_receive){
        .carrier = str_from(settings->name),
        .carrier_id = read_content(delivery, pdu),
        .whole = true,
        .noted = !has_id(pdu),
        .from = read_address(delivery->from, sizeof delivery->from, pdu->source_ton, pdu->source),
        .to = read_address(delivery->to, sizeof delivery->to, pdu->destination_ton, pdu->destination),
        .now = now.wall,
    };
    if (pdu->protocol_id > REPLACE_TYPE && pdu->protocol_id <= REPLACE_TYPE + REPLACE_TYPES)
        delivery->receive.replaces = pdu->protocol_id - REPLACE_TYPE;
    delivery->receive.text = read_text(delivery, pdu, charsets[settings->smpp.charset]);
    return delivery;
}

/* What the carrier hears: keep it and come again, or never again. */
static enum smpp_status status_of(enum err error)
{
    if (error == ERR_NONE)
        return SMPP_ROK;
    if (error == ERR_BUSY || error == ERR_FULL)
        return SMPP_RMSGQFUL;
    return error == ERR_INVALID || error == ERR_TOO_LARGE ? SMPP_RX_P_APPN : SMPP_RX_T_APPN;
}

/* On the writer's thread. */
static void stored(enum err error, struct message_receive *receive, void *context)
{
    struct delivery *delivery = context;
    struct bind *bind = delivery->bind;
    const uint64_t one = 1;
    (void)receive;
    delivery->error = error;
    pthread_mutex_lock(&bind->lock);
    if (bind->finished == NULL) { /* else it is awake already, as where this fails */
        ssize_t written = write(bind->wake, &one, sizeof one);
        (void)written;
    }
    *bind->finished_end = delivery;
    bind->finished_end = &delivery->next;
    pthread_mutex_unlock(&bind->lock);
}

static void count_refusal(struct bind *bind, enum smpp_status status)
{
    bind_count(bind, status == SMPP_RX_P_APPN ? &bind->state.refused : &bind->state.put_off);
}

/* Receipts are few, as texts that are sent are few: the bind waits for the COMMIT itself. One that can't be
 * read is taken all the same: it would only come again. */
static enum smpp_status take_receipt(struct bind *bind, const struct smpp_pdu *pdu)
{
    char from[2 * LIMIT_SENDER_BYTES], to[2 * LIMIT_SENDER_BYTES];
    struct sms_receipt receipt;
    enum err error = ERR_NONE;
    if (sms_receipt_read(pdu, &receipt))
        error =
            message_receipt(bind->carrier->smpp->app, str_from(bind->carrier->settings->name),
                            read_address(from, sizeof from, pdu->source_ton, pdu->source),
                            read_address(to, sizeof to, pdu->destination_ton, pdu->destination), &receipt);
    if (error != ERR_NONE)
        bind_count(bind, &bind->state.put_off);
    else
        bind_count(bind, &bind->state.receipts);
    return status_of(error);
}

/* One that is stored is acknowledged once more; while its first delivery is under way, it is too early to
 * say. */
static bool is_repeated(struct delivery *delivery, enum smpp_status *ret_status)
{
    struct carrier *carrier = delivery->bind->carrier;
    struct message_receive *receive = &delivery->receive;
    if (!receive->noted)
        return false;
    receive->content = message_content(receive);
    enum repeat repeat =
        repeats_look(carrier->repeats, receive->content, receive->now, carrier->lost_at, &delivery->repeat);
    if (repeat == REPEAT_NONE)
        return false;
    *ret_status = repeat == REPEAT_STORED ? SMPP_ROK : SMPP_RX_T_APPN;
    bind_count(delivery->bind,
               repeat == REPEAT_STORED ? &delivery->bind->state.repeated : &delivery->bind->state.put_off);
    return true;
}

enum smpp_status deliver_take(struct bind *bind, const struct smpp_pdu *pdu)
{
    uint8_t type = pdu->esm_class & SMPP_ESM_TYPE;
    if (type == SMPP_ESM_RECEIPT || type == SMPP_ESM_INTERMEDIATE)
        return take_receipt(bind, pdu);
    if (pdu->destination.length == 0)
        return SMPP_RINVDSTADR;
    struct delivery *delivery = make(bind, pdu);
    enum smpp_status status;
    if (delivery == NULL)
        return SMPP_RX_T_APPN;
    if (is_repeated(delivery, &status)) {
        free(delivery);
        return status;
    }
    pthread_mutex_lock(&bind->lock);
    bind->in_flight++;
    pthread_mutex_unlock(&bind->lock);
    enum err error = message_receive_submit(bind->carrier->smpp->app, &delivery->receive, stored, delivery);
    if (error != ERR_NONE)
        stored(error, &delivery->receive, delivery);
    return SMPP_ROK;
}

static void count_stored(struct bind *bind, const struct delivery *delivery)
{
    enum smpp_status status = status_of(delivery->error);
    if (delivery->repeat != 0)
        repeats_end(bind->carrier->repeats, delivery->repeat, status == SMPP_ROK);
    pthread_mutex_lock(&bind->lock);
    bind->state.last_text = delivery->receive.now;
    pthread_mutex_unlock(&bind->lock);
    if (status != SMPP_ROK) {
        count_refusal(bind, status);
        return;
    }
    switch (delivery->receive.ret_outcome) {
    case MESSAGE_RECEIVE_STORED:
        bind_count(bind, &bind->state.delivered);
        break;
    case MESSAGE_RECEIVE_REPEATED:
        bind_count(bind, &bind->state.repeated);
        break;
    case MESSAGE_RECEIVE_COUNTED:
        bind_count(bind, &bind->state.counted);
        break;
    }
}

static enum err answer(struct bind *bind, const struct delivery *delivery)
{
    struct smpp_pdu request = {.command_id = delivery->command_id, .sequence = delivery->sequence};
    struct smpp_pdu response = smpp_answer(&request, status_of(delivery->error));
    if (clock_read().monotonic - delivery->came_at > SMPP_SLOW_SECONDS * MICROS_SECOND)
        bind_answered_late(bind);
    if (bind->link.fd < 0 || delivery->session != bind->session)
        return ERR_NONE;
    return link_put(&bind->link, &response);
}

enum err deliver_answer(struct bind *bind)
{
    enum err error = ERR_NONE;
    pthread_mutex_lock(&bind->lock);
    struct delivery *delivery = bind->finished;
    bind->finished = NULL;
    bind->finished_end = &bind->finished;
    pthread_mutex_unlock(&bind->lock);
    while (delivery != NULL) {
        struct delivery *next = delivery->next;
        count_stored(bind, delivery);
        if (error == ERR_NONE)
            error = answer(bind, delivery);
        free(delivery);
        pthread_mutex_lock(&bind->lock);
        bind->in_flight--;
        pthread_mutex_unlock(&bind->lock);
        delivery = next;
    }
    return error;
}
