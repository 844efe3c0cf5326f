#include "wire/smpp_table.h"

#include <string.h>

static uint32_t get_32(const char *bytes)
{
    const uint8_t *b = (const uint8_t *)bytes;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static void put_32(uint8_t *bytes, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(value >> (24 - 8 * i));
}

enum smpp_frame smpp_frame(struct str bytes, size_t *ret_length)
{
    if (bytes.length < 4)
        return SMPP_FRAME_MORE;
    uint32_t length = get_32(bytes.data);
    if (length < SMPP_HEADER_BYTES || length > SMPP_PDU_BYTES)
        return SMPP_FRAME_BAD;
    if (bytes.length < length)
        return SMPP_FRAME_MORE;
    *ret_length = length;
    return SMPP_FRAME_WHOLE;
}

/* The members of the table's fields are struct str or uint8_t. */
static struct str *text_of(struct smpp_pdu *pdu, const struct smpp_field *field)
{
    return (struct str *)(void *)((char *)pdu + field->offset);
}

static enum smpp_status take_text(struct str *rest, const struct smpp_field *field, struct str *ret_text)
{
    size_t look = rest->length < field->size ? rest->length : field->size;
    const char *end = look != 0 ? memchr(rest->data, 0, look) : NULL;
    if (end == NULL)
        return look < field->size ? SMPP_RINVCMDLEN : field->status;
    size_t length = (size_t)(end - rest->data);
    *ret_text = str_bytes(rest->data, length);
    *rest = str_part(*rest, length + 1, rest->length);
    return SMPP_ROK;
}

static enum smpp_status take_message(struct str *rest, struct str *ret_message)
{
    if (rest->length == 0)
        return SMPP_RINVCMDLEN;
    size_t length = (uint8_t)rest->data[0];
    if (length > SMPP_SHORT_MESSAGE_BYTES || length > rest->length - 1)
        return SMPP_RINVMSGLEN;
    *ret_message = str_bytes(rest->data + 1, length);
    *rest = str_part(*rest, length + 1, rest->length);
    return SMPP_ROK;
}

static enum smpp_status take_field(struct str *rest, const struct smpp_field *field, struct smpp_pdu *pdu)
{
    if (field->kind == SMPP_KIND_TEXT)
        return take_text(rest, field, text_of(pdu, field));
    if (field->kind == SMPP_KIND_MESSAGE)
        return take_message(rest, text_of(pdu, field));
    if (rest->length == 0)
        return SMPP_RINVCMDLEN;
    *((uint8_t *)pdu + field->offset) = (uint8_t)rest->data[0];
    *rest = str_part(*rest, 1, rest->length);
    return SMPP_ROK;
}

static enum smpp_status take_tlvs(const struct smpp_row *row, struct str rest, struct smpp_pdu *pdu)
{
    struct str payload;
    if (!row->tlvs)
        return rest.length == 0 ? SMPP_ROK : SMPP_RINVCMDLEN;
    enum smpp_status status = smpp_tlv_check(rest);
    if (status != SMPP_ROK)
        return status;
    pdu->tlvs = rest;
    if (pdu->short_message.length != 0 && smpp_tlv_find(rest, SMPP_TAG_MESSAGE_PAYLOAD, &payload) &&
        payload.length != 0)
        return SMPP_ROPTPARNOTALLWD; /* section 5.3.2.32 */
    return SMPP_ROK;
}

static enum smpp_status take_body(const struct smpp_row *row, struct str body, struct smpp_pdu *pdu)
{
    bool response = (row->command_id & SMPP_RESPONSE) != 0;
    if (body.length == 0 && response && (pdu->status != SMPP_ROK || row->body_later))
        return SMPP_ROK;
    for (const struct smpp_field *field = row->fields; field->kind != SMPP_KIND_END; field++) {
        enum smpp_status status = take_field(&body, field, pdu);
        if (status != SMPP_ROK)
            return status;
    }
    return take_tlvs(row, body, pdu);
}

enum smpp_status smpp_decode(struct str frame, struct smpp_pdu *ret_pdu)
{
    *ret_pdu = (struct smpp_pdu){0};
    if (frame.length < SMPP_HEADER_BYTES)
        return SMPP_RINVCMDLEN;
    ret_pdu->command_id = get_32(frame.data + 4);
    ret_pdu->status = get_32(frame.data + 8);
    ret_pdu->sequence = get_32(frame.data + 12);
    if (get_32(frame.data) != frame.length)
        return SMPP_RINVCMDLEN;
    const struct smpp_row *row = smpp_row_find(ret_pdu->command_id);
    if (row == NULL)
        return SMPP_RINVCMDID;
    struct smpp_pdu pdu = *ret_pdu;
    enum smpp_status status = take_body(row, str_part(frame, SMPP_HEADER_BYTES, frame.length), &pdu);
    if (status == SMPP_ROK)
        *ret_pdu = pdu;
    return status;
}

struct writer {
    uint8_t *bytes;
    size_t capacity, length;
    bool failed;
};

static void put(struct writer *writer, const void *bytes, size_t length)
{
    if (writer->failed || writer->capacity - writer->length < length) {
        writer->failed = true;
        return;
    }
    if (length != 0)
        memcpy(writer->bytes + writer->length, bytes, length);
    writer->length += length;
}

static void put_field(struct writer *writer, const struct smpp_field *field, const struct smpp_pdu *pdu)
{
    const char *member = (const char *)pdu + field->offset;
    if (field->kind == SMPP_KIND_INT) {
        put(writer, member, 1);
        return;
    }
    const struct str *text = (const struct str *)(const void *)member;
    bool message = field->kind == SMPP_KIND_MESSAGE;
    uint8_t length = (uint8_t)text->length;
    if (text->length > field->size - (message ? 0 : 1) ||
        (!message && text->length != 0 && memchr(text->data, 0, text->length) != NULL)) {
        writer->failed = true;
        return;
    }
    if (message)
        put(writer, &length, 1);
    put(writer, text->data, text->length);
    if (!message)
        put(writer, "", 1);
}

size_t smpp_encode(const struct smpp_pdu *pdu, uint8_t *bytes, size_t capacity)
{
    const struct smpp_row *row = smpp_row_find(pdu->command_id);
    struct writer writer = {bytes, capacity, SMPP_HEADER_BYTES, row == NULL || capacity < SMPP_HEADER_BYTES};
    bool refusal = (pdu->command_id & SMPP_RESPONSE) != 0 && pdu->status != SMPP_ROK;
    if (row != NULL && !refusal) {
        for (const struct smpp_field *field = row->fields; field->kind != SMPP_KIND_END; field++)
            put_field(&writer, field, pdu);
        if (row->tlvs)
            put(&writer, pdu->tlvs.data, pdu->tlvs.length);
    }
    if (writer.failed || writer.length > SMPP_PDU_BYTES)
        return 0;
    put_32(bytes, (uint32_t)writer.length);
    put_32(bytes + 4, pdu->command_id);
    put_32(bytes + 8, pdu->status);
    put_32(bytes + 12, pdu->sequence);
    return writer.length;
}

/* "YYMMDDhhmmsstnnp", section 7.1.1; p is '+' or '-' for an instant and 'R' for a span. */
static bool is_time(struct str text)
{
    if (text.length == 0)
        return true;
    if (text.length != 16 || memchr("+-R", text.data[15], 3) == NULL)
        return false;
    for (size_t i = 0; i < 15; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return true;
}

enum smpp_status smpp_check_message(const struct smpp_pdu *pdu)
{
    struct str message = smpp_message(pdu);
    if (pdu->destination.length == 0)
        return SMPP_RINVDSTADR;
    if ((pdu->esm_class & SMPP_ESM_UDHI) != 0 &&
        (message.length == 0 || (uint8_t)message.data[0] >= message.length))
        return SMPP_RINVESMCLASS;
    if (!is_time(pdu->schedule_time))
        return SMPP_RINVSCHED;
    return is_time(pdu->validity_period) ? SMPP_ROK : SMPP_RINVEXPIRY;
}

struct str smpp_message(const struct smpp_pdu *pdu)
{
    struct str payload;
    if (pdu->short_message.length == 0 && smpp_tlv_find(pdu->tlvs, SMPP_TAG_MESSAGE_PAYLOAD, &payload))
        return payload;
    return pdu->short_message;
}

struct smpp_pdu smpp_answer(const struct smpp_pdu *request, enum smpp_status status)
{
    uint32_t command_id = request->command_id | SMPP_RESPONSE;
    if (smpp_row_find(request->command_id) == NULL || smpp_row_find(command_id) == NULL)
        command_id = SMPP_GENERIC_NACK;
    return (struct smpp_pdu){.command_id = command_id, .status = status, .sequence = request->sequence};
}
