/* What the operator decides about a number: to park it, to return it to its carrier. */
#ifndef APP_NUMBER_PARK_H
#define APP_NUMBER_PARK_H

#include "app/app.h"

/* Parks a number that is in use: it keeps its account and line, receives and costs as before, and nothing is
 * sent from it any more; or takes that back. Its holder is told. Twice the same does nothing. ERR_NOT_FOUND,
 * ERR_STATE where nobody has it, ERR_INVALID where e164 (as typed) is no number, ERR_FORBIDDEN. */
enum err number_park(struct app *app, const struct actor *actor, struct str e164, bool parked);
/* Gives a number that nobody has back to the carrier that it came from; one that rests too, whose row in the
 * month's file stays. ERR_STATE where somebody has it. Errors as above. */
enum err number_return(struct app *app, const struct actor *actor, struct str e164);

#endif
