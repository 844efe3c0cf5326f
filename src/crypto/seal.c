#include "crypto/seal.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(SEAL_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
               "the key of XChaCha20-Poly1305");
_Static_assert(SEAL_OVERHEAD_BYTES ==
                   crypto_aead_xchacha20poly1305_ietf_NPUBBYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES,
               "nonce and tag stand in the box");

#define BOX_LABEL "violet box 1"

enum {
    NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    HASH_BYTES = 32,
    LABEL_BYTES = sizeof BOX_LABEL - 1,
    TABLE_NAME_BYTES = 40,
    PLACE_BYTES = LABEL_BYTES + 24 + TABLE_NAME_BYTES
};

/* Picks libsodium's fast code paths before main, so that no function of the folder has to ask. */
__attribute__((constructor)) static void seal_start(void)
{
    if (sodium_init() < 0)
        abort();
}

static void put_int64(uint8_t *ret_bytes, uint64_t value)
{
    for (unsigned i = 0; i < 8; i++)
        ret_bytes[i] = (uint8_t)(value >> (8 * i));
}

static void hash_part(crypto_generichash_state *state, struct str part)
{
    uint8_t length[8];
    put_int64(length, part.length);
    crypto_generichash_update(state, length, sizeof length);
    if (part.length != 0)
        crypto_generichash_update(state, (const uint8_t *)part.data, part.length);
}

void seal_hash(const struct str *parts, size_t count, uint8_t ret_hash[32])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, HASH_BYTES);
    for (size_t i = 0; i < count; i++)
        hash_part(&state, parts[i]);
    crypto_generichash_final(&state, ret_hash, HASH_BYTES);
    sodium_memzero(&state, sizeof state);
}

/* What is authenticated with a box: all but the name of the table has a fixed length, so no two places write
 * the same bytes. Returns their number. */
static size_t place_write(const struct seal_place *place, uint8_t ret_bytes[PLACE_BYTES])
{
    size_t length = strlen(place->table);
    assert(length <= TABLE_NAME_BYTES);
    memcpy(ret_bytes, BOX_LABEL, LABEL_BYTES);
    put_int64(ret_bytes + LABEL_BYTES, (uint64_t)place->owner);
    put_int64(ret_bytes + LABEL_BYTES + 8, (uint64_t)place->row);
    put_int64(ret_bytes + LABEL_BYTES + 16, (uint64_t)place->version);
    memcpy(ret_bytes + LABEL_BYTES + 24, place->table, length);
    return LABEL_BYTES + 24 + length;
}

void seal_key_new(struct seal_key *ret_key)
{
    randombytes_buf(ret_key->bytes, sizeof ret_key->bytes);
}

void seal_box_into(const struct seal_key *key, const struct seal_place *place, struct str plain,
                   uint8_t *ret_box)
{
    uint8_t where[PLACE_BYTES];
    size_t where_length = place_write(place, where);
    randombytes_buf(ret_box, NONCE_BYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(ret_box + NONCE_BYTES, NULL, (const uint8_t *)plain.data,
                                               plain.length, where, where_length, NULL, ret_box, key->bytes);
}

enum err seal_open_into(const struct seal_key *key, const struct seal_place *place, struct str box,
                        uint8_t *ret_plain)
{
    if (box.length < SEAL_OVERHEAD_BYTES)
        return ERR_CORRUPT;
    uint8_t where[PLACE_BYTES];
    size_t where_length = place_write(place, where);
    const uint8_t *bytes = (const uint8_t *)box.data;
    int opened = crypto_aead_xchacha20poly1305_ietf_decrypt(ret_plain, NULL, NULL, bytes + NONCE_BYTES,
                                                            box.length - NONCE_BYTES, where, where_length,
                                                            bytes, key->bytes);
    return opened == 0 ? ERR_NONE : ERR_CORRUPT;
}

struct str seal_box(struct arena *arena, const struct seal_key *key, const struct seal_place *place,
                    struct str plain)
{
    uint8_t *box = arena_alloc(arena, plain.length + SEAL_OVERHEAD_BYTES);
    seal_box_into(key, place, plain, box);
    return str_bytes(box, plain.length + SEAL_OVERHEAD_BYTES);
}

enum err seal_open(struct arena *arena, const struct seal_key *key, const struct seal_place *place,
                   struct str box, struct str *ret_plain)
{
    if (box.length < SEAL_OVERHEAD_BYTES)
        return ERR_CORRUPT;
    size_t length = box.length - SEAL_OVERHEAD_BYTES;
    uint8_t *plain = arena_alloc(arena, length + 1);
    TRY(seal_open_into(key, place, box, plain));
    *ret_plain = str_bytes(plain, length);
    return ERR_NONE;
}

int64_t seal_id(const struct seal_key *key, const char *kind, struct str text)
{
    uint8_t bytes[crypto_generichash_BYTES_MIN];
    crypto_generichash_state state;
    crypto_generichash_init(&state, key->bytes, sizeof key->bytes, sizeof bytes);
    hash_part(&state, STR("violet id 1"));
    hash_part(&state, str_from(kind));
    hash_part(&state, text);
    crypto_generichash_final(&state, bytes, sizeof bytes);
    sodium_memzero(&state, sizeof state);
    int64_t id = 0;
    for (unsigned i = 0; i < 8; i++)
        id = id << 8 | (i == 0 ? bytes[i] & 0x7f : bytes[i]);
    return id != 0 ? id : 1;
}
