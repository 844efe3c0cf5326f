/* The keyring: the only file that backups must not hold. Fixed slots for two epochs, overwritten in place,
 * mirrored. Each epoch has a key that wraps data keys and a key that makes look-up tags. See docs and the
 * design's keyring page. All functions are safe from every thread. */
#ifndef CRYPTO_KEYRING_H
#define CRYPTO_KEYRING_H

#include "base/arena.h"
#include "base/err.h"
#include "crypto/seal.h"

#include <stdbool.h>
#include <stdint.h>

struct keyring;

enum { KEYRING_WRAPPED_BYTES = SEAL_KEY_BYTES + SEAL_OVERHEAD_BYTES, KEYRING_TAG_BYTES = 32 };

/* Makes a keyring with epoch 1 at path and, unless mirror is NULL, a copy there; mode 0600, synced with its
 * directory. ERR_EXISTS where a file is there, ERR_IO. */
enum err keyring_create(const char *path, const char *mirror);
/* Opens it (and completes a turn's overwrite that was cut off). A torn or missing copy is mended from the
 * other. ERR_NOT_FOUND, ERR_CORRUPT, ERR_FORBIDDEN (mode wider than 0600 or not readable), ERR_VERSION_NEWER,
 * ERR_IO. A mirror that cannot be made or written leaves the keyring open but not mirrored, except where an
 * epoch has yet to be overwritten on it. Other processes may open it too. ret_reason: NULL allowed, gets a
 * static text. */
enum err keyring_open(const char *path, const char *mirror, struct keyring **ret_keyring,
                      const char **ret_reason);
/* Wipes and frees; accepts NULL. */
void keyring_free(struct keyring *keyring);

/* The epoch that is written now, and the oldest one that can still be read (equal outside a turn). */
int64_t keyring_epoch(struct keyring *keyring);
int64_t keyring_epoch_oldest(struct keyring *keyring);
/* True where a mirror was given and holds the same bytes now. */
bool keyring_mirrored(struct keyring *keyring);

/* Wraps a data key of owner (bound to kind and owner) under the epoch that is written now. */
enum err keyring_wrap(struct keyring *keyring, const char *kind, int64_t owner, const struct seal_key *key,
                      int64_t *ret_epoch, uint8_t ret_wrapped[KEYRING_WRAPPED_BYTES]);
/* Unwraps; ERR_KEY_GONE where the epoch is no longer there, ERR_BUSY where it has not come to this node yet,
 * ERR_CORRUPT where it does not open. */
enum err keyring_unwrap(struct keyring *keyring, int64_t epoch, const char *kind, int64_t owner,
                        struct str wrapped, struct seal_key *ret_key);
/* Look-up tag of a normalised value under one epoch's index key; ERR_KEY_GONE, ERR_BUSY as above. */
enum err keyring_tag(struct keyring *keyring, int64_t epoch, const char *kind, struct str value,
                     uint8_t ret_tag[KEYRING_TAG_BYTES]);

/* Step 1 of a turn: makes epoch + 1 in the free slot, durable on every copy, and writes under it from now on.
 * The old one can still be read. ERR_STATE where a turn is under way, ERR_LOCKED where another process has
 * the keyring open, ERR_IO (try again; nothing is written under the new epoch before it is on every copy). */
enum err keyring_turn_begin(struct keyring *keyring);
/* Step 4: overwrites the old epoch's slot on every copy, in place, synced. ERR_STATE outside a turn (a second
 * call changes nothing), ERR_LOCKED, ERR_IO (some copy may hold it still: try again, attest nothing). */
enum err keyring_turn_finish(struct keyring *keyring);

/* Several nodes: each has a keyring of its own with the same epochs. The next epoch comes to a node sealed to
 * an X25519 key of one use, whose secret half lies in the free slot until the epoch's keys take its place. */
enum {
    KEYRING_EXCHANGE_BYTES = 32,                              /* a public half; its tag */
    KEYRING_SEALED_BYTES = 2 * (8 + 2 * SEAL_KEY_BYTES) + 48, /* two epochs, crypto_box_seal's overhead */
};

struct keyring_exchange {
    uint8_t key[KEYRING_EXCHANGE_BYTES];
    uint8_t tag[KEYRING_EXCHANGE_BYTES]; /* says that a holder of `epoch` made it for this node */
    int64_t node_id, epoch;              /* the newest that its holder has */
};

/* The public half of the key that waits in the free slot; one is made, durable on every copy, where there is
 * none. ERR_STATE while there is no free slot, ERR_LOCKED, ERR_IO. */
enum err keyring_exchange_offer(struct keyring *keyring, int64_t node_id,
                                struct keyring_exchange *ret_exchange);
/* True where the tag was made with the keys of the epoch that it names, which this keyring has. */
bool keyring_exchange_verify(struct keyring *keyring, const struct keyring_exchange *exchange);
/* Makes the keys of the next epoch, in memory only, and seals them to each. */
enum err keyring_seal_next(struct keyring *keyring, const struct keyring_exchange *exchanges, size_t count,
                           uint8_t (*ret_sealed)[KEYRING_SEALED_BYTES]);
/* Seals the epochs that it has to one key. */
enum err keyring_seal_present(struct keyring *keyring, const uint8_t key[KEYRING_EXCHANGE_BYTES],
                              uint8_t ret_sealed[KEYRING_SEALED_BYTES]);
/* Opens what was sealed to the key in the free slot and puts its next epoch there, durable on every copy.
 * ERR_STATE where it holds no next epoch, or there is no such key; ERR_CORRUPT, ERR_LOCKED, ERR_IO. */
enum err keyring_take_next(struct keyring *keyring, struct str sealed);
/* Makes the keyring of a new node out of what was sealed to its key; the rest as keyring_create. ERR_CORRUPT.
 */
enum err keyring_create_sealed(const char *path, const char *mirror,
                               const uint8_t public_half[KEYRING_EXCHANGE_BYTES],
                               const uint8_t secret_half[KEYRING_EXCHANGE_BYTES], struct str sealed);
/* A pair for keyring_create_sealed; the secret half belongs into wiped memory. */
void keyring_exchange_pair(uint8_t ret_public[KEYRING_EXCHANGE_BYTES],
                           uint8_t ret_secret[KEYRING_EXCHANGE_BYTES]);
/* What people compare of a public half: four groups of four letters and digits. */
void keyring_exchange_print(const uint8_t key[KEYRING_EXCHANGE_BYTES], char ret_text[20]);

/* Wraps under one of its epochs: what all nodes write. ERR_BUSY where it has not come here yet, ERR_KEY_GONE.
 */
enum err keyring_wrap_under(struct keyring *keyring, int64_t epoch, const char *kind, int64_t owner,
                            const struct seal_key *key, uint8_t ret_wrapped[KEYRING_WRAPPED_BYTES]);

/* True where a file begins as a keyring does: what a backup refuses. head: its first 8 bytes or more. */
bool keyring_recognise(struct str head);

#endif
