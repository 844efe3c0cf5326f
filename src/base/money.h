/* Money: int64 in millionths of the currency unit, checked arithmetic, no floating point. */
#ifndef BASE_MONEY_H
#define BASE_MONEY_H

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

#define MONEY_UNIT INT64_C(1000000)

/* Sum of a and b in millionths; ERR_OVERFLOW past the range. */
enum err money_add(int64_t a, int64_t b, int64_t *ret_sum);
/* Difference a - b in millionths; ERR_OVERFLOW past the range. */
enum err money_subtract(int64_t a, int64_t b, int64_t *ret_difference);
/* Reads "12", "12.4", "-0.000001" (at most 6 decimals, '.' only); ERR_INVALID otherwise, ERR_OVERFLOW past
 * it. */
enum err money_read(struct str text, int64_t *ret_micros);
/* Writes the plain decimal with at least two decimals, "12.40", "-0.000001", and a NUL: 32 bytes are enough.
 * The reader's own format (symbol, separators) is i18n's. */
void money_write(int64_t micros, char ret_text[32]);

#endif
