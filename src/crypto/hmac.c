#include "crypto/hmac.h"

#include <sodium.h>

void hmac_sha256(struct str secret, const struct str *parts, size_t count, uint8_t ret_code[HMAC_BYTES])
{
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)(secret.data != NULL ? secret.data : ""),
                                secret.length);
    for (size_t i = 0; i < count; i++)
        if (parts[i].length != 0)
            crypto_auth_hmacsha256_update(&state, (const unsigned char *)parts[i].data, parts[i].length);
    crypto_auth_hmacsha256_final(&state, ret_code);
    sodium_memzero(&state, sizeof state);
}
