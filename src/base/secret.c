#include "base/secret.h"

#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err read_file(int file, struct arena *arena, struct str *ret_secret)
{
    struct stat status;
    if (fstat(file, &status) != 0)
        return ERR_IO;
    if ((status.st_mode & 07) != 0)
        return ERR_FORBIDDEN;
    if (!S_ISREG(status.st_mode) || status.st_size > LIMIT_SECRET_FILE_BYTES)
        return ERR_CONFIG;
    char *bytes = arena_alloc(arena, LIMIT_SECRET_FILE_BYTES + 1);
    ssize_t got = read(file, bytes, LIMIT_SECRET_FILE_BYTES);
    if (got < 0)
        return ERR_IO;
    size_t length = (size_t)got;
    if (length != 0 && bytes[length - 1] == '\n')
        length--;
    if (length != 0 && bytes[length - 1] == '\r')
        length--;
    bytes[length] = '\0';
    *ret_secret = str_bytes(bytes, length);
    return length != 0 ? ERR_NONE : ERR_CONFIG;
}

enum err secret_read(const char *path, struct arena *arena, struct str *ret_secret)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return errno == ENOENT ? ERR_NOT_FOUND : errno == EACCES ? ERR_FORBIDDEN : ERR_IO;
    enum err error = read_file(file, arena, ret_secret);
    close(file);
    return error;
}
