#include "crypto/logs.h"

#include "base/failpoint.h"
#include "base/limits.h"
#include "base/log.h"
#include "crypto/disk.h"
#include "crypto/logs_lines.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES = 2, COPIES = 2 };

static const char *const file_names[FILES] = {[LOGS_LOG] = "log", [LOGS_TOMBSTONES] = "tombstones"};

/* A line that waits to be appended, on the stack of whoever waits for it. */
struct waiting {
    struct waiting *next;
    struct str line;
    enum err result;
    bool done;
};

struct file {
    char *path[COPIES]; /* NULL: not mirrored */
    int fd[COPIES];
    int64_t size; /* of what is on every copy, bytes */
    struct lines_index index;
    struct waiting *first, **end; /* in the order they came */
    bool busy;                    /* somebody appends what had gathered */
};

/* One sync for all lines that came while the one before ran: each waits for the disk, so lines that went one
 * by one would let no more than a disk's syncs per second be closed. */
enum { GROUP_LINES = 64 };

struct logs {
    pthread_mutex_t lock;
    pthread_mutex_t lock_waiting; /* of first, end and busy; never held over I/O */
    pthread_cond_t changed;
    struct file files[FILES];
};

static void file_close(struct file *file)
{
    for (unsigned i = 0; i < COPIES; i++) {
        if (file->fd[i] >= 0)
            close(file->fd[i]);
        free(file->path[i]);
    }
    lines_index_free(&file->index);
}

static enum err file_lock(const struct file *file, int operation)
{
    for (unsigned i = 0; i < COPIES; i++)
        if (file->fd[i] >= 0)
            TRY(disk_lock(file->fd[i], operation));
    return ERR_NONE;
}

static enum err file_size(int fd, int64_t *ret_size)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return ERR_IO;
    if (status.st_size > LIMIT_LOGS_BYTES)
        return ERR_FULL;
    *ret_size = status.st_size;
    return ERR_NONE;
}

static enum err read_part(int fd, int64_t from, int64_t to, struct buf *ret_text)
{
    size_t length = (size_t)(to - from);
    char *bytes = malloc(length + 1);
    if (bytes == NULL)
        return ERR_MEMORY;
    enum err error = disk_read_at(fd, bytes, length, from);
    *ret_text = (struct buf){.data = bytes, .length = length, .capacity = length + 1, .limit = length + 1};
    return error;
}

/* The whole lines of one copy. */
static enum err read_copy(struct file *file, unsigned copy, struct buf *ret_text)
{
    int64_t size;
    TRY(file_size(file->fd[copy], &size));
    TRY(read_part(file->fd[copy], 0, size, ret_text));
    ret_text->length = lines_whole(buf_str(ret_text)).length;
    return ERR_NONE;
}

static enum err reopen(struct file *file, unsigned copy)
{
    int fd;
    TRY(disk_open_private(file->path[copy], &fd));
    close(file->fd[copy]);
    file->fd[copy] = fd;
    return disk_lock(fd, LOCK_EX);
}

/* Brings one copy to the merged text: a missing end is appended, a torn one cut off, anything else replaced.
 */
static enum err mend_copy(struct file *file, unsigned copy, struct str own, struct str merged)
{
    int64_t size;
    TRY(file_size(file->fd[copy], &size));
    if (size != (int64_t)own.length && ftruncate(file->fd[copy], (off_t)own.length) != 0)
        return ERR_IO;
    if (!str_starts(merged, own)) {
        log_error("logs_copy_replaced", LOG_INT("copy", copy));
        TRY(disk_replace_private(file->path[copy], merged));
        return reopen(file, copy);
    }
    struct str rest = str_part(merged, own.length, merged.length);
    TRY(disk_write_at(file->fd[copy], rest.data, rest.length, (off_t)own.length));
    return fsync(file->fd[copy]) == 0 ? ERR_NONE : ERR_IO;
}

