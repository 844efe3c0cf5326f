/* What looks like a code and is none. */
#ifndef DOMAIN_MESSAGE_LOOKALIKE_H
#define DOMAIN_MESSAGE_LOOKALIKE_H

#include "base/str.h"

/* Why the digits or capitals at this place of the text are no code, by what stands beside them: "amount",
 * "phone", "part_of_number", "part_of_word", "link", "word_before" (an order's number, a date …) or "unit".
 * NULL where they may be one. */
const char *lookalike_why(struct str text, size_t from, size_t length);
/* True where the text sells something: codes that make a thing cheaper open nothing. */
bool lookalike_is_promotion(struct str text);

#endif
