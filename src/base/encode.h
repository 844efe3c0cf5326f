/* Bytes as text and back: hexadecimal, base64 (RFC 4648), base64url without padding. */
#ifndef BASE_ENCODE_H
#define BASE_ENCODE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* Lower-case hexadecimal of bytes. */
struct str encode_hex(struct arena *arena, struct str bytes);
/* Bytes of hexadecimal text (any case); ERR_INVALID otherwise. */
enum err encode_hex_read(struct arena *arena, struct str text, struct str *ret_bytes);
/* Base64 with padding (RFC 4648, section 4). */
struct str encode_base64(struct arena *arena, struct str bytes);
/* Base64url without padding (RFC 4648, section 5). */
struct str encode_base64url(struct arena *arena, struct str bytes);
/* Reads base64 or base64url, padding optional, no other characters, no stray bits; ERR_INVALID otherwise. */
enum err encode_base64_read(struct arena *arena, struct str text, struct str *ret_bytes);
/* Percent-encodes all but RFC 3986's unreserved characters. */
struct str encode_percent(struct arena *arena, struct str text);

#endif
