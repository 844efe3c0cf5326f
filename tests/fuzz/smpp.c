/* Hostile bytes as frames and PDUs: every view lies inside the frame, and what is understood is written and
 * understood again as the same. */
#include "wire/smpp.h"
#include "wire/sms_header.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(struct str part, struct str whole)
{
    if (part.length != 0 && (part.data < whole.data || part.data + part.length > whole.data + whole.length))
        abort();
}

static void check_views(const struct smpp_pdu *pdu, struct str frame)
{
    const struct str views[] = {pdu->system_id,     pdu->password,        pdu->system_type,
                                pdu->address_range, pdu->service_type,    pdu->source,
                                pdu->destination,   pdu->schedule_time,   pdu->message_id,
                                pdu->short_message, pdu->validity_period, pdu->tlvs};
    for (size_t i = 0; i < sizeof views / sizeof *views; i++)
        check_inside(views[i], frame);
    check_inside(smpp_message(pdu), frame);
}

static void check_again(const struct smpp_pdu *pdu)
{
    static uint8_t bytes[SMPP_PDU_BYTES], second[SMPP_PDU_BYTES];
    struct smpp_pdu again;
    size_t length = smpp_encode(pdu, bytes, sizeof bytes);
    if (length == 0 || smpp_decode(str_bytes(bytes, length), &again) != SMPP_ROK ||
        smpp_encode(&again, second, sizeof second) != length || memcmp(bytes, second, length) != 0)
        abort();
}

static void read_message(const struct smpp_pdu *pdu, struct str frame)
{
    struct str text;
    unsigned fill_bits;
    bool broken;
    struct sms_receipt receipt;
    struct sms_part part = sms_part_of(pdu, &text, &fill_bits, &broken);
    check_inside(text, frame);
    if (part.total != 0 && (part.number == 0 || part.number > part.total))
        abort();
    if (sms_receipt_read(pdu, &receipt)) {
        check_inside(receipt.id, frame);
        check_inside(receipt.error, frame);
    }
    (void)smpp_check_message(pdu);
}

/* The length that the bytes say is set right for half of the inputs, so that they come past the first check.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size + 1);
    struct smpp_pdu pdu;
    size_t length;
    if (copy == NULL)
        return 0;
    memcpy(copy, data, size);
    if (size >= SMPP_HEADER_BYTES && (data[size - 1] & 1) != 0) {
        memset(copy, 0, 2);
        copy[2] = (uint8_t)(size >> 8);
        copy[3] = (uint8_t)size;
    }
    struct str frame = str_bytes(copy, size);
    if (smpp_frame(frame, &length) == SMPP_FRAME_WHOLE && length > size)
        abort();
    if (smpp_decode(frame, &pdu) == SMPP_ROK) {
        check_views(&pdu, frame);
        check_again(&pdu);
        read_message(&pdu, frame);
    } else if (smpp_answer(&pdu, SMPP_RINVCMDID).sequence != pdu.sequence) {
        abort();
    }
    free(copy);
    return 0;
}
