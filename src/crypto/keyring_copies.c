#include "crypto/keyring_copies.h"

#include "base/log.h"
#include "crypto/disk.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Both files as they are. Page by page, since a file that is cut short may still hold what the other lost. */
struct snapshot {
    struct keyring_image images[KEYRING_COPIES];
    bool present[KEYRING_COPIES], sized[KEYRING_COPIES];
};

static struct str image_str(const struct keyring_image *image)
{
    return str_bytes(image, sizeof *image);
}

static bool same_file(int fd, const char *path)
{
    struct stat ours, there;
    return fstat(fd, &ours) == 0 && stat(path, &there) == 0 && ours.st_dev == there.st_dev &&
           ours.st_ino == there.st_ino;
}

void keyring_copies_close(struct keyring_copies *copies)
{
    for (unsigned i = 0; i < KEYRING_COPIES; i++) {
        if (copies->fd[i] >= 0)
            close(copies->fd[i]);
        free(copies->path[i]);
        copies->fd[i] = -1;
        copies->path[i] = NULL;
    }
}

static enum err lock_all(const struct keyring_copies *copies, int operation)
{
    for (unsigned i = 0; i < KEYRING_COPIES; i++)
        if (copies->fd[i] >= 0)
            TRY(disk_lock(copies->fd[i], operation));
    return ERR_NONE;
}

void keyring_copies_release(struct keyring_copies *copies)
{
    lock_all(copies, LOCK_SH);
}

static enum err snapshot_read(const struct keyring_copies *copies, struct snapshot *ret_snapshot)
{
    memset(ret_snapshot, 0, sizeof *ret_snapshot);
    for (unsigned i = 0; i < KEYRING_COPIES; i++) {
        struct stat status;
        if (copies->fd[i] < 0)
            continue;
        if (fstat(copies->fd[i], &status) != 0)
            return ERR_IO;
        ret_snapshot->present[i] = true;
        ret_snapshot->sized[i] = status.st_size == KEYRING_FILE_BYTES;
        for (unsigned page = 0; page < KEYRING_PAGES; page++) {
            enum err error = disk_read_at(copies->fd[i], ret_snapshot->images[i].pages[page],
                                          KEYRING_PAGE_BYTES, (off_t)page * KEYRING_PAGE_BYTES);
            if (error == ERR_IO) /* a bad sector is a damaged page, which the other copy may mend */
                memset(ret_snapshot->images[i].pages[page], 0, KEYRING_PAGE_BYTES);
        }
    }
    return ERR_NONE;
}

static enum err snapshot_merge(const struct snapshot *snapshot, struct keyring_image *ret_image,
                               const char **ret_reason)
{
    const struct keyring_image *const images = snapshot->images;
    return keyring_merge(snapshot->present[0] ? &images[0] : NULL, snapshot->present[1] ? &images[1] : NULL,
                         ret_image, ret_reason);
}

static int dying_slot(const struct keyring_image *image, uint8_t *ret_name, int64_t *ret_epoch)
{
    struct keyring_mark mark;
    if (keyring_page_head_read(image->pages[0], ret_name) != ERR_NONE)
        return -1;
    for (unsigned slot = 0; slot < KEYRING_SLOTS; slot++) {
        const uint8_t *page = image->pages[keyring_page_of_mark(slot)];
        if (!keyring_page_mark_read(ret_name, slot, page, &mark) || mark.stage != KEYRING_DYING)
            continue;
        *ret_epoch = mark.epoch;
        return (int)slot;
    }
    return -1;
}

static bool copy_is_right(const struct snapshot *snapshot, unsigned copy, const struct keyring_image *image)
{
    return snapshot->present[copy] && snapshot->sized[copy] &&
           memcmp(&snapshot->images[copy], image, sizeof *image) == 0;
}

static bool needs_mending(const struct keyring_copies *copies, const struct snapshot *snapshot,
                          const struct keyring_image *image)
{
    uint8_t name[KEYRING_NAME_BYTES];
    int64_t epoch;
    for (unsigned i = 0; i < KEYRING_COPIES; i++)
        if (copies->path[i] != NULL && !copy_is_right(snapshot, i, image))
            return true;
    return dying_slot(image, name, &epoch) >= 0;
}

