/* The inventory as the desk sees it. */
#ifndef APP_NUMBER_LIST_H
#define APP_NUMBER_LIST_H

#include "app/app.h"
#include "domain/types.h"

enum { NUMBER_LIST_STATES = NUMBER_PORTED_OUT + 1 };

struct number_row {
    struct str e164, carrier;
    int64_t state, disconnected_at, rests_until; /* 0: does not apply */
};

struct number_page {
    int64_t counts[NUMBER_LIST_STATES]; /* by enum number_state */
    struct number_row *rows;            /* those that rest, by their digits */
    size_t count;
    struct str next; /* `after` of the next page; empty at the end */
};

/* Counts and a page of the numbers that rest, after the given one (empty: from the first). In arena. */
enum err number_list(struct app *app, struct arena *arena, struct str after, struct number_page *ret_page);

#endif
