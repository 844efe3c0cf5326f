/* Secret links. The secret stands only in the link; the store keeps its hash and a public key made from it,
 * so that what is sealed to the link later can be opened by nobody but its holder. */
#ifndef CRYPTO_LINK_H
#define CRYPTO_LINK_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

enum { LINK_SECRET_BYTES = 16, LINK_HASH_BYTES = 32, LINK_PUBLIC_BYTES = 32 };

/* Makes a new secret (base64url, in arena), its hash and its public key. */
enum err link_new(struct arena *arena, struct str *ret_secret, uint8_t ret_hash[LINK_HASH_BYTES],
                  uint8_t ret_public[LINK_PUBLIC_BYTES]);
/* Whether this secret (as it came in a URL) has that hash; in constant time. */
bool link_matches(struct str secret, struct str hash);
/* Seals to the link's public key (X25519, anonymous sender). */
enum err link_seal(struct arena *arena, struct str public_key, struct str plain, struct str *ret_box);
/* Opens with the secret; ERR_CORRUPT where it is not the one. */
enum err link_open(struct arena *arena, struct str secret, struct str box, struct str *ret_plain);

#endif
