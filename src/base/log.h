/* Log lines for operators: time, level, event and fields, one line each, on stderr. They never hold a
 * personal field: no names, addresses, numbers, texts or keys. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

struct log_field {
    const char *name;
    enum { LOG_KIND_TEXT, LOG_KIND_INT } kind;
    struct str text;
    int64_t number;
};

#define LOG_TEXT(name, value) ((struct log_field){(name), LOG_KIND_TEXT, str_from(value), 0})
#define LOG_STR(name, value) ((struct log_field){(name), LOG_KIND_TEXT, (value), 0})
#define LOG_INT(name, value) ((struct log_field){(name), LOG_KIND_INT, STR_NONE, (value)})
#define LOG_ERR(value) LOG_TEXT("error", err_code(value))

/* Lines above this level are dropped. Default: LOG_LEVEL_INFO. */
void log_set_level(enum log_level level);
/* Writes one line with a single write(2). Ends where a field's name is NULL. */
void log_write(enum log_level level, const char *event, const struct log_field *fields);

#define LOG_FIELDS(...) ((const struct log_field[]){__VA_ARGS__ __VA_OPT__(, ){0}})
#define log_error(event, ...) log_write(LOG_LEVEL_ERROR, (event), LOG_FIELDS(__VA_ARGS__))
#define log_warn(event, ...) log_write(LOG_LEVEL_WARN, (event), LOG_FIELDS(__VA_ARGS__))
#define log_info(event, ...) log_write(LOG_LEVEL_INFO, (event), LOG_FIELDS(__VA_ARGS__))
#define log_debug(event, ...) log_write(LOG_LEVEL_DEBUG, (event), LOG_FIELDS(__VA_ARGS__))

#endif
