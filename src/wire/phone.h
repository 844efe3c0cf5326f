/* Phone numbers as people and carriers write them, into E.164. */
#ifndef WIRE_PHONE_H
#define WIRE_PHONE_H

#include "base/arena.h"
#include "base/str.h"

/* E.164 allows 15 digits (ITU-T E.164, section 6.2.1). */
enum { PHONE_E164_SIZE = 1 + 15 + 1 };

/* Reads "+12025550123", "1 (202) 555-0123", "202.555.0123", "0044 20 7946 0958": digits with spaces, hyphens,
 * dots and brackets between them, after "+", "00", "011" or nothing. Without a prefix only numbers of the
 * North American plan are known. ret_e164 lives in arena. false for anything else. */
bool phone_read(struct arena *arena, struct str typed, struct str *ret_e164);
/* True for "+1" and ten digits that the North American plan can assign: area code and exchange begin with 2
 * to 9 and are no service codes such as 911 (NANPA, Central Office Code Assignment Guidelines). */
bool phone_is_nanp(struct str e164);
/* A number as people read it, in arena: "+1 415 555 0134". Anything that is no number of the North American
 * plan, a short code or a sender's name for example, stays as it is. */
struct str phone_show(struct arena *arena, struct str e164);
/* The number as far as its holder needs to know it again, in arena: "+1 415 ••• ••34"; of other countries
 * "+44 ••••••••58". Anything that is no E.164 number is masked whole. */
struct str phone_mask(struct arena *arena, struct str e164);

#endif
