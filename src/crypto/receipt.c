#include "crypto/receipt.h"

#include "base/encode.h"
#include "crypto/disk.h"

#include <errno.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* minisign's formats, https://jedisct1.github.io/minisign/ ("Signature format", "Public key format"), and of
 * its secret key file the variant without a password. */
enum {
    ID_BYTES = 8,
    PUBLIC_BYTES = 2 + ID_BYTES + crypto_sign_PUBLICKEYBYTES,
    SIGNATURE_BYTES = 2 + ID_BYTES + crypto_sign_BYTES,
    SECRET_AT_ID = 2 + 2 + 2 + 32 + 8 + 8,
    SECRET_AT_KEY = SECRET_AT_ID + ID_BYTES,
    SECRET_AT_CHECKSUM = SECRET_AT_KEY + crypto_sign_SECRETKEYBYTES,
    SECRET_BYTES = SECRET_AT_CHECKSUM + 32,
    SECRET_TEXT_BYTES = 1024,
    HASH_BYTES = 64,
    COMMENT_BYTES = 1024,
    TEXT_BYTES = 4096,
};

struct key_pair {
    uint8_t id[ID_BYTES], secret[crypto_sign_SECRETKEYBYTES], public[crypto_sign_PUBLICKEYBYTES];
};

/* keys: sodium_malloc, read only. */
struct receipt_signer {
    struct key_pair *keys;
};

static void secret_checksum(const struct key_pair *keys, uint8_t ret_checksum[32])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, 32);
    crypto_generichash_update(&state, (const uint8_t *)"Ed", 2);
    crypto_generichash_update(&state, keys->id, ID_BYTES);
    crypto_generichash_update(&state, keys->secret, sizeof keys->secret);
    crypto_generichash_final(&state, ret_checksum, 32);
    sodium_memzero(&state, sizeof state);
}

static struct str secret_text(struct arena *arena, const struct key_pair *keys)
{
    uint8_t *bytes = arena_alloc(arena, SECRET_BYTES);
    memcpy(bytes, "Ed\0\0B2", 6);
    memcpy(bytes + SECRET_AT_ID, keys->id, ID_BYTES);
    memcpy(bytes + SECRET_AT_KEY, keys->secret, sizeof keys->secret);
    secret_checksum(keys, bytes + SECRET_AT_CHECKSUM);
    return arena_printf(arena, "untrusted comment: violet signing key, keep it secret\n%.*s\n",
                        STR_ARG(encode_base64(arena, str_bytes(bytes, SECRET_BYTES))));
}

/* The second line's bytes, where a file is a comment and that many bytes. */
static enum err line_bytes(struct arena *arena, struct str line, size_t length, struct str *ret_bytes)
{
    struct str bytes;
    if (encode_base64_read(arena, line, &bytes) != ERR_NONE || bytes.length != length)
        return ERR_BAD_REQUEST;
    *ret_bytes = bytes;
    return ERR_NONE;
}

static bool take_line(struct str *rest, struct str *ret_line)
{
    if (!str_split(rest, '\n', ret_line))
        return false;
    if (str_ends(*ret_line, STR("\r")))
        ret_line->length--;
    return true;
}

static enum err secret_read(struct arena *arena, struct str text, struct key_pair *ret_keys)
{
    struct str line, bytes;
    uint8_t checksum[32];
    if (!take_line(&text, &line) || !take_line(&text, &line) ||
        line_bytes(arena, line, SECRET_BYTES, &bytes) != ERR_NONE || memcmp(bytes.data, "Ed\0\0B2", 6) != 0)
        return ERR_CORRUPT;
    memcpy(ret_keys->id, bytes.data + SECRET_AT_ID, ID_BYTES);
    memcpy(ret_keys->secret, bytes.data + SECRET_AT_KEY, sizeof ret_keys->secret);
    crypto_sign_ed25519_sk_to_pk(ret_keys->public, ret_keys->secret);
    secret_checksum(ret_keys, checksum);
    return sodium_memcmp(checksum, bytes.data + SECRET_AT_CHECKSUM, sizeof checksum) == 0 ? ERR_NONE
                                                                                          : ERR_CORRUPT;
}

/* Half a key pair of a damaged file would sign what nobody can verify: its halves are compared. */
static enum err keys_fit(const struct key_pair *keys)
{
    uint8_t seed[crypto_sign_SEEDBYTES], public[crypto_sign_PUBLICKEYBYTES],
        secret[crypto_sign_SECRETKEYBYTES];
    crypto_sign_ed25519_sk_to_seed(seed, keys->secret);
    crypto_sign_seed_keypair(public, secret, seed);
    bool fit = sodium_memcmp(public, keys->public, sizeof public) == 0;
    sodium_memzero(seed, sizeof seed);
    sodium_memzero(secret, sizeof secret);
    return fit ? ERR_NONE : ERR_CORRUPT;
}

