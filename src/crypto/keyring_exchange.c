#include "crypto/disk.h"
#include "crypto/keyring_inside.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

_Static_assert(KEYRING_EXCHANGE_BYTES == crypto_box_PUBLICKEYBYTES &&
                   KEYRING_EXCHANGE_BYTES == crypto_box_SECRETKEYBYTES && crypto_box_SEALBYTES == 48,
               "an X25519 key has 32 bytes, a sealed box 48 more than its content");

enum { EPOCHS_BYTES = KEYRING_SEALED_BYTES - crypto_box_SEALBYTES, EPOCH_BYTES = EPOCHS_BYTES / 2 };

void keyring_exchange_pair(uint8_t ret_public[KEYRING_EXCHANGE_BYTES],
                           uint8_t ret_secret[KEYRING_EXCHANGE_BYTES])
{
    crypto_box_keypair(ret_public, ret_secret);
}

void keyring_exchange_print(const uint8_t key[KEYRING_EXCHANGE_BYTES], char ret_text[20])
{
    uint8_t hash[16];
    crypto_generichash(hash, sizeof hash, key, KEYRING_EXCHANGE_BYTES, NULL, 0);
    snprintf(ret_text, 20, "%02x%02x-%02x%02x-%02x%02x-%02x%02x", hash[0], hash[1], hash[2], hash[3], hash[4],
             hash[5], hash[6], hash[7]);
}

static void put_epoch(const struct keyring_epoch_keys *keys, uint8_t *out)
{
    for (unsigned i = 0; i < 8; i++)
        out[i] = (uint8_t)((uint64_t)keys->epoch >> (8 * i));
    memcpy(out + 8, keys->wrapping, KEYRING_KEY_BYTES);
    memcpy(out + 8 + KEYRING_KEY_BYTES, keys->index, KEYRING_KEY_BYTES);
}

static void get_epoch(const uint8_t *in, struct keyring_epoch_keys *ret_keys)
{
    uint64_t epoch = 0;
    for (unsigned i = 8; i-- != 0;)
        epoch = epoch << 8 | in[i];
    ret_keys->epoch = (int64_t)epoch;
    memcpy(ret_keys->wrapping, in + 8, KEYRING_KEY_BYTES);
    memcpy(ret_keys->index, in + 8 + KEYRING_KEY_BYTES, KEYRING_KEY_BYTES);
}

static void seal_slots(const struct keyring_epoch_keys slots[KEYRING_SLOTS], const uint8_t *key,
                       uint8_t *ret_sealed)
{
    uint8_t clear[EPOCHS_BYTES];
    for (unsigned i = 0; i < KEYRING_SLOTS; i++)
        put_epoch(&slots[i], clear + i * EPOCH_BYTES);
    if (crypto_box_seal(ret_sealed, clear, sizeof clear, key) != 0)
        memset(ret_sealed, 0, KEYRING_SEALED_BYTES); /* a key that is none gets what nobody opens */
    sodium_memzero(clear, sizeof clear);
}

static enum err open_slots(struct str sealed, const uint8_t *public_half, const uint8_t *secret_half,
                           struct keyring_epoch_keys ret_slots[KEYRING_SLOTS])
{
    uint8_t clear[EPOCHS_BYTES];
    if (sealed.length != KEYRING_SEALED_BYTES ||
        crypto_box_seal_open(clear, (const uint8_t *)sealed.data, sealed.length, public_half, secret_half) !=
            0)
        return ERR_CORRUPT;
    for (unsigned i = 0; i < KEYRING_SLOTS; i++)
        get_epoch(clear + i * EPOCH_BYTES, &ret_slots[i]);
    sodium_memzero(clear, sizeof clear);
    return ERR_NONE;
}

/* Whoever holds no keys of the epoch, though they may write to the store, can't put a key of theirs in a
 * node's place. */
