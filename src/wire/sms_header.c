#include "wire/sms_header.h"

enum {
    ELEMENT_CONCATENATED_8 = 0x00,
    ELEMENT_PORTS_8 = 0x04,
    ELEMENT_PORTS_16 = 0x05,
    ELEMENT_CONCATENATED_16 = 0x08,
};

static uint16_t word(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static void set_part(struct sms_header *header, uint16_t reference, uint8_t total, uint8_t number)
{
    if (total != 0 && number != 0 && number <= total)
        header->part = (struct sms_part){reference, total, number};
}

static void set_ports(struct sms_header *header, uint16_t to, uint16_t from)
{
    header->ports = true;
    header->port_to = to;
    header->port_from = from;
}

static void read_element(struct sms_header *header, uint8_t id, const uint8_t *data, size_t length)
{
    if (id == ELEMENT_CONCATENATED_8 && length == 3)
        set_part(header, data[0], data[1], data[2]);
    else if (id == ELEMENT_CONCATENATED_16 && length == 4)
        set_part(header, word(data), data[2], data[3]);
    else if (id == ELEMENT_PORTS_8 && length == 2)
        set_ports(header, data[0], data[1]);
    else if (id == ELEMENT_PORTS_16 && length == 4)
        set_ports(header, word(data), word(data + 2));
}

bool sms_header_read(struct str message, struct sms_header *ret_header)
{
    const uint8_t *bytes = (const uint8_t *)message.data;
    if (message.length == 0 || bytes[0] >= message.length)
        return false;
    size_t end = (size_t)bytes[0] + 1, at = 1;
    struct sms_header header = {.length = end, .fill_bits = (unsigned)((7 - end * 8 % 7) % 7)};
    while (at < end) {
        if (end - at < 2 || end - at - 2 < bytes[at + 1])
            return false;
        read_element(&header, bytes[at], bytes + at + 2, bytes[at + 1]);
        at += 2 + (size_t)bytes[at + 1];
    }
    *ret_header = header;
    return true;
}

static struct sms_part sar_part(struct str tlvs)
{
    uint32_t reference, total, number;
    struct sms_part none = {0};
    if (!smpp_tlv_int(tlvs, SMPP_TAG_SAR_REFERENCE, &reference) ||
        !smpp_tlv_int(tlvs, SMPP_TAG_SAR_TOTAL, &total) || !smpp_tlv_int(tlvs, SMPP_TAG_SAR_NUMBER, &number))
        return none;
    if (total == 0 || total > UINT8_MAX || number == 0 || number > total)
        return none;
    return (struct sms_part){(uint16_t)reference, (uint8_t)total, (uint8_t)number};
}

struct sms_part sms_part_of(const struct smpp_pdu *pdu, struct str *ret_text, unsigned *ret_fill_bits,
                            bool *ret_broken)
{
    struct sms_header header = {0};
    struct str message = smpp_message(pdu);
    bool announced = (pdu->esm_class & SMPP_ESM_UDHI) != 0;
    *ret_broken = announced && !sms_header_read(message, &header);
    *ret_text = str_part(message, header.length, message.length);
    *ret_fill_bits = header.fill_bits;
    return header.part.total != 0 ? header.part : sar_part(pdu->tlvs);
}

static const struct {
    const char *word;
    enum sms_state state;
} words[] = {
    {"ENROUTE", SMS_STATE_ENROUTE}, {"DELIVRD", SMS_STATE_DELIVERED},     {"EXPIRED", SMS_STATE_EXPIRED},
    {"DELETED", SMS_STATE_DELETED}, {"UNDELIV", SMS_STATE_UNDELIVERABLE}, {"ACCEPTD", SMS_STATE_ACCEPTED},
    {"UNKNOWN", SMS_STATE_UNKNOWN}, {"REJECTD", SMS_STATE_REJECTED},
};

/* The word behind a name such as "stat:", wherever it stands, letters in any case; not in the quoted text. */
static struct str text_field(struct str text, struct str name)
{
    for (size_t at = 0; at + name.length <= text.length; at++) {
        if (str_equal_nocase(str_part(text, at, 5), STR("text:")))
            break;
        if ((at != 0 && text.data[at - 1] != ' ') || !str_equal_nocase(str_part(text, at, name.length), name))
            continue;
        size_t from = at + name.length, end = from;
        while (end < text.length && text.data[end] != ' ' && text.data[end] != '\0')
            end++;
        return str_part(text, from, end - from);
    }
    return STR_NONE;
}

static enum sms_state state_of(struct str word)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_equal_nocase(word, str_from(words[i].word)))
            return words[i].state;
    return SMS_STATE_UNKNOWN_YET;
}

bool sms_receipt_read(const struct smpp_pdu *pdu, struct sms_receipt *ret_receipt)
{
    struct str text = smpp_message(pdu), id;
    uint32_t state = 0;
    struct sms_receipt receipt = {
        .id = text_field(text, STR("id:")),
        .state = state_of(text_field(text, STR("stat:"))),
        .error = text_field(text, STR("err:")),
        .done_date = text_field(text, STR("done date:")),
    };
    if (smpp_tlv_find(pdu->tlvs, SMPP_TAG_RECEIPTED_MESSAGE_ID, &id) && id.length > 1)
        receipt.id = id.data[id.length - 1] == '\0' ? str_part(id, 0, id.length - 1) : id;
    if (smpp_tlv_int(pdu->tlvs, SMPP_TAG_MESSAGE_STATE, &state) && state >= SMS_STATE_ENROUTE &&
        state <= SMS_STATE_REJECTED)
        receipt.state = (enum sms_state)state;
    if (receipt.id.length == 0 || receipt.id.length > SMPP_MESSAGE_ID_BYTES ||
        receipt.state == SMS_STATE_UNKNOWN_YET)
        return false;
    *ret_receipt = receipt;
    return true;
}
