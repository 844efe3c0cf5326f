/* Fields in bytes: what a sealed box holds. Each field is a number 1..255, a length and a value; unknown
 * fields are skipped, missing ones read as empty, so that a box can grow without a migration. */
#ifndef BASE_PACK_H
#define BASE_PACK_H

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

/* Appends a text or bytes field; empty ones are left out. field is 1..255. */
void pack_add(struct buf *box, unsigned field, struct str value);
/* Appends an integer field; 0 is left out. */
void pack_add_int(struct buf *box, unsigned field, int64_t value);
/* The first field of that number, or the empty text. box must have passed pack_check. */
struct str pack_get(struct str box, unsigned field);
/* The integer field of that number, or 0. */
int64_t pack_get_int(struct str box, unsigned field);
/* Walks the fields in order: *cursor starts at 0; false at the end. */
bool pack_next(struct str box, size_t *cursor, unsigned *ret_field, struct str *ret_value);
/* ERR_CORRUPT where a length lies. */
enum err pack_check(struct str box);

#endif
