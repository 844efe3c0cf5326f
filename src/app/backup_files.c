#include "app/backup_files.h"

#include "base/encode.h"
#include "base/json.h"
#include "crypto/keyring.h"
#include "wire/json_read.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BACKUP_FORMAT = 1, MANIFEST_LIMIT = 64 * 1024, TREE_DEPTH = 16, PATH_BYTES = 4096 };

static enum err open_file(const char *path, int *ret_file)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND : errno == EACCES ? ERR_FORBIDDEN : ERR_IO;
    *ret_file = file;
    return ERR_NONE;
}

enum err backup_file_measure(struct arena *arena, const char *path, struct backup_file *ret_file)
{
    struct digest digest;
    uint8_t hash[DIGEST_BYTES];
    char chunk[65536];
    ssize_t got;
    int64_t bytes = 0;
    int file;
    TRY(open_file(path, &file));
    digest_start(&digest);
    while ((got = read(file, chunk, sizeof chunk)) > 0) {
        digest_add(&digest, str_bytes(chunk, (size_t)got));
        bytes += got;
    }
    close(file);
    if (got < 0)
        return ERR_IO;
    digest_finish(&digest, hash);
    *ret_file = (struct backup_file){bytes, encode_hex(arena, str_bytes(hash, sizeof hash))};
    return ERR_NONE;
}

enum err backup_file_read(struct arena *arena, const char *path, size_t limit, struct str *ret_text)
{
    char chunk[65536];
    ssize_t got;
    int file;
    TRY(open_file(path, &file));
    struct buf text = buf_new(limit);
    while ((got = read(file, chunk, sizeof chunk)) > 0)
        buf_add_bytes(&text, chunk, (size_t)got);
    close(file);
    enum err error = got < 0 ? ERR_IO : text.failed ? ERR_TOO_LARGE : ERR_NONE;
    if (error == ERR_NONE)
        *ret_text = arena_str(arena, buf_str(&text));
    buf_free(&text);
    return error;
}

static void write_file(struct json *json, const char *name, const struct backup_file *file)
{
    json_object(json, name);
    json_int(json, "bytes", file->bytes);
    json_str(json, "sha256", file->sha256);
    json_object_end(json);
}

struct str backup_manifest_write(struct arena *arena, const struct backup_manifest *manifest)
{
    struct buf out = buf_new(MANIFEST_LIMIT);
    struct json json = json_new(&out);
    json_object(&json, NULL);
    json_int(&json, "violet_backup", BACKUP_FORMAT);
    json_str(&json, "version", manifest->version);
    json_str(&json, "store", manifest->store_id);
    json_int(&json, "at", manifest->at);
    json_time(&json, "time", manifest->at);
    json_int(&json, "epoch", manifest->epoch);
    json_object(&json, "counts");
    json_int(&json, "accounts", manifest->accounts);
    json_int(&json, "closures", manifest->closures);
    json_int(&json, "transfers", manifest->transfers);
    json_int(&json, "keys", manifest->keys);
    json_object_end(&json);
    json_object(&json, "files");
    write_file(&json, "store", &manifest->store);
    write_file(&json, "keys", &manifest->keys_file);
    json_object_end(&json);
    json_object_end(&json);
    buf_add_char(&out, '\n');
    struct str text = arena_str(arena, buf_str(&out));
    buf_free(&out);
    return text;
}

static bool read_fields(const struct json_document *document, struct arena *arena,
                        struct backup_manifest *manifest)
{
    return json_document_text(document, arena, STR("version"), &manifest->version) &&
           json_document_text(document, arena, STR("store"), &manifest->store_id) &&
           json_document_int(document, STR("at"), &manifest->at) &&
           json_document_int(document, STR("epoch"), &manifest->epoch) &&
           json_document_int(document, STR("counts.accounts"), &manifest->accounts) &&
           json_document_int(document, STR("counts.closures"), &manifest->closures) &&
           json_document_int(document, STR("counts.transfers"), &manifest->transfers) &&
           json_document_int(document, STR("counts.keys"), &manifest->keys) &&
           json_document_int(document, STR("files.store.bytes"), &manifest->store.bytes) &&
           json_document_text(document, arena, STR("files.store.sha256"), &manifest->store.sha256) &&
           json_document_int(document, STR("files.keys.bytes"), &manifest->keys_file.bytes) &&
           json_document_text(document, arena, STR("files.keys.sha256"), &manifest->keys_file.sha256);
}

