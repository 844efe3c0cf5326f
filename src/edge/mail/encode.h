/* The three encodings of MIME, and the date. */
#ifndef EDGE_MAIL_ENCODE_H
#define EDGE_MAIL_ENCODE_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* Base64 in lines of 76 characters that end in CRLF (RFC 2045, section 6.8). */
void mail_encode_base64(struct str bytes, struct buf *out);
/* Quoted-printable (RFC 2045, section 6.7); any line end becomes CRLF. */
void mail_encode_quoted(struct str text, struct buf *out);
/* Text with every line end (CR, LF, CRLF) as CRLF and one at its end; other control characters than TAB are
 * left out. */
void mail_encode_lines(struct str text, struct buf *out);
/* The value of an unstructured header or a display name: as it is where that is safe, else as encoded words
 * of whole UTF-8 characters, folded (RFC 2047). Control characters become spaces. */
void mail_encode_words(struct str text, struct buf *out);
/* Encoded words even where the text would be safe: a display name with marks that would need quotes. */
void mail_encode_words_always(struct str text, struct buf *out);
/* "Mon, 23 Nov 2026 00:06:11 +0000" (RFC 5322, section 3.3). */
void mail_encode_date(int64_t micros, struct buf *out);

#endif
