#include "crypto/keyring.h"

#include "base/failpoint.h"
#include "base/log.h"
#include "crypto/disk.h"
#include "crypto/keyring_copies.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Static_assert((int)KEYRING_KEY_BYTES == (int)SEAL_KEY_BYTES &&
                   KEYRING_KEY_BYTES == (int)crypto_generichash_KEYBYTES,
               "both keys of an epoch have one size");

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
};

static void new_keys(int64_t epoch, struct keyring_epoch_keys *ret_keys)
{
    ret_keys->epoch = epoch;
    randombytes_buf(ret_keys->wrapping, sizeof ret_keys->wrapping);
    randombytes_buf(ret_keys->index, sizeof ret_keys->index);
}

static void new_image(struct keyring_image *image)
{
    uint8_t name[KEYRING_NAME_BYTES];
    struct keyring_epoch_keys keys;
    randombytes_buf(name, sizeof name);
    new_keys(1, &keys);
    keyring_page_head(name, image->pages[0]);
    keyring_page_keys(name, 0, &keys, image->pages[keyring_page_of_keys(0)]);
    keyring_page_mark(name, 0, (struct keyring_mark){1, KEYRING_LIVE}, image->pages[keyring_page_of_mark(0)]);
    randombytes_buf(image->pages[keyring_page_of_keys(1)], KEYRING_PAGE_BYTES);
    keyring_page_mark(name, 1, (struct keyring_mark){0, KEYRING_FREE}, image->pages[keyring_page_of_mark(1)]);
    sodium_memzero(&keys, sizeof keys);
}

enum err keyring_create(const char *path, const char *mirror)
{
    disk_no_dumps();
    if (mirror != NULL && access(mirror, F_OK) == 0)
        return ERR_EXISTS;
    struct keyring_image *image = sodium_malloc(sizeof *image);
    if (image == NULL)
        return ERR_MEMORY;
    new_image(image);
    struct str content = str_bytes(image, sizeof *image);
    enum err error = disk_create_private(path, content);
    if (error == ERR_NONE && mirror != NULL) {
        error = disk_create_private(mirror, content);
        if (error != ERR_NONE) /* nothing was wrapped under it yet */
            unlink(path);
    }
    sodium_free(image);
    return error;
}

static void secrets_load(struct keyring *keyring, const struct keyring_image *image)
{
    struct secrets *secrets = keyring->secrets;
    struct keyring_mark mark;
    sodium_mprotect_readwrite(secrets);
    sodium_memzero(secrets, sizeof *secrets);
    keyring_page_head_read(image->pages[0], keyring->name);
    for (unsigned slot = 0; slot < KEYRING_SLOTS; slot++) {
        const uint8_t *page = image->pages[keyring_page_of_mark(slot)];
        if (keyring_page_mark_read(keyring->name, slot, page, &mark) && mark.stage == KEYRING_LIVE)
            keyring_page_keys_read(keyring->name, slot, image->pages[keyring_page_of_keys(slot)],
                                   &secrets->slots[slot]);
    }
    sodium_mprotect_readonly(secrets);
}

static enum err open_into(struct keyring *keyring, const char *path, const char *mirror,
                          const char **ret_reason)
{
    struct keyring_image *image = sodium_malloc(sizeof *image);
    keyring->secrets = sodium_malloc(sizeof *keyring->secrets);
    bool memory = image != NULL && keyring->secrets != NULL;
    enum err error = ERR_MEMORY;
    if (memory)
        error = keyring_copies_open(path, mirror, &keyring->copies, image, ret_reason);
    if (error == ERR_NONE)
        secrets_load(keyring, image);
    sodium_free(image);
    return error;
}

enum err keyring_open(const char *path, const char *mirror, struct keyring **ret_keyring,
                      const char **ret_reason)
{
    disk_no_dumps();
    const char *reason = "";
    struct keyring *keyring = calloc(1, sizeof *keyring);
    if (keyring == NULL)
        return ERR_MEMORY;
    keyring->copies = (struct keyring_copies){.fd = {-1, -1}};
    pthread_rwlock_init(&keyring->lock, NULL);
    enum err error = open_into(keyring, path, mirror, &reason);
    if (ret_reason != NULL)
        *ret_reason = reason;
    if (error != ERR_NONE)
        keyring_free(keyring);
    else
        *ret_keyring = keyring;
    return error;
}

