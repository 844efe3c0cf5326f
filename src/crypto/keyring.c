#include "crypto/keyring.h"

#include "base/failpoint.h"
#include "base/log.h"
#include "crypto/disk.h"
#include "crypto/keyring_inside.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Static_assert((int)KEYRING_KEY_BYTES == (int)SEAL_KEY_BYTES &&
                   KEYRING_KEY_BYTES == (int)crypto_generichash_KEYBYTES,
               "both keys of an epoch have one size");

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
    uint8_t secret[KEYRING_KEY_BYTES];
    unsigned free_slot = 1 - keyring_newest_slot(keyring);
    keyring->offers =
        !keyring_turn_under_way(keyring) &&
        keyring_page_exchange_read(keyring->name, free_slot, image->pages[keyring_page_of_keys(free_slot)],
                                   secret, keyring->offered);
    sodium_memzero(secret, sizeof secret);
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

unsigned keyring_newest_slot(const struct keyring *keyring)
{
    const struct keyring_epoch_keys *slots = keyring->secrets->slots;
    return slots[1].epoch > slots[0].epoch ? 1 : 0;
}

bool keyring_turn_under_way(const struct keyring *keyring)
{
    return keyring->secrets->slots[0].epoch != 0 && keyring->secrets->slots[1].epoch != 0;
}

const struct keyring_epoch_keys *keyring_find_epoch(const struct keyring *keyring, int64_t epoch)
{
    for (unsigned slot = 0; slot < KEYRING_SLOTS; slot++)
        if (epoch > 0 && keyring->secrets->slots[slot].epoch == epoch)
            return &keyring->secrets->slots[slot];
    return NULL;
}

/* Why an epoch is not here: it is over, or another node has begun it and it is on its way. */
static enum err missing(const struct keyring *keyring, int64_t epoch)
{
    return epoch > keyring->secrets->slots[keyring_newest_slot(keyring)].epoch ? ERR_BUSY : ERR_KEY_GONE;
}

int64_t keyring_epoch(struct keyring *keyring)
{
    pthread_rwlock_rdlock(&keyring->lock);
    int64_t epoch = keyring->secrets->slots[keyring_newest_slot(keyring)].epoch;
    pthread_rwlock_unlock(&keyring->lock);
    return epoch;
}