static enum err keys_load(struct arena *arena, const char *path, struct key_pair *ret_keys)
{
    struct stat status;
    int fd;
    TRY(disk_open_private(path, &fd));
    enum err error = fstat(fd, &status) == 0 ? ERR_NONE : ERR_IO;
    if (error == ERR_NONE && (status.st_size <= 0 || status.st_size > SECRET_TEXT_BYTES))
        error = ERR_CORRUPT;
    size_t length = error == ERR_NONE ? (size_t)status.st_size : 0;
    char *text = arena_alloc(arena, length + 1);
    if (error == ERR_NONE)
        error = disk_read_at(fd, text, length, 0);
    close(fd);
    TRY(error);
    TRY(secret_read(arena, str_bytes(text, length), ret_keys));
    return keys_fit(ret_keys);
}

static void keys_new(struct key_pair *ret_keys)
{
    randombytes_buf(ret_keys->id, ID_BYTES);
    ret_keys->id[ID_BYTES - 1] |= 0x80; /* written last byte first: no leading zeros, which minisign drops */
    crypto_sign_keypair(ret_keys->public, ret_keys->secret);
}

static uint64_t id_number(const uint8_t *id)
{
    uint64_t number = 0;
    for (unsigned i = ID_BYTES; i-- != 0;)
        number = number << 8 | id[i];
    return number;
}

static struct str public_text(struct arena *arena, const struct key_pair *keys)
{
    uint8_t bytes[PUBLIC_BYTES] = "Ed";
    memcpy(bytes + 2, keys->id, ID_BYTES);
    memcpy(bytes + 2 + ID_BYTES, keys->public, sizeof keys->public);
    return arena_printf(arena, "untrusted comment: minisign public key %016llX\n%.*s\n",
                        (unsigned long long)id_number(keys->id),
                        STR_ARG(encode_base64(arena, str_bytes(bytes, sizeof bytes))));
}

static enum err public_publish(struct arena *arena, const char *path, const struct key_pair *keys)
{
    if (access(path, F_OK) == 0)
        return ERR_NONE;
    TRY(disk_create_private(path, public_text(arena, keys)));
    return chmod(path, 0644) == 0 ? ERR_NONE : ERR_IO;
}

static enum err open_in(struct arena *arena, const char *directory, struct key_pair *ret_keys)
{
    const char *secret = arena_printf(arena, "%s/violet.key", directory).data;
    const char *public = arena_printf(arena, "%s/violet.pub", directory).data;
    enum err error = keys_load(arena, secret, ret_keys);
    if (error == ERR_NOT_FOUND && access(public, F_OK) == 0)
        return ERR_NOT_FOUND; /* the key was lost or not restored: a new one under its name would hide that */
    if (error == ERR_NOT_FOUND) {
        keys_new(ret_keys);
        error = disk_create_private(secret, secret_text(arena, ret_keys));
    }
    TRY(error);
    return public_publish(arena, public, ret_keys);
}

enum err receipt_signer_open(const char *directory, struct receipt_signer **ret_signer)
{
    if (sodium_init() < 0)
        return ERR_INTERNAL;
    disk_no_dumps();
    struct arena *arena = arena_new_wiped(0);
    struct receipt_signer *signer = calloc(1, sizeof *signer);
    enum err error = ERR_MEMORY;
    if (signer != NULL && arena != NULL)
        signer->keys = sodium_malloc(sizeof *signer->keys);
    if (signer != NULL && signer->keys != NULL)
        error = open_in(arena, directory, signer->keys);
    arena_free(arena);
    if (error != ERR_NONE) {
        receipt_signer_free(signer);
        return error;
    }
    sodium_mprotect_readonly(signer->keys);
    *ret_signer = signer;
    return ERR_NONE;
}

void receipt_signer_free(struct receipt_signer *signer)
{
    if (signer == NULL)
        return;
    sodium_free(signer->keys);
    free(signer);
}

struct str receipt_public_key(struct receipt_signer *signer, struct arena *arena)
{
    return public_text(arena, signer->keys);
}

static struct str id_text(struct arena *arena, const uint8_t *id)
{
    return arena_printf(arena, "%016llX", (unsigned long long)id_number(id));
}

struct str receipt_key_id(struct receipt_signer *signer, struct arena *arena)
{
    return id_text(arena, signer->keys->id);
}

static void content_hash(struct str content, uint8_t ret_hash[HASH_BYTES])
{
    crypto_generichash(ret_hash, HASH_BYTES, (const uint8_t *)content.data, content.length, NULL, 0);
}

/* What the second signature covers: the first one and the trusted comment. */
static struct str comment_signed(struct arena *arena, const uint8_t *signature, struct str comment)
{
    char *bytes = arena_alloc(arena, crypto_sign_BYTES + comment.length);
    memcpy(bytes, signature, crypto_sign_BYTES);
    if (comment.length != 0)
        memcpy(bytes + crypto_sign_BYTES, comment.data, comment.length);
    return str_bytes(bytes, crypto_sign_BYTES + comment.length);
}

