/* The lines of a log: a check of 16 hexadecimal digits (BLAKE2b-64 of the record), a space, the record, a
 * newline; so that a damaged line is known and taken from the other copy. Pure: text in, text out. */
#ifndef CRYPTO_LOGS_LINES_H
#define CRYPTO_LOGS_LINES_H

#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum { LINES_CHECK_BYTES = 16, LINES_BYTES = LINES_CHECK_BYTES + 1 + LIMIT_LOGS_RECORD_BYTES + 1 };

/* Writes the line of a record; ERR_INVALID where it is empty, too long, or holds a newline or NUL. */
enum err lines_write(struct str record, char ret_line[LINES_BYTES], size_t *ret_length);
/* Takes the next line off *rest; ERR_CORRUPT where it is damaged (and taken off all the same). */
enum err lines_next(struct str *rest, struct str *ret_record);
/* text up to its last newline: what a torn write left behind it is no line. */
struct str lines_whole(struct str text);
/* What both copies should hold: the longer where one begins the other, the sound one where the other is
 * damaged. A view of one of the two. ERR_CORRUPT where both are damaged, or where the choice would lose a
 * record. */
enum err lines_merge(struct str first, struct str second, struct str *ret_text);

/* The records of a file by 128 bits of their hash. */
struct lines_index {
    struct lines_hash {
        uint64_t words[2];
    } * slots;
    size_t capacity, count;
};

/* Adds every line of text, equal ones once; ERR_MEMORY, ERR_CORRUPT. */
enum err lines_index_add(struct lines_index *index, struct str text);
/* Whether this line is in it. */
bool lines_index_has(const struct lines_index *index, struct str line);
/* Empties it. */
void lines_index_free(struct lines_index *index);

#endif
