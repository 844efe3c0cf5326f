/* What stands in a keyring file: five pages of one size. Page 0 names the format and the keyring; each of two
 * slots has a page of keys and a page with its mark. Pure: bytes in, bytes out.
 *
 * A slot's marks only ever go up: live(e), dying(e), free(e), live(e + 2) ... So of two copies that differ
 * the higher mark is the newer one, and an epoch that one copy calls dying or free is gone on all. */
#ifndef CRYPTO_KEYRING_PAGE_H
#define CRYPTO_KEYRING_PAGE_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    KEYRING_PAGE_BYTES = 4096, /* one block of the disk: a page is never torn by its neighbour */
    KEYRING_PAGES = 5,
    KEYRING_SLOTS = 2,
    KEYRING_FILE_BYTES = KEYRING_PAGES * KEYRING_PAGE_BYTES,
    KEYRING_NAME_BYTES = 16,
    KEYRING_KEY_BYTES = 32,
};

enum keyring_stage { KEYRING_LIVE = 1, KEYRING_DYING = 2, KEYRING_FREE = 3 };

/* epoch 0 is the free one of a slot that was never used. */
struct keyring_mark {
    int64_t epoch;
    enum keyring_stage stage;
};

struct keyring_epoch_keys {
    int64_t epoch;
    uint8_t wrapping[KEYRING_KEY_BYTES], index[KEYRING_KEY_BYTES];
};

/* A whole file. */
struct keyring_image {
    uint8_t pages[KEYRING_PAGES][KEYRING_PAGE_BYTES];
};

/* The page numbers of a slot (0 or 1). */
unsigned keyring_page_of_keys(unsigned slot);
unsigned keyring_page_of_mark(unsigned slot);

/* Writes page 0 of the keyring called name. */
void keyring_page_head(const uint8_t name[KEYRING_NAME_BYTES], uint8_t *ret_page);
/* Reads page 0; ERR_CORRUPT, ERR_VERSION_NEWER. */
enum err keyring_page_head_read(const uint8_t *page, uint8_t ret_name[KEYRING_NAME_BYTES]);
/* Writes a slot's page of keys. */
void keyring_page_keys(const uint8_t name[KEYRING_NAME_BYTES], unsigned slot,
                       const struct keyring_epoch_keys *keys, uint8_t *ret_page);
/* Reads it; false where it holds no keys of this keyring and slot, or is torn. */
bool keyring_page_keys_read(const uint8_t name[KEYRING_NAME_BYTES], unsigned slot, const uint8_t *page,
                            struct keyring_epoch_keys *ret_keys);
/* Writes a slot's mark. */
void keyring_page_mark(const uint8_t name[KEYRING_NAME_BYTES], unsigned slot, struct keyring_mark mark,
                       uint8_t *ret_page);
/* Reads it; false where it is torn or not of this keyring. */
bool keyring_page_mark_read(const uint8_t name[KEYRING_NAME_BYTES], unsigned slot, const uint8_t *page,
                            struct keyring_mark *ret_mark);

/* Writes a page that holds the key pair of an exchange in the place of a free slot's keys. */
void keyring_page_exchange(const uint8_t name[KEYRING_NAME_BYTES], unsigned slot,
                           const uint8_t secret[KEYRING_KEY_BYTES],
                           const uint8_t public_half[KEYRING_KEY_BYTES], uint8_t *ret_page);
/* Reads it; false where there is none. */
bool keyring_page_exchange_read(const uint8_t name[KEYRING_NAME_BYTES], unsigned slot, const uint8_t *page,
                                uint8_t ret_secret[KEYRING_KEY_BYTES], uint8_t ret_public[KEYRING_KEY_BYTES]);

/* What every copy should hold, out of what up to two copies do hold (NULL: no copy). ERR_CORRUPT, with a
 * static reason, where a slot can be told from no copy; ERR_VERSION_NEWER. */
enum err keyring_merge(const struct keyring_image *first, const struct keyring_image *second,
                       struct keyring_image *ret_image, const char **ret_reason);

#endif
