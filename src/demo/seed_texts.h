/* The texts that the demo's subscriber gets: a year of them, and one now and then. Senders and people are
 * made up (numbers are of the range 555-01xx); brands are named as their messages name them. */
#ifndef DEMO_SEED_TEXTS_H
#define DEMO_SEED_TEXTS_H

#include "base/str.h"

#include <stdint.h>

/* Which of the subscriber's two numbers a text comes to. */
enum demo_seed_line { DEMO_LINE_FIRST, DEMO_LINE_SECOND, DEMO_LINE_ANY };

enum demo_seed_kind {
    DEMO_SEED_CODE,  /* holds a verification code */
    DEMO_SEED_NOTE,  /* a notice of a service, without a code */
    DEMO_SEED_TALK,  /* from a person */
    DEMO_SEED_TRICK, /* looks like a code or a brand and is none */
};

struct demo_seed_text {
    const char *sender;
    const char *
        text; /* {4} {5} {6} {7} {8}: a code of so many digits, {letters}: of letters and digits, {split}
                 {split3}: of 3 and 3 digits; {tail} {order} {amount} {hour} {day} {small}: what is no code */
    enum demo_seed_kind kind;
    enum demo_seed_line line;
    unsigned weight; /* how often, against the others */
};

enum { DEMO_SEED_TEXT_BYTES = 640, DEMO_SEED_CODE_BYTES = 16, DEMO_SEED_YEAR = 480 };

struct demo_seed_message {
    const char *sender;
    char text[DEMO_SEED_TEXT_BYTES];
    char code[DEMO_SEED_CODE_BYTES]; /* as it stands in the text; "" where there is none */
    enum demo_seed_kind kind;
    int line;   /* 0 or 1 */
    int64_t at; /* microseconds UTC */
};

/* The table, for tests. */
const struct demo_seed_text *demo_seed_texts(size_t *ret_count);
/* Message number index (0: the oldest, DEMO_SEED_YEAR - 1: the newest) of the year before now. The same
 * index, random and now give the same message; with rising index the times rise. */
void demo_seed_message(size_t index, uint64_t random, int64_t now, struct demo_seed_message *ret_message);
/* One text that arrives now. */
void demo_seed_arriving(uint64_t random, int64_t now, struct demo_seed_message *ret_message);

#endif
