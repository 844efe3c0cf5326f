/* The carrier's side of a port-out (携号转出): a request of another carrier is checked, the number leaves,
 * has left, or stays after all. Staff of the desk and the command line do this; the new carrier asks them. */
#ifndef APP_NUMBER_PORT_H
#define APP_NUMBER_PORT_H

#include "app/app.h"
#include "domain/number/port.h"

/* What the new carrier shows, as typed: spaces and hyphens do not count. */
struct number_port {
    struct str e164, account_number, pin;
    enum port_answer ret_answer;
};

/* Answers a request. A wrong account number or PIN is counted; after LIMIT_PORT_TRIES the PIN is over, and
 * the contacts are told. ERR_INVALID where e164 is no number, ERR_FORBIDDEN. */
enum err number_port_check(struct app *app, const struct actor *actor, struct number_port *port);
/* The same, and an accepted number is leaving from now on: its PIN is spent, the contacts are told at once,
 * and it works until it has left. */
enum err number_port_start(struct app *app, const struct actor *actor, struct number_port *port);
/* The new carrier has it: the number is ported out, its line and its fee end, texts that still come are
 * counted like those to a resting number. No registry hears of it: it was not disconnected. ERR_NOT_FOUND,
 * ERR_STATE where it is not leaving, ERR_FORBIDDEN. */
enum err number_port_complete(struct app *app, const struct actor *actor, struct str e164);
/* It stays. Where its line ended while it was leaving, it is disconnected now. Errors as above. */
enum err number_port_cancel(struct app *app, const struct actor *actor, struct str e164);

struct number_leaving {
    struct str e164, carrier;
    int64_t since; /* microseconds UTC */
    bool held;     /* its line lives */
};
/* The numbers that are leaving, after the given one (empty: from the first), at most limit; in arena. */
enum err number_port_list(struct app *app, struct arena *arena, struct str after, size_t limit,
                          struct number_leaving **ret_numbers, size_t *ret_count);

#endif
