#include "crypto/digest.h"

#include <sodium.h>

_Static_assert(sizeof(crypto_hash_sha256_state) <= DIGEST_STATE_BYTES, "room for libsodium's state");

void digest_start(struct digest *digest)
{
    crypto_hash_sha256_init((crypto_hash_sha256_state *)(void *)digest->state);
}

void digest_add(struct digest *digest, struct str bytes)
{
    if (bytes.length != 0)
        crypto_hash_sha256_update((crypto_hash_sha256_state *)(void *)digest->state,
                                  (const unsigned char *)bytes.data, bytes.length);
}

void digest_finish(struct digest *digest, uint8_t ret_digest[DIGEST_BYTES])
{
    crypto_hash_sha256_final((crypto_hash_sha256_state *)(void *)digest->state, ret_digest);
}
