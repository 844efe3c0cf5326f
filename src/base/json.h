/* A small JSON writer (RFC 8259). Reading is jansson's. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* Writes into out; commas are put by itself. Inside an object every value takes its name, inside an array and
 * at the top the name is NULL. */
struct json {
    struct buf *out;
    bool comma;
};

struct json json_new(struct buf *out);
void json_object(struct json *json, const char *name);
void json_object_end(struct json *json);
void json_array(struct json *json, const char *name);
void json_array_end(struct json *json);
/* Invalid UTF-8 is replaced by U+FFFD, so that the output is always valid. */
void json_str(struct json *json, const char *name, struct str value);
void json_text(struct json *json, const char *name, const char *value);
void json_int(struct json *json, const char *name, int64_t value);
void json_bool(struct json *json, const char *name, bool value);
void json_null(struct json *json, const char *name);
/* RFC 3339 in UTC; null where micros is 0. */
void json_time(struct json *json, const char *name, int64_t micros);
/* Money as a decimal string ("12.40"), so that no reader rounds it. */
void json_money(struct json *json, const char *name, int64_t micros);

#endif