void keyring_free(struct keyring *keyring)
{
    if (keyring == NULL)
        return;
    keyring_copies_close(&keyring->copies);
    sodium_free(keyring->secrets);
    pthread_rwlock_destroy(&keyring->lock);
    free(keyring);
}

/* Slot of the highest epoch. The caller holds the lock. */
static unsigned newest_slot(const struct keyring *keyring)
{
    const struct keyring_epoch_keys *slots = keyring->secrets->slots;
    return slots[1].epoch > slots[0].epoch ? 1 : 0;
}

static bool turn_under_way(const struct keyring *keyring)
{
    return keyring->secrets->slots[0].epoch != 0 && keyring->secrets->slots[1].epoch != 0;
}

static const struct keyring_epoch_keys *find_epoch(const struct keyring *keyring, int64_t epoch)
{
    for (unsigned slot = 0; slot < KEYRING_SLOTS; slot++)
        if (epoch > 0 && keyring->secrets->slots[slot].epoch == epoch)
            return &keyring->secrets->slots[slot];
    return NULL;
}

int64_t keyring_epoch(struct keyring *keyring)
{
    pthread_rwlock_rdlock(&keyring->lock);
    int64_t epoch = keyring->secrets->slots[newest_slot(keyring)].epoch;
    pthread_rwlock_unlock(&keyring->lock);
    return epoch;
}

int64_t keyring_epoch_oldest(struct keyring *keyring)
{
    pthread_rwlock_rdlock(&keyring->lock);
    unsigned newest = newest_slot(keyring);
    int64_t epoch = keyring->secrets->slots[turn_under_way(keyring) ? 1 - newest : newest].epoch;
    pthread_rwlock_unlock(&keyring->lock);
    return epoch;
}

bool keyring_mirrored(struct keyring *keyring)
{
    pthread_rwlock_rdlock(&keyring->lock);
    bool equal = keyring_copies_equal(&keyring->copies);
    pthread_rwlock_unlock(&keyring->lock);
    return equal;
}

static struct seal_key wrapping_key(const struct keyring_epoch_keys *keys)
{
    struct seal_key key;
    memcpy(key.bytes, keys->wrapping, sizeof key.bytes);
    return key;
}

enum err keyring_wrap(struct keyring *keyring, const char *kind, int64_t owner, const struct seal_key *key,
                      int64_t *ret_epoch, uint8_t ret_wrapped[KEYRING_WRAPPED_BYTES])
{
    pthread_rwlock_rdlock(&keyring->lock);
    const struct keyring_epoch_keys *keys = &keyring->secrets->slots[newest_slot(keyring)];
    struct seal_key wrapping = wrapping_key(keys);
    int64_t epoch = keys->epoch;
    pthread_rwlock_unlock(&keyring->lock);
    const struct seal_place place = {.table = kind, .owner = owner, .row = epoch};
    seal_box_into(&wrapping, &place, str_bytes(key->bytes, sizeof key->bytes), ret_wrapped);
    sodium_memzero(&wrapping, sizeof wrapping);
    *ret_epoch = epoch;
    return ERR_NONE;
}

enum err keyring_unwrap(struct keyring *keyring, int64_t epoch, const char *kind, int64_t owner,
                        struct str wrapped, struct seal_key *ret_key)
{
    if (wrapped.length != KEYRING_WRAPPED_BYTES)
        return ERR_CORRUPT;
    pthread_rwlock_rdlock(&keyring->lock);
    const struct keyring_epoch_keys *keys = find_epoch(keyring, epoch);
    struct seal_key wrapping = {{0}};
    if (keys != NULL)
        wrapping = wrapping_key(keys);
    pthread_rwlock_unlock(&keyring->lock);
    if (keys == NULL)
        return ERR_KEY_GONE;
    const struct seal_place place = {.table = kind, .owner = owner, .row = epoch};
    struct seal_key key;
    enum err error = seal_open_into(&wrapping, &place, wrapped, key.bytes);
    if (error == ERR_NONE)
        *ret_key = key;
    sodium_memzero(&wrapping, sizeof wrapping);
    sodium_memzero(&key, sizeof key);
    return error;
}

