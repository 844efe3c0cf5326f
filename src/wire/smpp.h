/* SMPP 3.4 (SMPP Developers Forum, Short Message Peer to Peer Protocol Specification v3.4, issue 1.2): frames
 * of a byte stream, and PDUs as structs. Pure and without allocation: a decoded PDU is made of views into the
 * bytes that it came from. One table (smpp_table.c) says what each PDU is made of, for both directions. */
#ifndef WIRE_SMPP_H
#define WIRE_SMPP_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SMPP_HEADER_BYTES = 16,
    /* Header, the longest message_payload and room for every other field and TLV. */
    SMPP_PDU_BYTES = 72 * 1024,
    SMPP_SHORT_MESSAGE_BYTES = 254, /* section 5.2.21 */
    SMPP_SYSTEM_ID_BYTES = 15,      /* without the NUL, as the following */
    SMPP_PASSWORD_BYTES = 8,
    SMPP_SYSTEM_TYPE_BYTES = 12,
    SMPP_ADDRESS_BYTES = 20,
    SMPP_ADDRESS_RANGE_BYTES = 40,
    SMPP_MESSAGE_ID_BYTES = 64,
    SMPP_VERSION = 0x34,
};

#define SMPP_RESPONSE UINT32_C(0x80000000)
#define SMPP_SEQUENCE_MAX UINT32_C(0x7fffffff)

/* Section 5.1.2.1. */
#define SMPP_BIND_RECEIVER UINT32_C(0x01)
#define SMPP_BIND_TRANSMITTER UINT32_C(0x02)
#define SMPP_QUERY_SM UINT32_C(0x03)
#define SMPP_SUBMIT_SM UINT32_C(0x04)
#define SMPP_DELIVER_SM UINT32_C(0x05)
#define SMPP_UNBIND UINT32_C(0x06)
#define SMPP_REPLACE_SM UINT32_C(0x07)
#define SMPP_CANCEL_SM UINT32_C(0x08)
#define SMPP_BIND_TRANSCEIVER UINT32_C(0x09)
#define SMPP_OUTBIND UINT32_C(0x0b)
#define SMPP_ENQUIRE_LINK UINT32_C(0x15)
#define SMPP_ALERT_NOTIFICATION UINT32_C(0x102)
#define SMPP_DATA_SM UINT32_C(0x103)
#define SMPP_GENERIC_NACK UINT32_C(0x80000000)

/* X(name, value) of command_status, section 5.1.3. */
#define SMPP_STATUS_TABLE(X)                                                                                 \
    X(ROK, 0x00)                                                                                             \
    X(RINVMSGLEN, 0x01)                                                                                      \
    X(RINVCMDLEN, 0x02)                                                                                      \
    X(RINVCMDID, 0x03)                                                                                       \
    X(RINVBNDSTS, 0x04)                                                                                      \
    X(RALYBND, 0x05)                                                                                         \
    X(RINVPRTFLG, 0x06)                                                                                      \
    X(RINVREGDLVFLG, 0x07)                                                                                   \
    X(RSYSERR, 0x08)                                                                                         \
    X(RINVSRCADR, 0x0a)                                                                                      \
    X(RINVDSTADR, 0x0b)                                                                                      \
    X(RINVMSGID, 0x0c)                                                                                       \
    X(RBINDFAIL, 0x0d)                                                                                       \
    X(RINVPASWD, 0x0e)                                                                                       \
    X(RINVSYSID, 0x0f)                                                                                       \
    X(RCANCELFAIL, 0x11)                                                                                     \
    X(RREPLACEFAIL, 0x13)                                                                                    \
    X(RMSGQFUL, 0x14)                                                                                        \
    X(RINVSERTYP, 0x15)                                                                                      \
    X(RINVESMCLASS, 0x43)                                                                                    \
    X(RSUBMITFAIL, 0x45)                                                                                     \
    X(RINVSRCTON, 0x48)                                                                                      \
    X(RINVSRCNPI, 0x49)                                                                                      \
    X(RINVDSTTON, 0x50)                                                                                      \
    X(RINVDSTNPI, 0x51)                                                                                      \
    X(RINVSYSTYP, 0x53)                                                                                      \
    X(RINVREPFLAG, 0x54)                                                                                     \
    X(RTHROTTLED, 0x58)                                                                                      \
    X(RINVSCHED, 0x61)                                                                                       \
    X(RINVEXPIRY, 0x62)                                                                                      \
    X(RINVDFTMSGID, 0x63)                                                                                    \
    X(RX_T_APPN, 0x64)                                                                                       \
    X(RX_P_APPN, 0x65)                                                                                       \
    X(RX_R_APPN, 0x66)                                                                                       \
    X(RQUERYFAIL, 0x67)                                                                                      \
    X(RINVOPTPARSTREAM, 0xc0)                                                                                \
    X(ROPTPARNOTALLWD, 0xc1)                                                                                 \
    X(RINVPARLEN, 0xc2)                                                                                      \
    X(RMISSINGOPTPARAM, 0xc3)                                                                                \
    X(RINVOPTPARAMVAL, 0xc4)                                                                                 \
    X(RDELIVERYFAILURE, 0xfe)                                                                                \
    X(RUNKNOWNERR, 0xff)

enum smpp_status {
#define SMPP_STATUS_ENUM(name, value) SMPP_##name = value,
    SMPP_STATUS_TABLE(SMPP_STATUS_ENUM)
#undef SMPP_STATUS_ENUM
};

