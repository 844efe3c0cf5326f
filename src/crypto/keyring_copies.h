/* The one or two files of a keyring on their disks: locked, compared, mended, overwritten in place. */
#ifndef CRYPTO_KEYRING_COPIES_H
#define CRYPTO_KEYRING_COPIES_H

#include "base/err.h"
#include "base/failpoint.h"
#include "crypto/keyring_page.h"

#include <stdbool.h>

enum { KEYRING_COPIES = 2 };

/* fds are -1 where a copy is not there; path is NULL where none was asked for. */
struct keyring_copies {
    char *path[KEYRING_COPIES];
    int fd[KEYRING_COPIES];
};

/* Opens what is there under shared locks and tells in ret_image what every copy should hold; where no other
 * process has the keyring, also makes it so. ret_image is for sodium_malloc memory. Errors of keyring_open.
 */
enum err keyring_copies_open(const char *path, const char *mirror, struct keyring_copies *ret_copies,
                             struct keyring_image *ret_image, const char **ret_reason);
/* Closes, which unlocks. */
void keyring_copies_close(struct keyring_copies *copies);
/* Takes every copy for this process alone, which a turn needs, mends what an earlier turn left and reads
 * anew. ERR_LOCKED where another process has the keyring open, ERR_IO where a copy is not there, ERR_CORRUPT.
 */
enum err keyring_copies_claim(struct keyring_copies *copies, struct keyring_image *ret_image);
/* Back to shared locks. */
void keyring_copies_release(struct keyring_copies *copies);
/* Overwrites one page of one copy in place, synced; nothing where that copy was never asked for. ERR_IO where
 * the file is no longer the one at its path. */
enum err keyring_copies_write(struct keyring_copies *copies, unsigned copy, unsigned number,
                              const uint8_t *page);
/* True where two files are at their paths now and hold the same bytes. */
bool keyring_copies_equal(const struct keyring_copies *copies);

/* Steps 2 and 3 of forgetting a slot whose mark says dying on every copy: its keys are overwritten, then it
 * is marked free. */
enum err keyring_copies_forget(struct keyring_copies *copies, const uint8_t *name, unsigned slot,
                               int64_t epoch);

/* Writes a page to each copy in turn, with a failpoint after each. */
#define KEYRING_WRITE_ALL(copies, number, page, name)                                                        \
    do {                                                                                                     \
        TRY(keyring_copies_write((copies), 0, (number), (page)));                                            \
        FAILPOINT(name ".first_copy");                                                                       \
        TRY(keyring_copies_write((copies), 1, (number), (page)));                                            \
        FAILPOINT(name ".every_copy");                                                                       \
    } while (0)

#endif