enum err keyring_tag(struct keyring *keyring, int64_t epoch, const char *kind, struct str value,
                     uint8_t ret_tag[KEYRING_TAG_BYTES])
{
    uint8_t hash[32];
    const struct str parts[] = {STR("violet tag 1"), str_from(kind), value};
    seal_hash(parts, sizeof parts / sizeof *parts, hash);
    pthread_rwlock_rdlock(&keyring->lock);
    const struct keyring_epoch_keys *keys = find_epoch(keyring, epoch);
    if (keys != NULL)
        crypto_generichash(ret_tag, KEYRING_TAG_BYTES, hash, sizeof hash, keys->index, sizeof keys->index);
    pthread_rwlock_unlock(&keyring->lock);
    sodium_memzero(hash, sizeof hash);
    return keys != NULL ? ERR_NONE : ERR_KEY_GONE;
}

/* The keys are on every copy before any copy calls them live: no mark ever stands beside half a key. */
static enum err begin_on_disk(struct keyring *keyring, unsigned slot, int64_t epoch, uint8_t *page)
{
    struct keyring_epoch_keys keys;
    new_keys(epoch, &keys);
    keyring_page_keys(keyring->name, slot, &keys, page);
    sodium_memzero(&keys, sizeof keys);
    FAILPOINT("keyring.begin.start");
    KEYRING_WRITE_ALL(&keyring->copies, keyring_page_of_keys(slot), page, "keyring.begin.keys");
    keyring_page_mark(keyring->name, slot, (struct keyring_mark){epoch, KEYRING_LIVE}, page);
    KEYRING_WRITE_ALL(&keyring->copies, keyring_page_of_mark(slot), page, "keyring.begin.live");
    return ERR_NONE;
}

/* The intention is on every copy before any copy loses the keys: cut off anywhere, the next opening goes on.
 */
static enum err finish_on_disk(struct keyring *keyring, unsigned slot, int64_t epoch, uint8_t *page)
{
    keyring_page_mark(keyring->name, slot, (struct keyring_mark){epoch, KEYRING_DYING}, page);
    FAILPOINT("keyring.finish.start");
    KEYRING_WRITE_ALL(&keyring->copies, keyring_page_of_mark(slot), page, "keyring.finish.dying");
    return keyring_copies_forget(&keyring->copies, keyring->name, slot, epoch);
}

enum turn_step { TURN_BEGIN, TURN_FINISH };

/* With the copies claimed and read anew. What an earlier call could not put on every copy is there by now:
 * that is this call's answer, not a second turn. */
static enum err turn_on_disk(struct keyring *keyring, enum turn_step step, bool was_under_way, uint8_t *page)
{
    unsigned newest = newest_slot(keyring), other = 1 - newest;
    const struct keyring_epoch_keys *slots = keyring->secrets->slots;
    bool under_way = turn_under_way(keyring);
    if (under_way != (step == TURN_FINISH))
        return was_under_way != under_way ? ERR_NONE : ERR_STATE;
    return step == TURN_BEGIN ? begin_on_disk(keyring, other, slots[newest].epoch + 1, page)
                              : finish_on_disk(keyring, other, slots[other].epoch, page);
}

static enum err turn_claimed(struct keyring *keyring, enum turn_step step, struct keyring_image *image)
{
    bool was_under_way = turn_under_way(keyring);
    TRY(keyring_copies_claim(&keyring->copies, image));
    secrets_load(keyring, image);
    enum err error = turn_on_disk(keyring, step, was_under_way, image->pages[0]);
    if (error == ERR_NONE && (error = keyring_copies_claim(&keyring->copies, image)) == ERR_NONE)
        secrets_load(keyring, image);
    keyring_copies_release(&keyring->copies);
    return error;
}

static enum err turn(struct keyring *keyring, enum turn_step step)
{
    struct keyring_image *image = sodium_malloc(sizeof *image);
    if (image == NULL)
        return ERR_MEMORY;
    pthread_rwlock_wrlock(&keyring->lock);
    enum err error = turn_claimed(keyring, step, image);
    pthread_rwlock_unlock(&keyring->lock);
    sodium_free(image);
    return error;
}

enum err keyring_turn_begin(struct keyring *keyring)
{
    return turn(keyring, TURN_BEGIN);
}

enum err keyring_turn_finish(struct keyring *keyring)
{
    return turn(keyring, TURN_FINISH);
}
