#include "wire/smpp.h"

#include <string.h>

enum { TLV_HEAD_BYTES = 4 };

/* Section 5.3.2: TLVs whose length is fixed or bounded, as far as Violet reads them. */
static const struct {
    uint16_t tag, least, most;
} lengths[] = {
    {SMPP_TAG_RECEIPTED_MESSAGE_ID, 1, 65},
    {SMPP_TAG_SAR_REFERENCE, 2, 2},
    {SMPP_TAG_SAR_TOTAL, 1, 1},
    {SMPP_TAG_SAR_NUMBER, 1, 1},
    {SMPP_TAG_MESSAGE_STATE, 1, 1},
    {SMPP_TAG_SC_INTERFACE_VERSION, 1, 1},
    {SMPP_TAG_NETWORK_ERROR_CODE, 3, 3},
};

static uint16_t get_16(const char *bytes)
{
    return (uint16_t)((uint8_t)bytes[0] << 8 | (uint8_t)bytes[1]);
}

bool smpp_tlv_next(struct str tlvs, size_t *cursor, struct smpp_tlv *ret_tlv)
{
    if (*cursor >= tlvs.length || tlvs.length - *cursor < TLV_HEAD_BYTES)
        return false;
    const char *head = tlvs.data + *cursor;
    size_t length = get_16(head + 2);
    if (tlvs.length - *cursor - TLV_HEAD_BYTES < length)
        return false;
    ret_tlv->tag = get_16(head);
    ret_tlv->value = str_bytes(head + TLV_HEAD_BYTES, length);
    *cursor += TLV_HEAD_BYTES + length;
    return true;
}

bool smpp_tlv_find(struct str tlvs, uint16_t tag, struct str *ret_value)
{
    struct smpp_tlv tlv;
    for (size_t cursor = 0; smpp_tlv_next(tlvs, &cursor, &tlv);) {
        if (tlv.tag != tag)
            continue;
        *ret_value = tlv.value;
        return true;
    }
    return false;
}

bool smpp_tlv_int(struct str tlvs, uint16_t tag, uint32_t *ret_value)
{
    struct str value;
    uint32_t number = 0;
    if (!smpp_tlv_find(tlvs, tag, &value) || (value.length != 1 && value.length != 2 && value.length != 4))
        return false;
    for (size_t i = 0; i < value.length; i++)
        number = number << 8 | (uint8_t)value.data[i];
    *ret_value = number;
    return true;
}

enum smpp_status smpp_tlv_check(struct str tlvs)
{
    struct smpp_tlv tlv;
    size_t cursor = 0;
    while (smpp_tlv_next(tlvs, &cursor, &tlv))
        for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
            if (lengths[i].tag == tlv.tag &&
                (tlv.value.length < lengths[i].least || tlv.value.length > lengths[i].most))
                return SMPP_RINVPARLEN;
    return cursor == tlvs.length ? SMPP_ROK : SMPP_RINVOPTPARSTREAM;
}

bool smpp_tlv_put(uint8_t *bytes, size_t capacity, size_t *length, uint16_t tag, struct str value)
{
    if (value.length > UINT16_MAX || capacity - *length < TLV_HEAD_BYTES ||
        capacity - *length - TLV_HEAD_BYTES < value.length)
        return false;
    uint8_t *head = bytes + *length;
    head[0] = (uint8_t)(tag >> 8);
    head[1] = (uint8_t)tag;
    head[2] = (uint8_t)(value.length >> 8);
    head[3] = (uint8_t)value.length;
    if (value.length != 0)
        memcpy(head + TLV_HEAD_BYTES, value.data, value.length);
    *length += TLV_HEAD_BYTES + value.length;
    return true;
}
