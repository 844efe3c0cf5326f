/* What the files of the keyring share; not for other folders. */
#ifndef CRYPTO_KEYRING_INSIDE_H
#define CRYPTO_KEYRING_INSIDE_H

#include "crypto/keyring.h"
#include "crypto/keyring_copies.h"

#include <pthread.h>

/* In sodium_malloc memory: locked, without a core dump, between guard pages; written only where a turn
 * changes it. An epoch of 0 stands for none. */
struct secrets {
    struct keyring_epoch_keys slots[KEYRING_SLOTS];
};

struct keyring {
    pthread_rwlock_t lock;
    struct keyring_copies copies;
    uint8_t name[KEYRING_NAME_BYTES];
    struct secrets *secrets;
    bool offers; /* a key of one use waits in the free slot; this is its public half */
    uint8_t offered[KEYRING_KEY_BYTES];
};

/* The caller holds the lock. Slot of the highest epoch. */
unsigned keyring_newest_slot(const struct keyring *keyring);
bool keyring_turn_under_way(const struct keyring *keyring);
/* NULL where it is not there. */
const struct keyring_epoch_keys *keyring_find_epoch(const struct keyring *keyring, int64_t epoch);

/* Changes the files with the copies claimed and read anew: image is what they hold, page a free page of
 * memory. Afterwards what they hold then is loaded. */
typedef enum err keyring_change_fn(struct keyring *keyring, const struct keyring_image *image, uint8_t *page,
                                   void *context);
enum err keyring_change(struct keyring *keyring, keyring_change_fn *change, void *context);
/* Puts the keys of the next epoch into the free slot, live on every copy. */
enum err keyring_begin_on_disk(struct keyring *keyring, unsigned slot, const struct keyring_epoch_keys *keys,
                               uint8_t *page);

#endif
