/* What stands around a short message's text: the user data header (3GPP TS 23.040, section 9.2.3.24), parts
 * of long messages, and delivery receipts. */
#ifndef WIRE_SMS_HEADER_H
#define WIRE_SMS_HEADER_H

#include "base/str.h"
#include "wire/smpp.h"

#include <stdbool.h>
#include <stdint.h>

/* Which part of a long message this is; total is 0 or 1 where it is whole. */
struct sms_part {
    uint16_t reference;
    uint8_t total, number; /* number from 1 */
};

struct sms_header {
    size_t length;        /* bytes of the header with its length byte */
    unsigned fill_bits;   /* before the first septet of a packed text */
    struct sms_part part; /* total 0: no (valid) concatenation */
    bool ports;
    uint16_t port_to, port_from;
};

/* Reads the header at the head of a message whose esm_class announces one. False where a length lies: then
 * nothing is a header. Unknown elements are skipped; of a repeated one the last counts; a concatenation with
 * total 0, number 0 or number above total is ignored (sections 9.2.3.24.1 and 9.2.3.24.8). */
bool sms_header_read(struct str message, struct sms_header *ret_header);

/* The part that a PDU is: its header's concatenation, else its SAR TLVs (SMPP section 5.3.2.22 to 24). text
 * is what remains behind the header. A header whose length lies is left in the text, which is then shown as
 * bytes: ret_broken. */
struct sms_part sms_part_of(const struct smpp_pdu *pdu, struct str *ret_text, unsigned *ret_fill_bits,
                            bool *ret_broken);

/* message_state, SMPP section 5.2.28. */
enum sms_state {
    SMS_STATE_UNKNOWN_YET, /* nothing was said */
    SMS_STATE_ENROUTE,
    SMS_STATE_DELIVERED,
    SMS_STATE_EXPIRED,
    SMS_STATE_DELETED,
    SMS_STATE_UNDELIVERABLE,
    SMS_STATE_ACCEPTED,
    SMS_STATE_UNKNOWN,
    SMS_STATE_REJECTED
};

struct sms_receipt {
    struct str id; /* of the message that was sent, as the carrier named it */
    enum sms_state state;
    struct str error;     /* the carrier's own code, as it stands; may be empty */
    struct str done_date; /* YYMMDDhhmm or YYMMDDhhmmss, in the carrier's zone; may be empty */
};

/* Reads a delivery receipt: TLVs first, and what they leave out from the text "id:… sub:… dlvrd:… submit
 * date:… done date:… stat:… err:… text:…" (SMPP appendix B). False where no id or no state is found. Views
 * into the PDU. */
bool sms_receipt_read(const struct smpp_pdu *pdu, struct sms_receipt *ret_receipt);

#endif
