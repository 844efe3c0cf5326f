/* The wallet as its holder sees it: balance and statement. */
#ifndef APP_WALLET_READ_H
#define APP_WALLET_READ_H

#include "app/app.h"

struct wallet_entry {
    int64_t entry_id;
    int64_t amount; /* millionths; above 0 what came in, below 0 what went out */
    int64_t at;
    struct str kind;       /* the catalogue's "transfer.<kind>" */
    struct str order_code; /* "VO-…"; empty where there is none */
};

struct wallet_page {
    int64_t balance; /* millionths; negative where it owes */
    struct wallet_entry *entries;
    size_t count;
    int64_t next; /* `before` of the next page; 0 at the end */
};

/* A page of the statement, newest first; before: INT64_MAX or 0 for the newest. limit: 1 to LIMIT_PAGE_ROWS
 * (0: that). Results live in arena. ERR_KEY_GONE once forgotten. */
enum err wallet_read(struct app *app, struct arena *arena, int64_t account_id, int64_t before, size_t limit,
                     struct wallet_page *ret_page);

#endif
