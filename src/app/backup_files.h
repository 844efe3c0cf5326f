/* What a backup is made of: a directory with the database, the wrapped keys as a part of its own, and a
 * manifest that names their hashes. The keyring is in none. */
#ifndef APP_BACKUP_FILES_H
#define APP_BACKUP_FILES_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "crypto/digest.h"

#include <stdint.h>

#define BACKUP_STORE "violet.db"
#define BACKUP_KEYS "keys"
#define BACKUP_MANIFEST "manifest.json"

enum { BACKUP_STORE_ID_BYTES = 16 };

struct backup_file {
    int64_t bytes;
    struct str sha256; /* hexadecimal */
};

struct backup_manifest {
    struct str version;  /* of the program */
    struct str store_id; /* which store it is a copy of, hexadecimal */
    int64_t at;          /* when it was taken, microseconds UTC */
    int64_t epoch;       /* no key in it is older */
    int64_t accounts, closures, transfers, keys;
    struct backup_file store, keys_file;
};

/* Size and hash of a file, read from disk. ERR_NOT_FOUND, ERR_IO. */
enum err backup_file_measure(struct arena *arena, const char *path, struct backup_file *ret_file);
/* The manifest's text, and what a text says; ERR_BAD_JSON, ERR_VERSION_NEWER. */
struct str backup_manifest_write(struct arena *arena, const struct backup_manifest *manifest);
enum err backup_manifest_read(struct arena *arena, struct str text, struct backup_manifest *ret_manifest);
/* Reads a backup's manifest and compares both files with it. ERR_NOT_FOUND, ERR_CORRUPT, ERR_IO. */
enum err backup_files_verify(struct arena *arena, const char *directory,
                             struct backup_manifest *ret_manifest);
/* A whole small file. ERR_NOT_FOUND, ERR_TOO_LARGE past limit, ERR_IO. */
enum err backup_file_read(struct arena *arena, const char *path, size_t limit, struct str *ret_text);
/* True where a file in the tree of a directory (or it itself) is a keyring; not followed beyond 16 levels. */
bool backup_tree_holds_keyring(const char *directory);

struct backup_key {
    struct str kind;
    int64_t owner_id, epoch;
    struct str wrapped;
};
/* One line of the keys file: "KIND OWNER EPOCH HEX". */
void backup_key_write(struct arena *arena, const struct backup_key *key, struct buf *out);
/* Reads one; ERR_CORRUPT. */
enum err backup_key_read(struct arena *arena, struct str line, struct backup_key *ret_key);

#endif
