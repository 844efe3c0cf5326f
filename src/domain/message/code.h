/* The verification code in a text. */
#ifndef DOMAIN_MESSAGE_CODE_H
#define DOMAIN_MESSAGE_CODE_H

#include "base/str.h"

/* The code as it stands in the text (a view into it: "123456", "123-456", "K7Q2M"), or the empty text. Looks
 * for 4 to 8 digits, two groups of three or four, or letters mixed with digits, beside a word for a code in
 * English, Chinese and other languages; amounts, dates, phone, order and account numbers, promotion and zip
 * codes are none. A line "@example.com #123456" names it for certain (WICG, origin-bound one-time codes). */
struct str message_find_code(struct str text);

#endif