static void tag_of(const struct keyring_epoch_keys *keys, const struct keyring_exchange *exchange,
                   uint8_t ret_tag[KEYRING_EXCHANGE_BYTES])
{
    crypto_generichash_state state;
    uint8_t numbers[16];
    for (unsigned i = 0; i < 8; i++) {
        numbers[i] = (uint8_t)((uint64_t)exchange->node_id >> (8 * i));
        numbers[8 + i] = (uint8_t)((uint64_t)keys->epoch >> (8 * i));
    }
    crypto_generichash_init(&state, keys->index, sizeof keys->index, KEYRING_EXCHANGE_BYTES);
    crypto_generichash_update(&state, (const uint8_t *)"violet exchange 1", 17);
    crypto_generichash_update(&state, numbers, sizeof numbers);
    crypto_generichash_update(&state, exchange->key, sizeof exchange->key);
    crypto_generichash_final(&state, ret_tag, KEYRING_EXCHANGE_BYTES);
    sodium_memzero(&state, sizeof state);
}

static enum err offer_on_disk(struct keyring *keyring, const struct keyring_image *image, uint8_t *page,
                              void *context)
{
    uint8_t public_half[KEYRING_EXCHANGE_BYTES], secret[KEYRING_EXCHANGE_BYTES];
    unsigned slot = 1 - keyring_newest_slot(keyring);
    (void)image;
    (void)context;
    if (keyring_turn_under_way(keyring))
        return ERR_STATE;
    if (keyring->offers)
        return ERR_NONE;
    keyring_exchange_pair(public_half, secret);
    keyring_page_exchange(keyring->name, slot, secret, public_half, page);
    sodium_memzero(secret, sizeof secret);
    FAILPOINT("keyring.offer.start");
    KEYRING_WRITE_ALL(&keyring->copies, keyring_page_of_keys(slot), page, "keyring.offer");
    return ERR_NONE;
}

static bool offered(struct keyring *keyring, int64_t node_id, struct keyring_exchange *ret_exchange)
{
    pthread_rwlock_rdlock(&keyring->lock);
    bool offers = keyring->offers;
    if (offers) {
        const struct keyring_epoch_keys *keys = &keyring->secrets->slots[keyring_newest_slot(keyring)];
        *ret_exchange = (struct keyring_exchange){.node_id = node_id, .epoch = keys->epoch};
        memcpy(ret_exchange->key, keyring->offered, sizeof ret_exchange->key);
        tag_of(keys, ret_exchange, ret_exchange->tag);
    }
    pthread_rwlock_unlock(&keyring->lock);
    return offers;
}

enum err keyring_exchange_offer(struct keyring *keyring, int64_t node_id,
                                struct keyring_exchange *ret_exchange)
{
    if (offered(keyring, node_id, ret_exchange))
        return ERR_NONE;
    TRY(keyring_change(keyring, offer_on_disk, NULL));
    return offered(keyring, node_id, ret_exchange) ? ERR_NONE : ERR_STATE;
}

bool keyring_exchange_verify(struct keyring *keyring, const struct keyring_exchange *exchange)
{
    uint8_t tag[KEYRING_EXCHANGE_BYTES];
    pthread_rwlock_rdlock(&keyring->lock);
    const struct keyring_epoch_keys *keys = keyring_find_epoch(keyring, exchange->epoch);
    if (keys != NULL)
        tag_of(keys, exchange, tag);
    pthread_rwlock_unlock(&keyring->lock);
    return keys != NULL && sodium_memcmp(tag, exchange->tag, sizeof tag) == 0;
}

enum err keyring_seal_next(struct keyring *keyring, const struct keyring_exchange *exchanges, size_t count,
                           uint8_t (*ret_sealed)[KEYRING_SEALED_BYTES])
{
    struct keyring_epoch_keys slots[KEYRING_SLOTS] = {{0}};
    slots[0].epoch = keyring_epoch(keyring) + 1;
    randombytes_buf(slots[0].wrapping, sizeof slots[0].wrapping);
    randombytes_buf(slots[0].index, sizeof slots[0].index);
    for (size_t i = 0; i < count; i++)
        seal_slots(slots, exchanges[i].key, ret_sealed[i]);
    sodium_memzero(slots, sizeof slots);
    return ERR_NONE;
}

enum err keyring_seal_present(struct keyring *keyring, const uint8_t key[KEYRING_EXCHANGE_BYTES],
                              uint8_t ret_sealed[KEYRING_SEALED_BYTES])
{
    pthread_rwlock_rdlock(&keyring->lock);
    seal_slots(keyring->secrets->slots, key, ret_sealed);
    pthread_rwlock_unlock(&keyring->lock);
    return ERR_NONE;
}

