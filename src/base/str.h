/* Texts and bytes with a length, and a buffer that grows up to a limit. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A view of UTF-8 text or bytes; it owns nothing. data may be NULL where length is 0. */
struct str {
    const char *data;
    size_t length;
};

#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
#define STR_NONE ((struct str){NULL, 0})
/* For printf's "%.*s". */
#define STR_ARG(text) (int)(text).length, ((text).data != NULL ? (text).data : "")

/* A view of a C string; NULL gives the empty text. */
struct str str_from(const char *text);
/* A view of raw bytes. */
struct str str_bytes(const void *data, size_t length);
bool str_equal(struct str a, struct str b);
/* ASCII letters compared without case. */
bool str_equal_nocase(struct str a, struct str b);
bool str_is(struct str a, const char *b);
bool str_starts(struct str text, struct str prefix);
bool str_ends(struct str text, struct str suffix);
/* Index of the first needle at or after from, or SIZE_MAX. */
size_t str_find(struct str text, struct str needle, size_t from);
/* The part [from, from + length), cut to what there is. */
struct str str_part(struct str text, size_t from, size_t length);
/* Without ASCII white space at both ends. */
struct str str_trim(struct str text);
/* Takes the next piece before separator off *rest; false when nothing is left. */
bool str_split(struct str *rest, char separator, struct str *ret_piece);
/* A whole decimal int64 (sign allowed), nothing else around it. */
bool str_to_int64(struct str text, int64_t *ret_value);
/* True where text is well-formed UTF-8 without NUL (RFC 3629: no surrogates, shortest form). */
bool str_is_utf8(struct str text);
/* How many single-character edits lead from one text to the other (Levenshtein's distance); both are looked
 * at up to STR_EDITS bytes. For "did you mean". */
enum { STR_EDITS = 96 };
size_t str_edits(struct str from, struct str to);
/* Equal in constant time for equal lengths. */
bool str_equal_secret(struct str a, struct str b);

/* Growing bytes. Past limit, or without memory, `failed` is set and every later append is ignored: the caller
 * asks once, at the end. */
struct buf {
    char *data;
    size_t length, capacity, limit;
    bool failed;
};

/* An empty buffer that grows to limit bytes (0: 64 MiB). */
struct buf buf_new(size_t limit);
/* Frees the bytes; the buffer may be used again. */
void buf_free(struct buf *buffer);
void buf_add(struct buf *buffer, struct str text);
void buf_add_bytes(struct buf *buffer, const void *data, size_t length);
void buf_add_c(struct buf *buffer, const char *text);
void buf_add_char(struct buf *buffer, char character);
/* A decimal number of at least width digits (0 to 20), zeros before it. */
enum { STR_INT_BYTES = 21 };
void buf_add_int(struct buf *buffer, int64_t number, unsigned width);
void buf_printf(struct buf *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The content as a view; valid until the next append. */
struct str buf_str(const struct buf *buffer);

#endif
