#include "crypto/link.h"

#include "base/encode.h"
#include "base/ids.h"

#include <sodium.h>

static void link_hash(struct str secret, uint8_t ret_hash[LINK_HASH_BYTES])
{
    static const unsigned char use[] = "violet link hash";
    crypto_generichash(ret_hash, LINK_HASH_BYTES, (const unsigned char *)secret.data, secret.length, use,
                       sizeof use - 1);
}

/* The hash that is kept and the seed of the keys are made under different names: one does not tell the other.
 */
static void link_keys(struct str secret, unsigned char ret_public[LINK_PUBLIC_BYTES],
                      unsigned char ret_private[crypto_box_SECRETKEYBYTES])
{
    static const unsigned char use[] = "violet link seed";
    unsigned char seed[crypto_box_SEEDBYTES];
    crypto_generichash(seed, sizeof seed, (const unsigned char *)secret.data, secret.length, use,
                       sizeof use - 1);
    crypto_box_seed_keypair(ret_public, ret_private, seed);
    sodium_memzero(seed, sizeof seed);
}

enum err link_new(struct arena *arena, struct str *ret_secret, uint8_t ret_hash[LINK_HASH_BYTES],
                  uint8_t ret_public[LINK_PUBLIC_BYTES])
{
    uint8_t random[LINK_SECRET_BYTES];
    unsigned char private_key[crypto_box_SECRETKEYBYTES];
    ids_random(random, sizeof random);
    struct str secret = encode_base64url(arena, str_bytes(random, sizeof random));
    link_hash(secret, ret_hash);
    link_keys(secret, ret_public, private_key);
    sodium_memzero(private_key, sizeof private_key);
    sodium_memzero(random, sizeof random);
    *ret_secret = secret;
    return ERR_NONE;
}

bool link_matches(struct str secret, struct str hash)
{
    uint8_t own[LINK_HASH_BYTES];
    if (secret.length == 0 || secret.length > 64)
        return false;
    link_hash(secret, own);
    return str_equal_secret(str_bytes(own, sizeof own), hash);
}

enum err link_seal(struct arena *arena, struct str public_key, struct str plain, struct str *ret_box)
{
    if (public_key.length != LINK_PUBLIC_BYTES)
        return ERR_CORRUPT;
    unsigned char *box = arena_alloc(arena, plain.length + crypto_box_SEALBYTES);
    if (crypto_box_seal(box, (const unsigned char *)plain.data, plain.length,
                        (const unsigned char *)public_key.data) != 0)
        return ERR_CORRUPT;
    *ret_box = str_bytes(box, plain.length + crypto_box_SEALBYTES);
    return ERR_NONE;
}

enum err link_open(struct arena *arena, struct str secret, struct str box, struct str *ret_plain)
{
    unsigned char public_key[LINK_PUBLIC_BYTES], private_key[crypto_box_SECRETKEYBYTES];
    if (box.length < crypto_box_SEALBYTES)
        return ERR_CORRUPT;
    size_t length = box.length - crypto_box_SEALBYTES;
    unsigned char *plain = arena_alloc(arena, length + 1);
    link_keys(secret, public_key, private_key);
    int failed =
        crypto_box_seal_open(plain, (const unsigned char *)box.data, box.length, public_key, private_key);
    sodium_memzero(private_key, sizeof private_key);
    if (failed != 0)
        return ERR_CORRUPT;
    *ret_plain = str_bytes(plain, length);
    return ERR_NONE;
}
