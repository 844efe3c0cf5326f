/* SHA-256 (FIPS 180-4) of what comes in pieces: checksums that people compare, no secrets. */
#ifndef CRYPTO_DIGEST_H
#define CRYPTO_DIGEST_H

#include "base/str.h"

#include <stdalign.h>
#include <stdint.h>

enum { DIGEST_BYTES = 32, DIGEST_STATE_BYTES = 104 };

struct digest {
    alignas(16) unsigned char state[DIGEST_STATE_BYTES];
};

void digest_start(struct digest *digest);
void digest_add(struct digest *digest, struct str bytes);
/* The digest of all pieces; start anew afterwards. */
void digest_finish(struct digest *digest, uint8_t ret_digest[DIGEST_BYTES]);

#endif