static struct str one_line(struct arena *arena, struct str text)
{
    struct str part = str_part(text, 0, COMMENT_BYTES);
    char *copy = arena_cstr(arena, part);
    for (size_t i = 0; i < part.length; i++)
        if ((unsigned char)copy[i] < 0x20)
            copy[i] = ' ';
    return str_bytes(copy, part.length);
}

struct str receipt_sign(struct receipt_signer *signer, struct arena *arena, struct str content,
                        struct str trusted_comment)
{
    const struct key_pair *keys = signer->keys;
    uint8_t hash[HASH_BYTES], bytes[SIGNATURE_BYTES] = "ED", comment_signature[crypto_sign_BYTES];
    struct str comment = one_line(arena, trusted_comment);
    content_hash(content, hash);
    memcpy(bytes + 2, keys->id, ID_BYTES);
    crypto_sign_detached(bytes + 2 + ID_BYTES, NULL, hash, sizeof hash, keys->secret);
    struct str covered = comment_signed(arena, bytes + 2 + ID_BYTES, comment);
    crypto_sign_detached(comment_signature, NULL, (const uint8_t *)covered.data, covered.length,
                         keys->secret);
    return arena_printf(
        arena, "untrusted comment: signature by violet %.*s\n%.*s\ntrusted comment: %.*s\n%.*s\n",
        STR_ARG(receipt_key_id(signer, arena)), STR_ARG(encode_base64(arena, str_bytes(bytes, sizeof bytes))),
        STR_ARG(comment),
        STR_ARG(encode_base64(arena, str_bytes(comment_signature, sizeof comment_signature))));
}

/* A public key file, or its second line alone as people paste it. */
static enum err public_read(struct arena *arena, struct str text, struct str *ret_bytes)
{
    struct str line;
    if (text.length > TEXT_BYTES || !take_line(&text, &line))
        return ERR_BAD_REQUEST;
    if (str_starts(line, STR("untrusted comment:")) && !take_line(&text, &line))
        return ERR_BAD_REQUEST;
    TRY(line_bytes(arena, line, PUBLIC_BYTES, ret_bytes));
    return str_starts(*ret_bytes, STR("Ed")) ? ERR_NONE : ERR_BAD_REQUEST;
}

enum err receipt_key_id_read(struct arena *arena, struct str public_key, struct str *ret_key_id)
{
    struct str bytes;
    TRY(public_read(arena, public_key, &bytes));
    *ret_key_id = id_text(arena, (const uint8_t *)bytes.data + 2);
    return ERR_NONE;
}

struct signature {
    struct str bytes, comment, comment_signature;
};

static enum err signature_read(struct arena *arena, struct str text, struct signature *ret_signature)
{
    static const char prefix[] = "trusted comment: ";
    struct str line;
    if (text.length > TEXT_BYTES || !take_line(&text, &line) || !take_line(&text, &line))
        return ERR_BAD_REQUEST;
    TRY(line_bytes(arena, line, SIGNATURE_BYTES, &ret_signature->bytes));
    if (!take_line(&text, &line) || !str_starts(line, str_from(prefix)))
        return ERR_BAD_REQUEST;
    ret_signature->comment = str_part(line, sizeof prefix - 1, line.length);
    if (!take_line(&text, &line))
        return ERR_BAD_REQUEST;
    return line_bytes(arena, line, crypto_sign_BYTES, &ret_signature->comment_signature);
}

enum err receipt_verify(struct arena *arena, struct str public_key, struct str content, struct str signature,
                        struct str *ret_trusted_comment)
{
    struct str key_bytes;
    struct signature parts;
    uint8_t hash[HASH_BYTES];
    TRY(public_read(arena, public_key, &key_bytes));
    TRY(signature_read(arena, signature, &parts));
    const uint8_t *key = (const uint8_t *)key_bytes.data, *bytes = (const uint8_t *)parts.bytes.data;
    if (memcmp(bytes, "ED", 2) != 0 || memcmp(bytes + 2, key + 2, ID_BYTES) != 0)
        return ERR_SIGNATURE;
    content_hash(content, hash);
    struct str covered = comment_signed(arena, bytes + 2 + ID_BYTES, parts.comment);
    if (crypto_sign_verify_detached(bytes + 2 + ID_BYTES, hash, sizeof hash, key + 2 + ID_BYTES) != 0 ||
        crypto_sign_verify_detached((const uint8_t *)parts.comment_signature.data,
                                    (const uint8_t *)covered.data, covered.length, key + 2 + ID_BYTES) != 0)
        return ERR_SIGNATURE;
    *ret_trusted_comment = parts.comment;
    return ERR_NONE;
}
