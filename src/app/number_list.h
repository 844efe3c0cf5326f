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

/* One number as the desk sees it. */
struct number_detail {
    struct str e164, carrier;
    int64_t state, number_class, account_id;                       /* account_id 0: nobody has it */
    int64_t assigned_at, leaving_at, disconnected_at, rests_until; /* 0: does not apply */
    int64_t rested_days;                                           /* before its present line */
    int64_t texts; /* that came while nobody had it, since it was disconnected last */
};

/* Finds a number as typed; in arena. ERR_INVALID where it is none, ERR_NOT_FOUND where it is not ours. */
enum err number_find(struct app *app, struct arena *arena, struct str typed,
                     struct number_detail *ret_number);
/* The state's word: "available" … */
const char *number_state_word(int64_t state);

#endif
