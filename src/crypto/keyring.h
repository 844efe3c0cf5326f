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
/* Unwraps; ERR_KEY_GONE where the epoch is no longer there, ERR_CORRUPT where it does not open. */
enum err keyring_unwrap(struct keyring *keyring, int64_t epoch, const char *kind, int64_t owner,
                        struct str wrapped, struct seal_key *ret_key);
/* Look-up tag of a normalised value under one epoch's index key; ERR_KEY_GONE. */
enum err keyring_tag(struct keyring *keyring, int64_t epoch, const char *kind, struct str value,
                     uint8_t ret_tag[KEYRING_TAG_BYTES]);

/* Step 1 of a turn: makes epoch + 1 in the free slot, durable on every copy, and writes under it from now on.
 * The old one can still be read. ERR_STATE where a turn is under way, ERR_LOCKED where another process has
 * the keyring open, ERR_IO (try again; nothing is written under the new epoch before it is on every copy). */
enum err keyring_turn_begin(struct keyring *keyring);
/* Step 4: overwrites the old epoch's slot on every copy, in place, synced. ERR_STATE outside a turn (a second
 * call changes nothing), ERR_LOCKED, ERR_IO (some copy may hold it still: try again, attest nothing). */
enum err keyring_turn_finish(struct keyring *keyring);

/* True where a file begins as a keyring does: what a backup refuses. head: its first 8 bytes or more. */
bool keyring_recognise(struct str head);

#endif
