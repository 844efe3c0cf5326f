/* Receipts are signed with Ed25519 in minisign's format, so that stock minisign verifies them. */
#ifndef CRYPTO_RECEIPT_H
#define CRYPTO_RECEIPT_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct receipt_signer;

/* Opens the signing key in directory (made there when missing, mode 0600, with the public half as violet.pub
 * in minisign's format). The directory must exist. ERR_NOT_FOUND without it, and where violet.pub is there
 * but its key is not: a lost key is restored, not replaced unseen. ERR_CORRUPT, ERR_FORBIDDEN (mode wider
 * than 0600), ERR_IO. violet.key is minisign's own format too, without a password. */
enum err receipt_signer_open(const char *directory, struct receipt_signer **ret_signer);
/* Wipes and frees; accepts NULL. */
void receipt_signer_free(struct receipt_signer *signer);
/* Text of a .minisig file for content: prehashed signature (BLAKE2b-512), with trusted_comment (one line of
 * at most 1024 bytes; more is cut off, control characters become spaces). */
struct str receipt_sign(struct receipt_signer *signer, struct arena *arena, struct str content,
                        struct str trusted_comment);
/* Text of the public key file, and the key's id as 16 upper-case hexadecimal digits. */
struct str receipt_public_key(struct receipt_signer *signer, struct arena *arena);
struct str receipt_key_id(struct receipt_signer *signer, struct arena *arena);
/* The id of the key in a public key file's text, in the same form; ERR_BAD_REQUEST where it is none. */
enum err receipt_key_id_read(struct arena *arena, struct str public_key, struct str *ret_key_id);
/* Checks a .minisig text against a public key file's text (or its second line alone); ERR_SIGNATURE,
 * ERR_BAD_REQUEST where a file is none. */
enum err receipt_verify(struct arena *arena, struct str public_key, struct str content, struct str signature,
                        struct str *ret_trusted_comment);

#endif
