/* HMAC-SHA256 (RFC 2104, RFC 4231): what carriers sign their deliveries with, and we our webhooks. */
#ifndef CRYPTO_HMAC_H
#define CRYPTO_HMAC_H

#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

enum { HMAC_BYTES = 32 };

/* The code of the parts, one after the other, under a secret of any length. */
void hmac_sha256(struct str secret, const struct str *parts, size_t count, uint8_t ret_code[HMAC_BYTES]);

#endif