/* esm_class, section 5.2.12. */
enum {
    SMPP_ESM_TYPE = 0x3c,
    SMPP_ESM_RECEIPT = 0x04,      /* delivery receipt of an SMSC */
    SMPP_ESM_INTERMEDIATE = 0x20, /* intermediate delivery notification */
    SMPP_ESM_UDHI = 0x40,
};

/* TLVs that Violet reads or writes, section 5.3.2. */
enum smpp_tag {
    SMPP_TAG_RECEIPTED_MESSAGE_ID = 0x001e,
    SMPP_TAG_SAR_REFERENCE = 0x020c,
    SMPP_TAG_SAR_TOTAL = 0x020e,
    SMPP_TAG_SAR_NUMBER = 0x020f,
    SMPP_TAG_SC_INTERFACE_VERSION = 0x0210,
    SMPP_TAG_NETWORK_ERROR_CODE = 0x0423,
    SMPP_TAG_MESSAGE_PAYLOAD = 0x0424,
    SMPP_TAG_MESSAGE_STATE = 0x0427,
};

/* One PDU. Which members count is said by its command_id; the others are zero after decoding and are not
 * looked at when encoding. Texts are without their NUL. */
struct smpp_pdu {
    uint32_t command_id, status, sequence;
    struct str system_id, password, system_type, address_range;
    struct str service_type, source, destination; /* in alert_notification: destination is esme_addr */
    struct str schedule_time, validity_period; /* section 7.1.1, as written; in query_sm_resp: final_date */
    struct str message_id, short_message;
    struct str tlvs; /* all TLVs as they stand; smpp_tlv_next walks them */
    uint8_t interface_version, address_ton, address_npi;
    uint8_t source_ton, source_npi, destination_ton, destination_npi;
    uint8_t esm_class, protocol_id, priority, registered_delivery, replace_if_present, data_coding,
        default_message_id, message_state, error_code;
};

enum smpp_frame {
    SMPP_FRAME_MORE,  /* the PDU is not whole yet */
    SMPP_FRAME_WHOLE, /* it is: ret_length bytes */
    SMPP_FRAME_BAD    /* its length is none: answer generic_nack with RINVCMDLEN and close */
};

/* Looks at the head of a stream's bytes. A length below 16 or above SMPP_PDU_BYTES is bad: nobody knows where
 * the next PDU begins. ret_length is set where the frame is whole. */
enum smpp_frame smpp_frame(struct str bytes, size_t *ret_length);

/* Decodes one whole frame. ret_pdu always gets the header (zero where it is shorter than one), so that a
 * refusal can be answered under its sequence number. Returns SMPP_ROK or the status that tells what is wrong:
 * RINVCMDLEN (lengths that lie, fields cut off, bytes too many), RINVCMDID (not known), RINVMSGLEN (sm_length
 * above 254 or beyond the PDU), the field's own status where a text is too long (RINVSRCADR, RINVSYSID …),
 * RINVOPTPARSTREAM and RINVPARLEN for TLVs, ROPTPARNOTALLWD where short_message and message_payload both hold
 * a text. Reserved values of a field are no mistake (section 3.3: the receiver uses its default). Responses
 * with an error may be without body (section 4.4.2). */
enum smpp_status smpp_decode(struct str frame, struct smpp_pdu *ret_pdu);

/* Writes a PDU. Returns its length, or 0 where the command_id has no row in the table, a field is longer than
 * it may be or capacity is too small. A response with an error is written without body. */
size_t smpp_encode(const struct smpp_pdu *pdu, uint8_t *bytes, size_t capacity);

/* What the one who accepts a message checks besides its form: RINVDSTADR without recipient, RINVESMCLASS
 * where a user data header is announced and none is there, RINVSCHED and RINVEXPIRY for times that are none.
 */
enum smpp_status smpp_check_message(const struct smpp_pdu *pdu);

/* The text of a message: short_message, or the message_payload TLV. */
struct str smpp_message(const struct smpp_pdu *pdu);

/* The response that belongs to a request: its command_id and sequence, and a status. For a command that has
 * none, or is none of ours, a generic_nack. */
struct smpp_pdu smpp_answer(const struct smpp_pdu *request, enum smpp_status status);

/* The name of a command ("deliver_sm"), "unknown" for others; for logs. */
const char *smpp_command_name(uint32_t command_id);
/* The name of a status ("ESME_RTHROTTLED"), "unknown" for others; for logs. */
const char *smpp_status_name(uint32_t status);

struct smpp_tlv {
    uint16_t tag;
    struct str value;
};

/* Walks TLVs in order: *cursor starts at 0; false at the end, or where a length lies. */
bool smpp_tlv_next(struct str tlvs, size_t *cursor, struct smpp_tlv *ret_tlv);
/* The first TLV of a tag; false where there is none. */
bool smpp_tlv_find(struct str tlvs, uint16_t tag, struct str *ret_value);
/* The first TLV of a tag as an unsigned number of 1, 2 or 4 bytes; false where there is none. */
bool smpp_tlv_int(struct str tlvs, uint16_t tag, uint32_t *ret_value);
/* RINVOPTPARSTREAM where a length lies, RINVPARLEN where a known TLV has a length it can't have. */
enum smpp_status smpp_tlv_check(struct str tlvs);
/* Appends a TLV to bytes; false, and nothing written, where it does not fit. */
bool smpp_tlv_put(uint8_t *bytes, size_t capacity, size_t *length, uint16_t tag, struct str value);

#endif
