/* Passwords: Argon2id (RFC 9106; 19 MiB, t = 2, p = 1), at most as many at a time as there are cores, on
 * threads of low priority. */
#ifndef CRYPTO_PASSWORD_H
#define CRYPTO_PASSWORD_H

#include "base/err.h"
#include "base/str.h"

enum { PASSWORD_HASH_SIZE = 128 };

/* Starts the threads; once a process, before the functions below. ERR_MEMORY. */
enum err password_start(void);
void password_stop(void);
/* Hashes password into a PHC text with its NUL. Waits for its turn: not on event threads.
 * ERR_BUSY where LIMIT_PASSWORD_QUEUE are waiting, ERR_INVALID past LIMIT_PASSWORD_MAX_BYTES, ERR_MEMORY,
 * ERR_STOPPING. */
enum err password_hash(struct str password, char ret_hash[PASSWORD_HASH_SIZE]);
/* ERR_NONE where it matches, ERR_WRONG_LOGIN where not (a hash that is empty or not ours costs the same time
 * and never matches). Waits like password_hash. ERR_BUSY. */
enum err password_verify(struct str password, struct str hash);

#endif
