/* Ids, random bytes and the references that people type. */
#ifndef BASE_IDS_H
#define BASE_IDS_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fills length bytes from the kernel's generator; ends the process where that fails. */
void ids_random(void *ret_bytes, size_t length);
/* A positive 63-bit id, time first: 43 bits of milliseconds, 20 random bits. Rows of one account sort by it.
 * Ids made by one process within one millisecond still ascend. */
int64_t ids_next(int64_t now_micros);
/* Like ids_next, for what may have waited up to a minute since its time, many of a kind in one account: such
 * ids ascend from the newest one of the process, so no two are equal. */
int64_t ids_next_late(int64_t now_micros);
/* A positive random 62-bit id, for accounts and ledgers: tells nothing about when. */
int64_t ids_random_id(void);
/* The millisecond of an ids_next id, as microseconds UTC. */
int64_t ids_time(int64_t id);
/* The lowest id that ids_next could give for that millisecond: where pages and counts by time begin. */
int64_t ids_lowest(int64_t micros);

/* Public reference for people to type and read out: two letters, then 11 random digits and one check symbol
 * of Crockford's base32 (without its last digit: 31 is prime, so every single wrong digit is found), in
 * groups of four, as "VC-4K7M-29QX-TH3P": 54 random bits. It is no secret; secrets are links. */
enum { IDS_REFERENCE_SIZE = 3 + 12 + 2 + 1 };
/* Writes a new reference such as "VC-4K7M-29QX-TH3P" with its NUL; prefix is two upper-case letters. */
void ids_reference(const char prefix[2], char ret_text[IDS_REFERENCE_SIZE]);
/* Reads what a person typed (any case, spaces or no hyphens, I L as 1, O as 0) into canonical form; false
 * where it is no reference with this prefix or the check symbol is wrong. */
bool ids_reference_read(struct str typed, const char prefix[2], char ret_text[IDS_REFERENCE_SIZE]);

#endif