enum err backup_manifest_read(struct arena *arena, struct str text, struct backup_manifest *ret_manifest)
{
    struct json_document *document;
    int64_t format;
    TRY(json_document_read(text, &document));
    enum err error = ERR_BAD_JSON;
    if (json_document_int(document, STR("violet_backup"), &format))
        error = format > BACKUP_FORMAT                       ? ERR_VERSION_NEWER
                : read_fields(document, arena, ret_manifest) ? ERR_NONE
                                                             : ERR_BAD_JSON;
    json_document_free(document);
    return error;
}

static enum err compare(struct arena *arena, const char *directory, const char *name,
                        const struct backup_file *expected)
{
    struct backup_file found;
    const char *path = arena_printf(arena, "%s/%s", directory, name).data;
    TRY(backup_file_measure(arena, path, &found));
    return found.bytes == expected->bytes && str_equal(found.sha256, expected->sha256) ? ERR_NONE
                                                                                       : ERR_CORRUPT;
}

enum err backup_files_verify(struct arena *arena, const char *directory, struct backup_manifest *ret_manifest)
{
    struct str text;
    TRY(backup_file_read(arena, arena_printf(arena, "%s/" BACKUP_MANIFEST, directory).data, MANIFEST_LIMIT,
                         &text));
    enum err error = backup_manifest_read(arena, text, ret_manifest);
    if (error == ERR_BAD_JSON)
        return ERR_CORRUPT;
    TRY(error);
    TRY(compare(arena, directory, BACKUP_STORE, &ret_manifest->store));
    return compare(arena, directory, BACKUP_KEYS, &ret_manifest->keys_file);
}

static bool is_keyring(const char *path)
{
    char head[64];
    int file;
    if (open_file(path, &file) != ERR_NONE)
        return false;
    ssize_t got = read(file, head, sizeof head);
    close(file);
    return got > 0 && keyring_recognise(str_bytes(head, (size_t)got));
}

static bool tree_holds(const char *directory, unsigned depth)
{
    DIR *opened = depth < TREE_DEPTH ? opendir(directory) : NULL;
    bool found = false;
    if (opened == NULL)
        return false;
    for (struct dirent *entry = readdir(opened); entry != NULL && !found; entry = readdir(opened)) {
        char path[PATH_BYTES];
        struct stat status;
        bool itself = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
        if (itself || snprintf(path, sizeof path, "%s/%s", directory, entry->d_name) >= (int)sizeof path ||
            lstat(path, &status) != 0)
            continue;
        found = S_ISDIR(status.st_mode) ? tree_holds(path, depth + 1)
                                        : S_ISREG(status.st_mode) && is_keyring(path);
    }
    closedir(opened);
    return found;
}

bool backup_tree_holds_keyring(const char *directory)
{
    return tree_holds(directory, 0);
}

void backup_key_write(struct arena *arena, const struct backup_key *key, struct buf *out)
{
    struct str hex = encode_hex(arena, key->wrapped);
    buf_printf(out, "%.*s %lld %lld %.*s\n", STR_ARG(key->kind), (long long)key->owner_id,
               (long long)key->epoch, STR_ARG(hex));
}

enum err backup_key_read(struct arena *arena, struct str line, struct backup_key *ret_key)
{
    struct str owner, epoch;
    bool is_one = str_split(&line, ' ', &ret_key->kind) && str_split(&line, ' ', &owner) &&
                  str_split(&line, ' ', &epoch) && str_to_int64(owner, &ret_key->owner_id) &&
                  str_to_int64(epoch, &ret_key->epoch);
    if (!is_one || encode_hex_read(arena, line, &ret_key->wrapped) != ERR_NONE ||
        ret_key->wrapped.length != KEYRING_WRAPPED_BYTES)
        return ERR_CORRUPT;
    return ERR_NONE;
}
