#include "crypto/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define DISK_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define DISK_SANITIZED 1
#endif
#endif

static enum err disk_err(void)
{
    switch (errno) {
    case ENOENT:
    case ENOTDIR:
        return ERR_NOT_FOUND;
    case EEXIST:
        return ERR_EXISTS;
    case EACCES:
    case EPERM:
    case EROFS:
        return ERR_FORBIDDEN;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return ERR_FULL;
    default:
        return ERR_IO;
    }
}

enum err disk_open_private(const char *path, int *ret_fd)
{
    /* not blocking: a pipe in the file's place must not hold the process */
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return disk_err();
    struct stat status;
    enum err error = fstat(fd, &status) != 0 ? ERR_IO : ERR_NONE;
    if (error == ERR_NONE && !S_ISREG(status.st_mode))
        error = ERR_CORRUPT;
    else if (error == ERR_NONE && (status.st_mode & 077) != 0)
        error = ERR_FORBIDDEN;
    if (error != ERR_NONE) {
        close(fd);
        return error;
    }
    *ret_fd = fd;
    return ERR_NONE;
}

enum err disk_read_at(int fd, void *ret_bytes, size_t length, off_t offset)
{
    char *at = ret_bytes;
    while (length != 0) {
        ssize_t got = pread(fd, at, length, offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0 ? ERR_CORRUPT : ERR_IO;
        at += got;
        offset += got;
        length -= (size_t)got;
    }
    return ERR_NONE;
}

static enum err write_at(int fd, const void *bytes, size_t length, off_t offset)
{
    const char *at = bytes;
    while (length != 0) {
        ssize_t put = pwrite(fd, at, length, offset);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return disk_err();
        at += put;
        offset += put;
        length -= (size_t)put;
    }
    return ERR_NONE;
}

enum err disk_write_at(int fd, const void *bytes, size_t length, off_t offset)
{
    TRY(write_at(fd, bytes, length, offset));
    return fdatasync(fd) == 0 ? ERR_NONE : disk_err();
}

static enum err sync_directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *directory = slash == NULL ? strdup(".") : strndup(path, slash == path ? 1 : (size_t)(slash - path));
    if (directory == NULL)
        return ERR_MEMORY;
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(directory);
    if (fd < 0)
        return disk_err();
    enum err error = fsync(fd) == 0 ? ERR_NONE : ERR_IO;
    close(fd);
    return error;
}

/* The whole file under another name first: no name ever shows half of it. */
static enum err write_aside(const char *path, struct str content)
{
    if (unlink(path) != 0 && errno != ENOENT)
        return disk_err();
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return disk_err();
    enum err error = write_at(fd, content.data, content.length, 0);
    if (error == ERR_NONE && fsync(fd) != 0)
        error = ERR_IO;
    close(fd);
    return error;
}

static enum err put_private(const char *path, struct str content, bool replace)
{
    char *aside = NULL;
    if (asprintf(&aside, "%s.new", path) < 0)
        return ERR_MEMORY;
    enum err error = write_aside(aside, content);
    if (error == ERR_NONE && replace && rename(aside, path) != 0)
        error = disk_err();
    if (error == ERR_NONE && !replace && link(aside, path) != 0)
        error = disk_err();
    if ((error != ERR_NONE || !replace) && unlink(aside) != 0 && errno != ENOENT && error == ERR_NONE)
        error = disk_err();
    free(aside);
    return error != ERR_NONE ? error : sync_directory_of(path);
}

enum err disk_create_private(const char *path, struct str content)
{
    return put_private(path, content, false);
}

enum err disk_replace_private(const char *path, struct str content)
{
    return put_private(path, content, true);
}

enum err disk_lock(int fd, int operation)
{
    while (flock(fd, operation) != 0)
        if (errno != EINTR)
            return errno == EWOULDBLOCK ? ERR_LOCKED : ERR_IO;
    return ERR_NONE;
}

void disk_no_dumps(void)
{
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
#ifndef DISK_SANITIZED /* its leak check attaches to the process itself */
    prctl(PR_SET_DUMPABLE, 0);
#endif
}
