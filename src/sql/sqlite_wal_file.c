#include "sql/sqlite.h"

#include <stdlib.h>
#include <string.h>

/* SQLite writes the frames of a commit to its log one after the other, each with two calls, and then syncs.
 * This layer over its own file functions gathers what follows upon the last write and hands it on in one:
 * before a sync, a read, or anything else that could see the file. What is in the log is made visible to
 * readers only after the sync, so nobody waits for bytes that are still here. An error of the gathered write
 * is the error of the call that asked for it, which is before the commit is acknowledged. */
enum { GATHER_BYTES = 124 * 1024 }; /* SQLite's own layer takes less than 128 KiB at once */

struct wal_file {
    sqlite3_file base;
    sqlite3_int64 start; /* where in the file the gathered bytes belong */
    int length;
    unsigned char *bytes; /* NULL until the first write: most connections never do */
    sqlite3_file *real;   /* of SQLite's own layer, behind this struct */
};

static int gathered_write(struct wal_file *file)
{
    int length = file->length;
    file->length = 0;
    if (length == 0)
        return SQLITE_OK;
    return file->real->pMethods->xWrite(file->real, file->bytes, length, file->start);
}

static int wal_close(sqlite3_file *base)
{
    struct wal_file *file = (struct wal_file *)base;
    int written = gathered_write(file);
    int closed = file->real->pMethods->xClose(file->real);
    free(file->bytes);
    return written != SQLITE_OK ? written : closed;
}

static int wal_read(sqlite3_file *base, void *bytes, int length, sqlite3_int64 offset)
{
    struct wal_file *file = (struct wal_file *)base;
    int written = gathered_write(file);
    return written != SQLITE_OK ? written : file->real->pMethods->xRead(file->real, bytes, length, offset);
}

static int wal_write(sqlite3_file *base, const void *bytes, int length, sqlite3_int64 offset)
{
    struct wal_file *file = (struct wal_file *)base;
    if (file->bytes == NULL)
        file->bytes = malloc(GATHER_BYTES);
    if (file->length != 0 && (offset != file->start + file->length || length > GATHER_BYTES - file->length)) {
        int written = gathered_write(file);
        if (written != SQLITE_OK)
            return written;
    }
    if (file->bytes == NULL || length > GATHER_BYTES)
        return file->real->pMethods->xWrite(file->real, bytes, length, offset);
    if (file->length == 0)
        file->start = offset;
    memcpy(file->bytes + file->length, bytes, (size_t)length);
    file->length += length;
    return SQLITE_OK;
}

static int wal_truncate(sqlite3_file *base, sqlite3_int64 size)
{
    struct wal_file *file = (struct wal_file *)base;
    int written = gathered_write(file);
    return written != SQLITE_OK ? written : file->real->pMethods->xTruncate(file->real, size);
}

static int wal_sync(sqlite3_file *base, int flags)
{
    struct wal_file *file = (struct wal_file *)base;
    int written = gathered_write(file);
    return written != SQLITE_OK ? written : file->real->pMethods->xSync(file->real, flags);
}

static int wal_size(sqlite3_file *base, sqlite3_int64 *ret_size)
{
    struct wal_file *file = (struct wal_file *)base;
    int written = gathered_write(file);
    return written != SQLITE_OK ? written : file->real->pMethods->xFileSize(file->real, ret_size);
}

static int wal_lock(sqlite3_file *base, int kind)
{
    sqlite3_file *real = ((struct wal_file *)base)->real;
    return real->pMethods->xLock(real, kind);
}

static int wal_unlock(sqlite3_file *base, int kind)
{
    sqlite3_file *real = ((struct wal_file *)base)->real;
    return real->pMethods->xUnlock(real, kind);
}

static int wal_reserved(sqlite3_file *base, int *ret_reserved)
{
    sqlite3_file *real = ((struct wal_file *)base)->real;
    return real->pMethods->xCheckReservedLock(real, ret_reserved);
}

static int wal_control(sqlite3_file *base, int operation, void *argument)
{
    struct wal_file *file = (struct wal_file *)base;
    int written = gathered_write(file);
    return written != SQLITE_OK ? written
                                : file->real->pMethods->xFileControl(file->real, operation, argument);
}

static int wal_sector_size(sqlite3_file *base)
{
    sqlite3_file *real = ((struct wal_file *)base)->real;
    return real->pMethods->xSectorSize(real);
}

static int wal_characteristics(sqlite3_file *base)
{
    sqlite3_file *real = ((struct wal_file *)base)->real;
    return real->pMethods->xDeviceCharacteristics(real);
}

/* Version 1: the log is never mapped and has no shared memory of its own. */
static const sqlite3_io_methods wal_methods = {
    .iVersion = 1,
    .xClose = wal_close,
    .xRead = wal_read,
    .xWrite = wal_write,
    .xTruncate = wal_truncate,
    .xSync = wal_sync,
    .xFileSize = wal_size,
    .xLock = wal_lock,
    .xUnlock = wal_unlock,
    .xCheckReservedLock = wal_reserved,
    .xFileControl = wal_control,
    .xSectorSize = wal_sector_size,
    .xDeviceCharacteristics = wal_characteristics,
};

/* Only the log is wrapped; every other file is SQLite's own from the first byte of its struct. */
static int layer_open(sqlite3_vfs *layer, sqlite3_filename name, sqlite3_file *base, int flags,
                      int *ret_flags)
{
    sqlite3_vfs *real = layer->pAppData;
    if ((flags & SQLITE_OPEN_WAL) == 0)
        return real->xOpen(real, name, base, flags, ret_flags);
    struct wal_file *file = (struct wal_file *)base;
    *file = (struct wal_file){.real = (sqlite3_file *)(file + 1)};
    int code = real->xOpen(real, name, file->real, flags, ret_flags);
    if (code == SQLITE_OK)
        file->base.pMethods = &wal_methods;
    return code;
}

const char *sqlite_wal_layer(void)
{
    static sqlite3_vfs layer;
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);
    if (real == NULL)
        return NULL;
    if (layer.zName == NULL) {
        layer = *real;
        layer.pNext = NULL;
        layer.zName = "violet";
        layer.pAppData = real;
        layer.szOsFile = real->szOsFile + (int)sizeof(struct wal_file);
        layer.xOpen = layer_open;
        if (sqlite3_vfs_register(&layer, 0) != SQLITE_OK)
            return NULL;
    }
    return layer.zName;
}
