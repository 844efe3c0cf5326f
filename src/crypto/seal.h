/* Sealed boxes: XChaCha20-Poly1305, one box a row, bound to the row's place. */
#ifndef CRYPTO_SEAL_H
#define CRYPTO_SEAL_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

enum { SEAL_KEY_BYTES = 32, SEAL_OVERHEAD_BYTES = 24 + 16 };

/* The key of an account, a closure or a case. Lives in wiped arenas only. */
struct seal_key {
    uint8_t bytes[SEAL_KEY_BYTES];
};

/* Where a box stands: part of what is authenticated, so that a box moved to another row does not open. */
struct seal_place {
    const char *table;
    int64_t owner, row;
    int64_t version; /* raised where a row is rewritten in place; 0 for rows written once */
};

/* Fills a new random key. */
void seal_key_new(struct seal_key *ret_key);
/* Seals plain; the box is nonce, ciphertext and tag. */
struct str seal_box(struct arena *arena, const struct seal_key *key, const struct seal_place *place,
                    struct str plain);
/* Opens a box; ERR_CORRUPT where key, place or bytes are not those it was sealed with. */
enum err seal_open(struct arena *arena, const struct seal_key *key, const struct seal_place *place,
                   struct str box, struct str *ret_plain);
/* The same without an arena: ret_box has plain.length + SEAL_OVERHEAD_BYTES bytes, ret_plain has box.length -
 * SEAL_OVERHEAD_BYTES. */
void seal_box_into(const struct seal_key *key, const struct seal_place *place, struct str plain,
                   uint8_t *ret_box);
enum err seal_open_into(const struct seal_key *key, const struct seal_place *place, struct str box,
                        uint8_t *ret_plain);
/* A keyed 63-bit id of text under this key, never 0: finds a row by a personal value without showing it. */
int64_t seal_id(const struct seal_key *key, const char *kind, struct str text);
/* BLAKE2b-256 (RFC 7693) of the parts, each with its length (8 bytes, lowest first) before it. Not keyed: for
 * journals, logs and secrets of 128 bits. */
void seal_hash(const struct str *parts, size_t count, uint8_t ret_hash[32]);

#endif
