/* What each PDU is made of: inside the codec only. */
#ifndef WIRE_SMPP_TABLE_H
#define WIRE_SMPP_TABLE_H

#include "wire/smpp.h"

enum smpp_kind {
    SMPP_KIND_END,
    SMPP_KIND_INT,    /* one byte */
    SMPP_KIND_TEXT,   /* C-octet string: size bytes at most, the NUL among them */
    SMPP_KIND_MESSAGE /* sm_length and that many bytes */
};

struct smpp_field {
    enum smpp_kind kind;
    size_t size;
    size_t offset;           /* in struct smpp_pdu */
    enum smpp_status status; /* what refuses a text that is too long */
};

enum { SMPP_FIELDS = 20 };

struct smpp_row {
    uint32_t command_id;
    const char *name;
    struct smpp_field fields[SMPP_FIELDS];
    bool tlvs;       /* may be followed by TLVs */
    bool body_later; /* a response that may come without body, whatever its status */
};

/* The row of a command; NULL for a command that is none of ours. */
const struct smpp_row *smpp_row_find(uint32_t command_id);

#endif
