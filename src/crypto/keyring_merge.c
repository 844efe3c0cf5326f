#include "crypto/keyring_page.h"

#include <sodium.h>
#include <string.h>

enum { COPIES = 2 };

static bool mark_above(struct keyring_mark a, struct keyring_mark b)
{
    return a.epoch != b.epoch ? a.epoch > b.epoch : a.stage > b.stage;
}

static int64_t keys_epoch(const uint8_t *name, unsigned slot, const struct keyring_image *copy)
{
    struct keyring_epoch_keys keys = {0};
    bool whole = keyring_page_keys_read(name, slot, copy->pages[keyring_page_of_keys(slot)], &keys);
    int64_t epoch = whole ? keys.epoch : 0;
    sodium_memzero(&keys, sizeof keys);
    return epoch;
}

/* A torn mark beside whole keys was on its way to or from live, and nothing was acknowledged on it: live. */
static bool mark_of(const uint8_t *name, unsigned slot, const struct keyring_image *copy,
                    struct keyring_mark *ret_mark)
{
    if (keyring_page_mark_read(name, slot, copy->pages[keyring_page_of_mark(slot)], ret_mark))
        return true;
    *ret_mark = (struct keyring_mark){keys_epoch(name, slot, copy), KEYRING_LIVE};
    return ret_mark->epoch > 0;
}

/* Keys of a live slot must be there; where none may be, what is left of them is overwritten. */
static enum err merge_keys(const uint8_t *name, unsigned slot, struct keyring_mark mark,
                           const struct keyring_image *const *copies, uint8_t *ret_page)
{
    bool live = mark.stage == KEYRING_LIVE;
    for (unsigned i = 0; i < COPIES; i++) {
        if (copies[i] == NULL)
            continue;
        int64_t epoch = keys_epoch(name, slot, copies[i]);
        if (live ? epoch == mark.epoch : epoch == 0) {
            memcpy(ret_page, copies[i]->pages[keyring_page_of_keys(slot)], KEYRING_PAGE_BYTES);
            return ERR_NONE;
        }
    }
    if (live)
        return ERR_CORRUPT;
    randombytes_buf(ret_page, KEYRING_PAGE_BYTES);
    return ERR_NONE;
}

static enum err merge_slot(const uint8_t *name, unsigned slot, const struct keyring_image *const *copies,
                           struct keyring_image *ret_image, struct keyring_mark *ret_mark)
{
    bool known = false;
    for (unsigned i = 0; i < COPIES; i++) {
        struct keyring_mark mark;
        if (copies[i] == NULL || !mark_of(name, slot, copies[i], &mark))
            continue;
        if (!known || mark_above(mark, *ret_mark))
            *ret_mark = mark;
        known = true;
    }
    if (!known)
        return ERR_CORRUPT;
    TRY(merge_keys(name, slot, *ret_mark, copies, ret_image->pages[keyring_page_of_keys(slot)]));
    keyring_page_mark(name, slot, *ret_mark, ret_image->pages[keyring_page_of_mark(slot)]);
    return ERR_NONE;
}

static enum err merge_head(const struct keyring_image *const *copies, uint8_t *ret_name,
                           const char **ret_reason)
{
    uint8_t name[KEYRING_NAME_BYTES];
    enum err result = ERR_CORRUPT;
    *ret_reason = "no copy of the keyring begins as one";
    for (unsigned i = 0; i < COPIES; i++) {
        enum err error = copies[i] == NULL ? ERR_CORRUPT : keyring_page_head_read(copies[i]->pages[0], name);
        if (error == ERR_VERSION_NEWER) {
            *ret_reason = "the keyring was written by a newer version";
            return error;
        }
        if (error != ERR_NONE)
            continue;
        if (result == ERR_NONE && memcmp(name, ret_name, sizeof name) != 0) {
            *ret_reason = "the two files belong to different keyrings";
            return ERR_CORRUPT;
        }
        memcpy(ret_name, name, sizeof name);
        result = ERR_NONE;
    }
    return result;
}

/* The newest epoch is live; the other slot is the one before it, whatever its stage. */
static bool marks_fit(struct keyring_mark a, struct keyring_mark b)
{
    struct keyring_mark newest = a.epoch > b.epoch ? a : b, other = a.epoch > b.epoch ? b : a;
    return newest.epoch > 0 && newest.stage == KEYRING_LIVE && newest.epoch == other.epoch + 1;
}

enum err keyring_merge(const struct keyring_image *first, const struct keyring_image *second,
                       struct keyring_image *ret_image, const char **ret_reason)
{
    const struct keyring_image *const copies[COPIES] = {first, second};
    uint8_t name[KEYRING_NAME_BYTES];
    struct keyring_mark marks[KEYRING_SLOTS];
    TRY(merge_head(copies, name, ret_reason));
    keyring_page_head(name, ret_image->pages[0]);
    *ret_reason = "the keys of an epoch are damaged on every copy";
    for (unsigned slot = 0; slot < KEYRING_SLOTS; slot++)
        TRY(merge_slot(name, slot, copies, ret_image, &marks[slot]));
    *ret_reason = "the epochs in the keyring do not follow each other";
    if (!marks_fit(marks[0], marks[1]))
        return ERR_CORRUPT;
    *ret_reason = "";
    return ERR_NONE;
}