static enum err merge_copies(struct file *file, struct buf *texts)
{
    struct str merged;
    bool mirrored = file->path[1] != NULL;
    TRY(read_copy(file, 0, &texts[0]));
    if (mirrored)
        TRY(read_copy(file, 1, &texts[1]));
    TRY(lines_merge(buf_str(&texts[0]), mirrored ? buf_str(&texts[1]) : buf_str(&texts[0]), &merged));
    for (unsigned i = 0; i < COPIES; i++)
        if (file->path[i] != NULL)
            TRY(mend_copy(file, i, buf_str(&texts[i]), merged));
    file->size = (int64_t)merged.length;
    return lines_index_add(&file->index, merged);
}

static enum err open_copy(struct file *file, unsigned copy, const char *directory, const char *name)
{
    if (asprintf(&file->path[copy], "%s/%s", directory, name) < 0) {
        file->path[copy] = NULL;
        return ERR_MEMORY;
    }
    enum err error = disk_open_private(file->path[copy], &file->fd[copy]);
    if (error != ERR_NOT_FOUND)
        return error;
    error = disk_create_private(file->path[copy], STR_NONE);
    if (error != ERR_NONE && error != ERR_EXISTS) /* another process was first */
        return error;
    return disk_open_private(file->path[copy], &file->fd[copy]);
}

static enum err file_open(struct file *file, const char *directory, const char *mirror, const char *name)
{
    struct buf texts[COPIES] = {{0}};
    TRY(open_copy(file, 0, directory, name));
    if (mirror != NULL)
        TRY(open_copy(file, 1, mirror, name));
    TRY(file_lock(file, LOCK_EX));
    enum err error = merge_copies(file, texts);
    free(texts[0].data);
    free(texts[1].data);
    return error != ERR_NONE ? error : file_lock(file, LOCK_UN);
}

enum err logs_open(const char *directory, const char *mirror, struct logs **ret_logs)
{
    struct logs *logs = calloc(1, sizeof *logs);
    if (logs == NULL)
        return ERR_MEMORY;
    pthread_mutex_init(&logs->lock, NULL);
    pthread_mutex_init(&logs->lock_waiting, NULL);
    pthread_cond_init(&logs->changed, NULL);
    for (unsigned i = 0; i < FILES; i++)
        logs->files[i].end = &logs->files[i].first;
    enum err error = ERR_NONE;
    for (unsigned i = 0; i < FILES; i++)
        logs->files[i].fd[0] = logs->files[i].fd[1] = -1;
    for (unsigned i = 0; i < FILES && error == ERR_NONE; i++)
        error = file_open(&logs->files[i], directory, mirror, file_names[i]);
    if (error != ERR_NONE)
        logs_free(logs);
    else
        *ret_logs = logs;
    return error;
}

void logs_free(struct logs *logs)
{
    if (logs == NULL)
        return;
    for (unsigned i = 0; i < FILES; i++)
        file_close(&logs->files[i]);
    pthread_mutex_destroy(&logs->lock);
    pthread_mutex_destroy(&logs->lock_waiting);
    pthread_cond_destroy(&logs->changed);
    free(logs);
}

static bool still_there(const struct file *file)
{
    struct stat ours, there;
    for (unsigned i = 0; i < COPIES; i++)
        if (file->path[i] != NULL && (fstat(file->fd[i], &ours) != 0 || stat(file->path[i], &there) != 0 ||
                                      ours.st_dev != there.st_dev || ours.st_ino != there.st_ino))
            return false;
    return true;
}

/* Takes in what another process appended, or what an append of ours left on one copy. */
static enum err catch_up(struct file *file)
{
    struct buf texts[COPIES] = {{0}};
    bool same = true;
    for (unsigned i = 0; i < COPIES; i++) {
        int64_t size = file->size;
        if (file->path[i] != NULL)
            TRY(file_size(file->fd[i], &size));
        same = same && size == file->size;
    }
    if (same)
        return ERR_NONE;
    lines_index_free(&file->index);
    enum err error = merge_copies(file, texts);
    free(texts[0].data);
    free(texts[1].data);
    return error;
}

/* Writes to every copy before the index knows of it. */
static enum err write_text(struct file *file, struct str text)
{
    if (file->size + (int64_t)text.length > LIMIT_LOGS_BYTES)
        return ERR_FULL;
    FAILPOINT("logs.append.start");
    TRY(disk_write_at(file->fd[0], text.data, text.length, file->size));
    FAILPOINT("logs.append.first_copy");
    if (file->path[1] != NULL)
        TRY(disk_write_at(file->fd[1], text.data, text.length, file->size));
    FAILPOINT("logs.append.every_copy");
    file->size += (int64_t)text.length;
    return lines_index_add(&file->index, text);
}

