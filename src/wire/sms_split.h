/* A text to be sent, cut into short messages: GSM 7-bit where every character has a place there, UCS-2 else.
 */
#ifndef WIRE_SMS_SPLIT_H
#define WIRE_SMS_SPLIT_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SMS_SPLIT_PARTS = 32, /* of one text; below the 255 that a header could count */
    SMS_SPLIT_BYTES = 160 /* of one part, header and unpacked septets, or header and UTF-16 */
};

struct sms_split {
    bool wide; /* UCS-2 (data_coding 8), else GSM 7-bit (data_coding 0) */
    bool long_reference;
    unsigned parts;                     /* what is paid for */
    size_t units;                       /* septets or UTF-16 units of the whole text */
    size_t starts[SMS_SPLIT_PARTS + 1]; /* bytes of the text where part i begins; the last is its end */
};

/* Where the text is cut. One part holds 160 septets or 70 units; parts of a long one 153 or 67, with a 16 bit
 * reference 152 or 66. No cut divides an escape pair, a surrogate pair or, unless a single one is longer than
 * a part, what a reader takes for one character (combining marks, emoji sequences, flags). ERR_INVALID where
 * the text is empty or no UTF-8, ERR_TOO_LARGE past SMS_SPLIT_PARTS. */
enum err sms_split(struct str utf8, bool long_reference, struct sms_split *ret_split);

/* Writes part `number` (from 1): the header where there are several, and the text behind it, septets one a
 * byte or UTF-16BE. Returns its length; the caller sets SMPP_ESM_UDHI where split->parts > 1. */
size_t sms_split_part(const struct sms_split *split, struct str utf8, unsigned number, uint16_t reference,
                      uint8_t ret_bytes[SMS_SPLIT_BYTES]);

#endif
