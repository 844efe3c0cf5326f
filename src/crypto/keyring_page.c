#include "crypto/keyring_page.h"

#include "crypto/keyring.h"

#include <sodium.h>
#include <string.h>

enum {
    KEYRING_VERSION = 1,
    AT_NUMBER = 8,
    AT_STAGE = 16,
    AT_CHECKSUM = 32,
    CHECKSUM_BYTES = 32,
    AT_CONTENT = 64,
    MAGIC_BYTES = 8,
};

static const char magic_head[MAGIC_BYTES + 1] = "VioletKR";
static const char magic_keys[MAGIC_BYTES + 1] = "VioletKK";
static const char magic_exchange[MAGIC_BYTES + 1] = "VioletKX";
static const char magic_mark[MAGIC_BYTES + 1] = "VioletKM";

bool keyring_recognise(struct str head)
{
    return str_starts(head, str_bytes(magic_head, MAGIC_BYTES));
}

unsigned keyring_page_of_keys(unsigned slot)
{
    return 1 + 2 * slot;
}

unsigned keyring_page_of_mark(unsigned slot)
{
    return 2 + 2 * slot;
}

static void put_number(uint8_t *page, unsigned at, int64_t value)
{
    for (unsigned i = 0; i < 8; i++)
        page[at + i] = (uint8_t)((uint64_t)value >> (8 * i));
}

static int64_t get_number(const uint8_t *page, unsigned at)
{
    uint64_t value = 0;
    for (unsigned i = 8; i-- != 0;)
        value = value << 8 | page[at + i];
    return (int64_t)value;
}

/* Bound to the keyring's name and the page's number: a page of another keyring or slot is none. */
static void page_checksum(const uint8_t name[KEYRING_NAME_BYTES], unsigned number, const uint8_t *page,
                          uint8_t ret_checksum[CHECKSUM_BYTES])
{
    crypto_generichash_state state;
    uint8_t where = (uint8_t)number;
    crypto_generichash_init(&state, NULL, 0, CHECKSUM_BYTES);
    crypto_generichash_update(&state, name, KEYRING_NAME_BYTES);
    crypto_generichash_update(&state, &where, 1);
    crypto_generichash_update(&state, page, AT_CHECKSUM);
    crypto_generichash_update(&state, page + AT_CONTENT, KEYRING_PAGE_BYTES - AT_CONTENT);
    crypto_generichash_final(&state, ret_checksum, CHECKSUM_BYTES);
    sodium_memzero(&state, sizeof state);
}

static void page_start(const char *magic, int64_t number, uint8_t *page)
{
    memset(page, 0, KEYRING_PAGE_BYTES);
    memcpy(page, magic, MAGIC_BYTES);
    put_number(page, AT_NUMBER, number);
}

static bool page_is_whole(const uint8_t name[KEYRING_NAME_BYTES], unsigned number, const char *magic,
                          const uint8_t *page)
{
    uint8_t checksum[CHECKSUM_BYTES];
    page_checksum(name, number, page, checksum);
    return memcmp(page, magic, MAGIC_BYTES) == 0 && memcmp(page + AT_CHECKSUM, checksum, CHECKSUM_BYTES) == 0;
}

void keyring_page_head(const uint8_t name[KEYRING_NAME_BYTES], uint8_t *ret_page)
{
    page_start(magic_head, KEYRING_VERSION, ret_page);
    memcpy(ret_page + AT_CONTENT, name, KEYRING_NAME_BYTES);
    page_checksum(name, 0, ret_page, ret_page + AT_CHECKSUM);
}

enum err keyring_page_head_read(const uint8_t *page, uint8_t ret_name[KEYRING_NAME_BYTES])
{
    if (!page_is_whole(page + AT_CONTENT, 0, magic_head, page))
        return ERR_CORRUPT;
    if (get_number(page, AT_NUMBER) != KEYRING_VERSION)
        return ERR_VERSION_NEWER;
    memcpy(ret_name, page + AT_CONTENT, KEYRING_NAME_BYTES);
    return ERR_NONE;
}

void keyring_page_keys(const uint8_t name[KEYRING_NAME_BYTES], unsigned slot,
                       const struct keyring_epoch_keys *keys, uint8_t *ret_page)
{
    page_start(magic_keys, keys->epoch, ret_page);
    memcpy(ret_page + AT_CONTENT, keys->wrapping, KEYRING_KEY_BYTES);
    memcpy(ret_page + AT_CONTENT + KEYRING_KEY_BYTES, keys->index, KEYRING_KEY_BYTES);
    page_checksum(name, keyring_page_of_keys(slot), ret_page, ret_page + AT_CHECKSUM);
}

bool keyring_page_keys_read(const uint8_t name[KEYRING_NAME_BYTES], unsigned slot, const uint8_t *page,
                            struct keyring_epoch_keys *ret_keys)
{
    if (!page_is_whole(name, keyring_page_of_keys(slot), magic_keys, page))
        return false;
    ret_keys->epoch = get_number(page, AT_NUMBER);
    memcpy(ret_keys->wrapping, page + AT_CONTENT, KEYRING_KEY_BYTES);
    memcpy(ret_keys->index, page + AT_CONTENT + KEYRING_KEY_BYTES, KEYRING_KEY_BYTES);
    return true;
}

void keyring_page_exchange(const uint8_t name[KEYRING_NAME_BYTES], unsigned slot,
                           const uint8_t secret[KEYRING_KEY_BYTES],
                           const uint8_t public_half[KEYRING_KEY_BYTES], uint8_t *ret_page)
{
    page_start(magic_exchange, 0, ret_page);
    memcpy(ret_page + AT_CONTENT, secret, KEYRING_KEY_BYTES);
    memcpy(ret_page + AT_CONTENT + KEYRING_KEY_BYTES, public_half, KEYRING_KEY_BYTES);
    page_checksum(name, keyring_page_of_keys(slot), ret_page, ret_page + AT_CHECKSUM);
}

bool keyring_page_exchange_read(const uint8_t name[KEYRING_NAME_BYTES], unsigned slot, const uint8_t *page,
                                uint8_t ret_secret[KEYRING_KEY_BYTES], uint8_t ret_public[KEYRING_KEY_BYTES])
{
    if (!page_is_whole(name, keyring_page_of_keys(slot), magic_exchange, page))
        return false;
    memcpy(ret_secret, page + AT_CONTENT, KEYRING_KEY_BYTES);
    memcpy(ret_public, page + AT_CONTENT + KEYRING_KEY_BYTES, KEYRING_KEY_BYTES);
    return true;
}

void keyring_page_mark(const uint8_t name[KEYRING_NAME_BYTES], unsigned slot, struct keyring_mark mark,
                       uint8_t *ret_page)
{
    page_start(magic_mark, mark.epoch, ret_page);
    put_number(ret_page, AT_STAGE, (int64_t)mark.stage);
    page_checksum(name, keyring_page_of_mark(slot), ret_page, ret_page + AT_CHECKSUM);
}

bool keyring_page_mark_read(const uint8_t name[KEYRING_NAME_BYTES], unsigned slot, const uint8_t *page,
                            struct keyring_mark *ret_mark)
{
    if (!page_is_whole(name, keyring_page_of_mark(slot), magic_mark, page))
        return false;
    int64_t stage = get_number(page, AT_STAGE);
    if (stage < KEYRING_LIVE || stage > KEYRING_FREE || get_number(page, AT_NUMBER) < 0)
        return false;
    *ret_mark = (struct keyring_mark){get_number(page, AT_NUMBER), (enum keyring_stage)stage};
    return true;
}
