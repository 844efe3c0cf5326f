/* What an archive is made from and where it goes: app reads and keeps, edge/archive makes the ZIP between. */
#ifndef APP_ARCHIVE_SOURCE_H
#define APP_ARCHIVE_SOURCE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All texts are UTF-8, all times microseconds UTC (0: never), all money millionths. */
struct archive_message {
    int64_t id; /* above 0 */
    int64_t at;
    bool sent, read;
    struct str number; /* the subscriber's, E.164 */
    struct str peer;   /* the other side */
    struct str text, code, service;
};

struct archive_transfer {
    int64_t id; /* above 0 */
    int64_t at;
    struct str order; /* order number; may be empty */
    struct str kind;  /* the stable word */
    struct str text;  /* the same in the reader's language */
    int64_t amount;   /* as the wallet sees it: negative where money left it */
};

struct archive_service {
    struct str name;
    int64_t first_at, last_at, last_code_at, count, done_at;
    struct str security_url, closing_url; /* may be empty */
};

struct archive_number {
    struct str e164;
    int64_t from, until; /* until 0: goes on */
};

struct archive_contact {
    struct str kind; /* "mail", "phone" */
    struct str value;
    int64_t verified_at;
};

/* What it is made from. A page function fills at most `limit` rows that follow the row with id `cursor` (0:
 * from the first) in an order of its own that does not change, sets *ret_count (0: no more), and keeps their
 * texts in the arena. messages is walked three times and must give the same each time: stop at an upper id.
 */
struct archive_source {
    struct str user_name, state, currency;
    struct str language; /* "en", "zh-CN" */
    struct str operator_name;
    int64_t created_at; /* of the account */
    int64_t balance;
    int64_t now; /* of the archive */
    const struct archive_number *numbers;
    size_t number_count;
    const struct archive_contact *contacts;
    size_t contact_count;
    const struct archive_service *services;
    size_t service_count;
    enum err (*messages)(void *context, struct arena *arena, int64_t cursor,
                         struct archive_message *ret_messages, size_t limit, size_t *ret_count);
    enum err (*transfers)(void *context, struct arena *arena, int64_t cursor,
                          struct archive_transfer *ret_transfers, size_t limit, size_t *ret_count);
    void *context;
};

enum { ARCHIVE_STEPS = 9 };

/* Where it goes. chunk gets pieces of exactly LIMIT_ARCHIVE_CHUNK_BYTES, the last one shorter; an error of it
 * ends the making. step (NULL allowed) is told how many of ARCHIVE_STEPS files are done. */
struct archive_sink {
    enum err (*chunk)(void *context, struct str bytes);
    void (*step)(void *context, int done);
    void *context;
};

/* How edge/archive makes it (archive_make there). */
typedef enum err archive_make_fn(const struct archive_source *source, const struct archive_sink *sink);

#endif