static enum err take_keys(struct keyring *keyring, unsigned slot, const uint8_t *keys_page, struct str sealed,
                          struct keyring_epoch_keys *ret_keys)
{
    struct keyring_epoch_keys slots[KEYRING_SLOTS];
    uint8_t public_half[KEYRING_EXCHANGE_BYTES], secret[KEYRING_EXCHANGE_BYTES];
    int64_t wanted = keyring->secrets->slots[keyring_newest_slot(keyring)].epoch + 1;
    if (!keyring_page_exchange_read(keyring->name, slot, keys_page, secret, public_half))
        return ERR_STATE;
    enum err error = open_slots(sealed, public_half, secret, slots);
    sodium_memzero(secret, sizeof secret);
    TRY(error);
    error = ERR_STATE;
    for (unsigned i = 0; i < KEYRING_SLOTS; i++)
        if (slots[i].epoch == wanted) {
            *ret_keys = slots[i];
            error = ERR_NONE;
        }
    sodium_memzero(slots, sizeof slots);
    return error;
}

static enum err take_on_disk(struct keyring *keyring, const struct keyring_image *image, uint8_t *page,
                             void *context)
{
    const struct str *sealed = context;
    struct keyring_epoch_keys keys;
    unsigned slot = 1 - keyring_newest_slot(keyring);
    if (keyring_turn_under_way(keyring))
        return ERR_STATE;
    TRY(take_keys(keyring, slot, image->pages[keyring_page_of_keys(slot)], *sealed, &keys));
    enum err error = keyring_begin_on_disk(keyring, slot, &keys, page);
    sodium_memzero(&keys, sizeof keys);
    return error;
}

enum err keyring_take_next(struct keyring *keyring, struct str sealed)
{
    return keyring_change(keyring, take_on_disk, &sealed);
}

/* A slot without keys is that of the epoch before, which is over. */
static enum err image_of(const struct keyring_epoch_keys slots[KEYRING_SLOTS], struct keyring_image *image)
{
    uint8_t name[KEYRING_NAME_BYTES];
    int64_t newest = slots[0].epoch > slots[1].epoch ? slots[0].epoch : slots[1].epoch;
    randombytes_buf(name, sizeof name);
    keyring_page_head(name, image->pages[0]);
    for (unsigned i = 0; i < KEYRING_SLOTS; i++) {
        int64_t epoch = slots[i].epoch;
        uint8_t *keys_page = image->pages[keyring_page_of_keys(i)],
                *mark_page = image->pages[keyring_page_of_mark(i)];
        if (newest <= 0 || (epoch != 0 && epoch != newest && epoch != newest - 1))
            return ERR_CORRUPT;
        if (epoch != 0)
            keyring_page_keys(name, i, &slots[i], keys_page);
        else
            randombytes_buf(keys_page, KEYRING_PAGE_BYTES);
        struct keyring_mark mark = {epoch != 0 ? epoch : newest - 1,
                                    epoch != 0 ? KEYRING_LIVE : KEYRING_FREE};
        keyring_page_mark(name, i, mark, mark_page);
    }
    return slots[0].epoch != slots[1].epoch ? ERR_NONE : ERR_CORRUPT;
}

enum err keyring_create_sealed(const char *path, const char *mirror,
                               const uint8_t public_half[KEYRING_EXCHANGE_BYTES],
                               const uint8_t secret_half[KEYRING_EXCHANGE_BYTES], struct str sealed)
{
    struct keyring_epoch_keys slots[KEYRING_SLOTS];
    if (mirror != NULL && access(mirror, F_OK) == 0)
        return ERR_EXISTS;
    TRY(open_slots(sealed, public_half, secret_half, slots));
    struct keyring_image *image = sodium_malloc(sizeof *image);
    enum err error = image != NULL ? image_of(slots, image) : ERR_MEMORY;
    sodium_memzero(slots, sizeof slots);
    if (error == ERR_NONE)
        error = disk_create_private(path, str_bytes(image, sizeof *image));
    if (error == ERR_NONE && mirror != NULL) {
        error = disk_create_private(mirror, str_bytes(image, sizeof *image));
        if (error != ERR_NONE)
            unlink(path);
    }
    sodium_free(image);
    return error;
}
