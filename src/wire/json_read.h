/* Reading JSON (RFC 8259) that came from outside, by paths. Duplicate names, NUL characters and depths past
 * the parser's limit are refused; integers keep their 64 bits. */
#ifndef WIRE_JSON_READ_H
#define WIRE_JSON_READ_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct json_document;

/* Reads an object or array; free with json_document_free. ERR_BAD_JSON. */
enum err json_document_read(struct str text, struct json_document **ret_document);
/* Accepts NULL. */
void json_document_free(struct json_document *document);

/* The text at a path such as "data.to.0.number" (names and positions, a dot between them), copied into arena;
 * an integer or a truth value as it is written. false where there is no such value or it is of another kind.
 */
bool json_document_text(const struct json_document *document, struct arena *arena, struct str path,
                        struct str *ret_text);
/* The integer at a path; false where it is none. */
bool json_document_int(const struct json_document *document, struct str path, int64_t *ret_value);
/* The truth value at a path; false where it is none. */
bool json_document_bool(const struct json_document *document, struct str path, bool *ret_value);
/* Whether the whole document is an object. */
bool json_document_is_object(const struct json_document *document);
/* Whether there is a value at a path that is not null. */
bool json_document_has(const struct json_document *document, struct str path);
/* Whether the value at a path is a text, as it stands. */
bool json_document_is_text(const struct json_document *document, struct str path);
/* The index-th name of the object that is none of the count known ones, copied into arena; false past the
 * last. */
bool json_document_unknown(const struct json_document *document, struct arena *arena,
                           const char *const *names, size_t count, size_t index, struct str *ret_name);
/* How many items the array at a path has; 0 where it is none. */
size_t json_document_count(const struct json_document *document, struct str path);

#endif
