/* Texts of short messages: bytes in the character sets of 3GPP TS 23.038 and SMPP's data_coding (section
 * 5.2.19), to UTF-8 and back. Pure and without allocation: results are written into the caller's memory. */
#ifndef WIRE_SMS_TEXT_H
#define WIRE_SMS_TEXT_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sms_charset {
    SMS_CHARSET_GSM7,        /* GSM 7-bit default alphabet with its extension table, one septet a byte */
    SMS_CHARSET_GSM7_PACKED, /* the same, eight septets in seven bytes */
    SMS_CHARSET_ASCII,
    SMS_CHARSET_LATIN1,
    SMS_CHARSET_CYRILLIC, /* ISO 8859-5 */
    SMS_CHARSET_HEBREW,   /* ISO 8859-8 */
    SMS_CHARSET_UTF16,    /* big-endian, surrogate pairs allowed: what carriers mean by UCS-2 */
    SMS_CHARSET_BINARY    /* no text; shown as bytes */
};

struct sms_coding {
    enum sms_charset charset;
    bool flash;        /* class 0: to be shown at once */
    int message_class; /* 0 to 3; -1: none */
};

/* What a data_coding says. plain is what the carrier means by 0, its default. Values that are reserved or
 * stand for sets that Violet does not know (JIS, KS C 5601, pictograms) are BINARY, so that nothing is shown
 * wrong. */
struct sms_coding sms_coding_read(uint8_t data_coding, enum sms_charset plain);

/* A text that grows in the caller's memory. What does not fit is left out whole, never half a character, and
 * `full` is set. */
struct sms_out {
    char *data;
    size_t capacity, length;
    bool full;
};

/* Appends a message's bytes as UTF-8. What is no character of the set (lone surrogates, half a UTF-16 unit,
 * septets above 127, an escape at the end, NUL) becomes U+FFFD. BINARY is shown as "[8 bit] 00 1F FE".
 * fill_bits (0 to 6) are skipped before the first septet of GSM7_PACKED; other sets ignore them. A packed
 * text's last seven bits that are a lone CR are padding (TS 23.038, section 6.1.2.3.1). */
void sms_text_read(struct sms_out *out, struct str bytes, enum sms_charset charset, unsigned fill_bits);

/* Appends UTF-8 as it is, as far as whole characters fit. */
void sms_text_add(struct sms_out *out, struct str utf8);

/* A code point of well-formed UTF-8 at *cursor, which moves behind it; false at the end. What is not well
 * formed reads as U+FFFD, byte by byte. */
bool sms_text_next(struct str utf8, size_t *cursor, uint32_t *ret_code_point);

/* A code point in the GSM 7-bit alphabet: 1 septet, 2 with the extension table; 0: it has none. */
size_t sms_text_septets(uint32_t code_point, uint8_t ret_septets[2]);

#endif