static bool came_before(const struct waiting *group, const struct waiting *one)
{
    for (; group != one; group = group->next)
        if (str_equal(group->line, one->line))
            return true;
    return false;
}

/* The lines of the group that are not there yet, one after the other. */
static size_t join(struct file *file, const struct waiting *group, char *text)
{
    size_t length = 0;
    for (const struct waiting *one = group; one != NULL; one = one->next)
        if (!lines_index_has(&file->index, one->line) && !came_before(group, one)) {
            memcpy(text + length, one->line.data, one->line.length);
            length += one->line.length;
        }
    return length;
}

static enum err append_locked(struct file *file, const struct waiting *group)
{
    size_t room = 0;
    if (!still_there(file))
        return ERR_IO;
    TRY(catch_up(file));
    for (const struct waiting *one = group; one != NULL; one = one->next)
        room += one->line.length;
    char *text = malloc(room);
    if (text == NULL)
        return ERR_MEMORY;
    size_t length = join(file, group, text);
    enum err error = length == 0 ? ERR_NONE : write_text(file, str_bytes(text, length));
    free(text);
    return error;
}

static enum err append_group(struct logs *logs, struct file *file, const struct waiting *group)
{
    pthread_mutex_lock(&logs->lock);
    enum err error = file_lock(file, LOCK_EX);
    if (error == ERR_NONE)
        error = append_locked(file, group);
    file_lock(file, LOCK_UN);
    pthread_mutex_unlock(&logs->lock);
    return error;
}

/* Takes at most GROUP_LINES of those that wait. */
static struct waiting *take_group(struct file *file)
{
    struct waiting *group = file->first, *last = group;
    for (unsigned count = 1; count < GROUP_LINES && last->next != NULL; count++)
        last = last->next;
    file->first = last->next;
    if (file->first == NULL)
        file->end = &file->first;
    last->next = NULL;
    return group;
}

/* With lock_waiting held. A line may be gone as soon as its waiter knows. */
static void lead(struct logs *logs, struct file *file)
{
    struct waiting *group = take_group(file);
    file->busy = true;
    pthread_mutex_unlock(&logs->lock_waiting);
    enum err error = append_group(logs, file, group);
    pthread_mutex_lock(&logs->lock_waiting);
    for (struct waiting *one = group; one != NULL; one = one->next) {
        one->result = error;
        one->done = true;
    }
    file->busy = false;
    pthread_cond_broadcast(&logs->changed);
}

enum err logs_append(struct logs *logs, enum logs_file file, struct str record)
{
    char line[LINES_BYTES];
    size_t length;
    TRY(lines_write(record, line, &length));
    struct file *at = &logs->files[file];
    struct waiting mine = {.line = str_bytes(line, length)};
    pthread_mutex_lock(&logs->lock_waiting);
    *at->end = &mine;
    at->end = &mine.next;
    while (!mine.done)
        if (at->busy)
            pthread_cond_wait(&logs->changed, &logs->lock_waiting);
        else
            lead(logs, at);
    pthread_mutex_unlock(&logs->lock_waiting);
    return mine.result;
}

enum err logs_walk(struct logs *logs, enum logs_file file, enum err (*each)(struct str record, void *context),
                   void *context)
{
    struct buf text = {0};
    struct file *at = &logs->files[file];
    pthread_mutex_lock(&logs->lock);
    enum err error = read_part(at->fd[0], 0, at->size, &text);
    pthread_mutex_unlock(&logs->lock);
    struct str rest = buf_str(&text), record;
    while (error == ERR_NONE && rest.length != 0) {
        error = lines_next(&rest, &record);
        if (error == ERR_NONE)
            error = each(record, context);
    }
    free(text.data);
    return error;
}

int64_t logs_count(struct logs *logs, enum logs_file file)
{
    pthread_mutex_lock(&logs->lock);
    int64_t count = (int64_t)logs->files[file].index.count;
    pthread_mutex_unlock(&logs->lock);
    return count;
}
