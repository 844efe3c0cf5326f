/* Preloaded into the program under test: calls on files under the directory FAIL_UNDER fail as long as the
 * file FAIL_WISH says so. "full": a write that would make a file longer answers ENOSPC, as on a full disk,
 * one over what is there goes on; so does SQLite's shared memory, which at its start takes the room again
 * that it has just given back. "fsync": nothing that was written gets durable, EIO. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char under[PATH_MAX], wish_path[PATH_MAX];

__attribute__((constructor)) static void read_wishes(void)
{
    const char *directory = getenv("FAIL_UNDER"), *path = getenv("FAIL_WISH");
    snprintf(under, sizeof under, "%s/", directory != NULL ? directory : "");
    snprintf(wish_path, sizeof wish_path, "%s", path != NULL ? path : "");
    unsetenv("LD_PRELOAD");
}

static void *next(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL)
        abort();
    return found;
}

#define NEXT(name)                                                                                           \
    static __typeof__(&name) real;                                                                           \
    if (real == NULL)                                                                                        \
    real = (__typeof__(&name))next(#name)

static bool is_wished(const char *word)
{
    char text[16] = "";
    int file = open(wish_path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    return length > 0 && strncmp(text, word, strlen(word)) == 0;
}

static bool is_under(int file)
{
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0)
        return false;
    path[length] = '\0';
    return strncmp(path, under, strlen(under)) == 0 && (length < 4 || strcmp(path + length - 4, "-shm") != 0);
}

/* True where the file would have to grow and may not; errno says so. */
static bool has_no_room(int file, off_t end)
{
    struct stat is;
    if (fstat(file, &is) != 0 || !S_ISREG(is.st_mode) || end <= is.st_size || !is_under(file) ||
        !is_wished("full"))
        return false;
    errno = ENOSPC;
    return true;
}

static bool fails_to_sync(int file)
{
    if (!is_under(file) || !is_wished("fsync"))
        return false;
    errno = EIO;
    return true;
}

ssize_t write(int file, const void *bytes, size_t size)
{
    NEXT(write);
    off_t at = lseek(file, 0, SEEK_CUR);
    if (at >= 0 && (fcntl(file, F_GETFL) & O_APPEND) != 0)
        at = LLONG_MAX - (off_t)size;
    return at >= 0 && has_no_room(file, at + (off_t)size) ? -1 : real(file, bytes, size);
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset)
{
    NEXT(pwrite);
    return has_no_room(file, offset + (off_t)size) ? -1 : real(file, bytes, size, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t offset)
{
    NEXT(pwrite64);
    return has_no_room(file, offset + (off_t)size) ? -1 : real(file, bytes, size, offset);
}

int ftruncate(int file, off_t size)
{
    NEXT(ftruncate);
    return has_no_room(file, size) ? -1 : real(file, size);
}

int ftruncate64(int file, off64_t size)
{
    NEXT(ftruncate64);
    return has_no_room(file, size) ? -1 : real(file, size);
}

int fsync(int file)
{
    NEXT(fsync);
    return fails_to_sync(file) ? -1 : real(file);
}

int fdatasync(int file)
{
    NEXT(fdatasync);
    return fails_to_sync(file) ? -1 : real(file);
}