static enum err make_copy(struct keyring_copies *copies, unsigned copy, const struct keyring_image *image)
{
    TRY(disk_create_private(copies->path[copy], image_str(image)));
    TRY(disk_open_private(copies->path[copy], &copies->fd[copy]));
    return disk_lock(copies->fd[copy], LOCK_EX | LOCK_NB);
}

static enum err mend_copy(struct keyring_copies *copies, unsigned copy, const struct snapshot *snapshot,
                          const struct keyring_image *image)
{
    if (!snapshot->present[copy])
        return make_copy(copies, copy, image);
    for (unsigned number = 0; number < KEYRING_PAGES; number++) {
        const uint8_t *page = image->pages[number];
        if (memcmp(snapshot->images[copy].pages[number], page, KEYRING_PAGE_BYTES) != 0)
            TRY(keyring_copies_write(copies, copy, number, page));
    }
    if (!snapshot->sized[copy] && ftruncate(copies->fd[copy], KEYRING_FILE_BYTES) != 0)
        return ERR_IO;
    return fsync(copies->fd[copy]) == 0 ? ERR_NONE : ERR_IO;
}

/* A copy that cannot be mended leaves the keyring unmirrored, which doctor shows; but what must be forgotten
 * is forgotten on every copy, or the keyring stays shut. */
static enum err mend(struct keyring_copies *copies, const struct snapshot *snapshot,
                     struct keyring_image *image, const char **ret_reason)
{
    uint8_t name[KEYRING_NAME_BYTES];
    int64_t epoch = 0;
    bool every = true;
    for (unsigned i = 0; i < KEYRING_COPIES; i++) {
        if (copies->path[i] == NULL || copy_is_right(snapshot, i, image))
            continue;
        enum err error = mend_copy(copies, i, snapshot, image);
        if (error == ERR_NONE)
            log_info("keyring_mended", LOG_INT("copy", i));
        else
            log_error("keyring_not_mended", LOG_INT("copy", i), LOG_ERR(error));
        every = every && error == ERR_NONE;
    }
    int slot = dying_slot(image, name, &epoch);
    if (slot < 0)
        return ERR_NONE;
    *ret_reason = "an epoch must be overwritten on every copy first, and one cannot be written";
    if (!every)
        return ERR_IO;
    TRY(keyring_copies_forget(copies, name, (unsigned)slot, epoch));
    *ret_reason = "";
    return ERR_NONE;
}

/* Under exclusive locks. */
static enum err mend_and_read(struct keyring_copies *copies, struct snapshot *snapshot,
                              struct keyring_image *image, const char **ret_reason)
{
    TRY(snapshot_read(copies, snapshot));
    TRY(snapshot_merge(snapshot, image, ret_reason));
    if (!needs_mending(copies, snapshot, image))
        return ERR_NONE;
    TRY(mend(copies, snapshot, image, ret_reason));
    TRY(snapshot_read(copies, snapshot));
    return snapshot_merge(snapshot, image, ret_reason);
}

static enum err read_and_mend(struct keyring_copies *copies, struct snapshot *snapshot,
                              struct keyring_image *image, const char **ret_reason)
{
    TRY(snapshot_read(copies, snapshot));
    TRY(snapshot_merge(snapshot, image, ret_reason));
    if (!needs_mending(copies, snapshot, image))
        return ERR_NONE;
    enum err error = lock_all(copies, LOCK_EX | LOCK_NB);
    if (error == ERR_NONE) {
        TRY(mend_and_read(copies, snapshot, image, ret_reason));
        return lock_all(copies, LOCK_SH);
    }
    if (error != ERR_LOCKED)
        return error;
    log_warn("keyring_in_use_not_mended");
    TRY(lock_all(copies, LOCK_SH)); /* the lock was lost on the way, so the bytes may be others by now */
    TRY(snapshot_read(copies, snapshot));
    return snapshot_merge(snapshot, image, ret_reason);
}