int64_t keyring_epoch_oldest(struct keyring *keyring)
{
    pthread_rwlock_rdlock(&keyring->lock);
    unsigned newest = keyring_newest_slot(keyring);
    int64_t epoch = keyring->secrets->slots[keyring_turn_under_way(keyring) ? 1 - newest : newest].epoch;
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

enum err keyring_wrap_under(struct keyring *keyring, int64_t epoch, const char *kind, int64_t owner,
                            const struct seal_key *key, uint8_t ret_wrapped[KEYRING_WRAPPED_BYTES])
{
    struct seal_key wrapping = {{0}};
    enum err error = ERR_NONE;
    pthread_rwlock_rdlock(&keyring->lock);
    const struct keyring_epoch_keys *keys = keyring_find_epoch(keyring, epoch);
    if (keys != NULL)
        wrapping = wrapping_key(keys);
    else
        error = missing(keyring, epoch);
    pthread_rwlock_unlock(&keyring->lock);
    if (error != ERR_NONE)
        return error;
    const struct seal_place place = {.table = kind, .owner = owner, .row = epoch};
    seal_box_into(&wrapping, &place, str_bytes(key->bytes, sizeof key->bytes), ret_wrapped);
    sodium_memzero(&wrapping, sizeof wrapping);
    return ERR_NONE;
}

enum err keyring_wrap(struct keyring *keyring, const char *kind, int64_t owner, const struct seal_key *key,
                      int64_t *ret_epoch, uint8_t ret_wrapped[KEYRING_WRAPPED_BYTES])
{
    int64_t epoch = keyring_epoch(keyring);
    TRY(keyring_wrap_under(keyring, epoch, kind, owner, key, ret_wrapped));
    *ret_epoch = epoch;
    return ERR_NONE;
}

enum err keyring_unwrap(struct keyring *keyring, int64_t epoch, const char *kind, int64_t owner,
                        struct str wrapped, struct seal_key *ret_key)
{
    if (wrapped.length != KEYRING_WRAPPED_BYTES)
        return ERR_CORRUPT;
    pthread_rwlock_rdlock(&keyring->lock);
    const struct keyring_epoch_keys *keys = keyring_find_epoch(keyring, epoch);
    struct seal_key wrapping = {{0}};
    enum err found = keys != NULL ? ERR_NONE : missing(keyring, epoch);
    if (keys != NULL)
        wrapping = wrapping_key(keys);
    pthread_rwlock_unlock(&keyring->lock);
    TRY(found);
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
    const struct keyring_epoch_keys *keys = keyring_find_epoch(keyring, epoch);
    enum err error = keys != NULL ? ERR_NONE : missing(keyring, epoch);
    if (keys != NULL)
        crypto_generichash(ret_tag, KEYRING_TAG_BYTES, hash, sizeof hash, keys->index, sizeof keys->index);
    pthread_rwlock_unlock(&keyring->lock);
    sodium_memzero(hash, sizeof hash);
    return error;
}

/* The keys are on every copy before any copy calls them live: no mark ever stands beside half a key. */
enum err keyring_begin_on_disk(struct keyring *keyring, unsigned slot, const struct keyring_epoch_keys *keys,
                               uint8_t *page)
{
    keyring_page_keys(keyring->name, slot, keys, page);
    FAILPOINT("keyring.begin.start");
    KEYRING_WRITE_ALL(&keyring->copies, keyring_page_of_keys(slot), page, "keyring.begin.keys");
    keyring_page_mark(keyring->name, slot, (struct keyring_mark){keys->epoch, KEYRING_LIVE}, page);
    KEYRING_WRITE_ALL(&keyring->copies, keyring_page_of_mark(slot), page, "keyring.begin.live");
    return ERR_NONE;
}

static enum err begin_on_disk(struct keyring *keyring, unsigned slot, int64_t epoch, uint8_t *page)
{
    struct keyring_epoch_keys keys;
    new_keys(epoch, &keys);
    enum err error = keyring_begin_on_disk(keyring, slot, &keys, page);
    sodium_memzero(&keys, sizeof keys);
    return error;
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

struct turn {
    enum turn_step step;
    bool was_under_way;
};

/* With the copies claimed and read anew. What an earlier call could not put on every copy is there by now:
 * that is this call's answer, not a second turn. */
static enum err turn_on_disk(struct keyring *keyring, const struct keyring_image *image, uint8_t *page,
                             void *context)
{
    const struct turn *turn = context;
    unsigned newest = keyring_newest_slot(keyring), other = 1 - newest;
    const struct keyring_epoch_keys *slots = keyring->secrets->slots;
    bool under_way = keyring_turn_under_way(keyring);
    (void)image;
    if (under_way != (turn->step == TURN_FINISH))
        return turn->was_under_way != under_way ? ERR_NONE : ERR_STATE;
    return turn->step == TURN_BEGIN ? begin_on_disk(keyring, other, slots[newest].epoch + 1, page)
                                    : finish_on_disk(keyring, other, slots[other].epoch, page);
}

/* Two images: what the copies hold, and room for a page. */
static enum err change_claimed(struct keyring *keyring, keyring_change_fn *change, void *context,
                               struct keyring_image *images)
{
    TRY(keyring_copies_claim(&keyring->copies, &images[0]));
    secrets_load(keyring, &images[0]);
    enum err error = change(keyring, &images[0], images[1].pages[0], context);
    if (error == ERR_NONE && (error = keyring_copies_claim(&keyring->copies, &images[0])) == ERR_NONE)
        secrets_load(keyring, &images[0]);
    keyring_copies_release(&keyring->copies);
    return error;
}

enum err keyring_change(struct keyring *keyring, keyring_change_fn *change, void *context)
{
    struct keyring_image *images = sodium_allocarray(2, sizeof *images);
    if (images == NULL)
        return ERR_MEMORY;
    pthread_rwlock_wrlock(&keyring->lock);
    enum err error = change_claimed(keyring, change, context, images);
    pthread_rwlock_unlock(&keyring->lock);
    sodium_free(images);
    return error;
}

static enum err turn(struct keyring *keyring, enum turn_step step)
{
    pthread_rwlock_rdlock(&keyring->lock);
    struct turn turn = {.step = step, .was_under_way = keyring_turn_under_way(keyring)};
    pthread_rwlock_unlock(&keyring->lock);
    return keyring_change(keyring, turn_on_disk, &turn);
}

enum err keyring_turn_begin(struct keyring *keyring)
{
    return turn(keyring, TURN_BEGIN);
}

enum err keyring_turn_finish(struct keyring *keyring)
{
    return turn(keyring, TURN_FINISH);
}
