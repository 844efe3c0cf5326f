/* The verification code in a text. */
#ifndef DOMAIN_MESSAGE_CODE_H
#define DOMAIN_MESSAGE_CODE_H

#include "base/str.h"

enum { MESSAGE_REJECTED = 8, MESSAGE_CANDIDATES = 64 };

struct message_code {
    struct str code;  /* a view into the text; empty: none */
    int sureness;     /* percent */
    const char *rule; /* "bound_domain", "beside_word", "near_word", "far_word", "command"; "": none */
    struct {
        struct str text;          /* what looked like one */
        const char *why;          /* "amount", "date", "part_of_number", "unit", "word_before" … */
    } rejected[MESSAGE_REJECTED]; /* the first ones */
    size_t rejected_count;
};

/* Looks for 4 to 8 digits, two groups of three or four, or capitals mixed with digits, beside a word for a
 * code in English, Chinese and other languages; amounts, dates, phone, order and account numbers, promotion,
 * parcel and zip codes are none. A line "@example.com #123456" names it for certain (WICG, origin-bound
 * one-time codes). Looks at the first 8 KiB and 64 candidates; the work is linear in the text. */
void message_look_for_code(struct str text, struct message_code *ret_code);
/* The code as it stands in the text ("123456", "123-456", "K7Q2M"), or the empty text. */
struct str message_find_code(struct str text);

#endif