static enum err open_files(struct keyring_copies *copies, const char **ret_reason)
{
    bool any = false;
    for (unsigned i = 0; i < KEYRING_COPIES; i++) {
        if (copies->path[i] == NULL)
            continue;
        enum err error = disk_open_private(copies->path[i], &copies->fd[i]);
        any = any || error == ERR_NONE;
        *ret_reason = error == ERR_FORBIDDEN ? "a keyring file must be ours, with mode 0600"
                                             : "a keyring file cannot be opened";
        if (error != ERR_NONE && error != ERR_NOT_FOUND)
            return error;
    }
    *ret_reason = any ? "" : "there is no keyring file";
    return any ? ERR_NONE : ERR_NOT_FOUND;
}

enum err keyring_copies_open(const char *path, const char *mirror, struct keyring_copies *ret_copies,
                             struct keyring_image *ret_image, const char **ret_reason)
{
    struct keyring_copies copies = {
        .path = {strdup(path), mirror != NULL ? strdup(mirror) : NULL},
        .fd = {-1, -1},
    };
    struct snapshot *snapshot = sodium_malloc(sizeof *snapshot);
    bool memory = snapshot != NULL && copies.path[0] != NULL && (mirror == NULL || copies.path[1] != NULL);
    enum err error = memory ? open_files(&copies, ret_reason) : ERR_MEMORY;
    if (error == ERR_NONE)
        error = lock_all(&copies, LOCK_SH);
    if (error == ERR_NONE)
        error = read_and_mend(&copies, snapshot, ret_image, ret_reason);
    sodium_free(snapshot);
    if (error != ERR_NONE)
        keyring_copies_close(&copies);
    else
        *ret_copies = copies;
    return error;
}

static enum err claimed(struct keyring_copies *copies, struct snapshot *snapshot,
                        struct keyring_image *ret_image)
{
    const char *reason;
    TRY(mend_and_read(copies, snapshot, ret_image, &reason));
    return needs_mending(copies, snapshot, ret_image) ? ERR_IO : ERR_NONE;
}

enum err keyring_copies_claim(struct keyring_copies *copies, struct keyring_image *ret_image)
{
    struct snapshot *snapshot = sodium_malloc(sizeof *snapshot);
    enum err error = snapshot == NULL ? ERR_MEMORY : lock_all(copies, LOCK_EX | LOCK_NB);
    if (error == ERR_NONE)
        error = claimed(copies, snapshot, ret_image);
    sodium_free(snapshot);
    if (error != ERR_NONE)
        keyring_copies_release(copies);
    return error;
}

enum err keyring_copies_write(struct keyring_copies *copies, unsigned copy, unsigned number,
                              const uint8_t *page)
{
    if (copies->path[copy] == NULL)
        return ERR_NONE;
    if (copies->fd[copy] < 0 || !same_file(copies->fd[copy], copies->path[copy]))
        return ERR_IO;
    return disk_write_at(copies->fd[copy], page, KEYRING_PAGE_BYTES, (off_t)number * KEYRING_PAGE_BYTES);
}

enum err keyring_copies_forget(struct keyring_copies *copies, const uint8_t *name, unsigned slot,
                               int64_t epoch)
{
    uint8_t page[KEYRING_PAGE_BYTES];
    randombytes_buf(page, sizeof page); /* not zeros, which some disks turn into a discard beside the block */
    KEYRING_WRITE_ALL(copies, keyring_page_of_keys(slot), page, "keyring.finish.overwritten");
    keyring_page_mark(name, slot, (struct keyring_mark){epoch, KEYRING_FREE}, page);
    KEYRING_WRITE_ALL(copies, keyring_page_of_mark(slot), page, "keyring.finish.free");
    return ERR_NONE;
}

bool keyring_copies_equal(const struct keyring_copies *copies)
{
    for (unsigned i = 0; i < KEYRING_COPIES; i++)
        if (copies->fd[i] < 0 || !same_file(copies->fd[i], copies->path[i]))
            return false;
    struct snapshot *snapshot = sodium_malloc(sizeof *snapshot);
    bool equal = snapshot != NULL && snapshot_read(copies, snapshot) == ERR_NONE && snapshot->sized[0] &&
                 copy_is_right(snapshot, 1, &snapshot->images[0]);
    sodium_free(snapshot);
    return equal;
}
