/* Preloaded into the program under test: counts the calls that change files, and ends the process by SIGKILL
 * just before the one that KILL_AT names (1 is the first; 0 or none: only count). KILL_AFTER=1 lets that call
 * happen first, KILL_HALF=1 lets a write do half. The count is left in the file KILL_COUNT, 8 bytes of text a
 * call, so that it survives the kill. Calls that SQLite makes through its own table of system calls are found
 * because that table holds the dynamic symbols. */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long calls;
static long kill_at;
static bool kill_after, kill_half;
static int count_file = -1;

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

static long number_of(const char *name)
{
    const char *text = getenv(name);
    return text != NULL ? strtol(text, NULL, 10) : 0;
}

/* Only the process that was started counts, not the programs that it might run. */
__attribute__((constructor)) static void read_wishes(void)
{
    const char *path = getenv("KILL_COUNT");
    kill_at = number_of("KILL_AT");
    kill_after = number_of("KILL_AFTER") != 0;
    kill_half = number_of("KILL_HALF") != 0;
    if (path != NULL)
        count_file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    unsetenv("LD_PRELOAD");
}

static void note(long number)
{
    char text[24];
    snprintf(text, sizeof text, "%7ld\n", number);
    NEXT(pwrite);
    if (count_file >= 0 && real(count_file, text, 8, 0) != 8)
        abort();
}

/* Counts only regular files and directories: pipes, sockets and terminals are no boundary of durability. */
static bool counts(int file)
{
    struct stat is;
    return file != count_file && fstat(file, &is) == 0 && (S_ISREG(is.st_mode) || S_ISDIR(is.st_mode));
}

/* True where this call is the chosen one. Ends the process here unless the call is to happen first. */
static bool pass(bool counted)
{
    if (!counted)
        return false;
    long number = atomic_fetch_add(&calls, 1) + 1;
    note(number);
    if (number != kill_at)
        return false;
    if (!kill_after && !kill_half)
        kill(getpid(), SIGKILL);
    return true;
}

static void end(bool chosen)
{
    if (chosen)
        kill(getpid(), SIGKILL);
}

static size_t size_of(bool chosen, size_t size)
{
    return chosen && kill_half ? size / 2 : size;
}

ssize_t write(int file, const void *bytes, size_t size)
{
    NEXT(write);
    bool chosen = pass(counts(file));
    ssize_t done = real(file, bytes, size_of(chosen, size));
    end(chosen);
    return done;
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset)
{
    NEXT(pwrite);
    bool chosen = pass(counts(file));
    ssize_t done = real(file, bytes, size_of(chosen, size), offset);
    end(chosen);
    return done;
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t offset)
{
    NEXT(pwrite64);
    bool chosen = pass(counts(file));
    ssize_t done = real(file, bytes, size_of(chosen, size), offset);
    end(chosen);
    return done;
}

ssize_t writev(int file, const struct iovec *pieces, int count)
{
    NEXT(writev);
    bool chosen = pass(counts(file));
    ssize_t done = real(file, pieces, count);
    end(chosen);
    return done;
}

int fsync(int file)
{
    NEXT(fsync);
    bool chosen = pass(counts(file));
    int done = real(file);
    end(chosen);
    return done;
}

int fdatasync(int file)
{
    NEXT(fdatasync);
    bool chosen = pass(counts(file));
    int done = real(file);
    end(chosen);
    return done;
}

int ftruncate(int file, off_t size)
{
    NEXT(ftruncate);
    bool chosen = pass(counts(file));
    int done = real(file, size);
    end(chosen);
    return done;
}

int ftruncate64(int file, off64_t size)
{
    NEXT(ftruncate64);
    bool chosen = pass(counts(file));
    int done = real(file, size);
    end(chosen);
    return done;
}

int rename(const char *from, const char *to)
{
    NEXT(rename);
    bool chosen = pass(true);
    int done = real(from, to);
    end(chosen);
    return done;
}

int unlink(const char *path)
{
    NEXT(unlink);
    bool chosen = pass(true);
    int done = real(path);
    end(chosen);
    return done;
}
