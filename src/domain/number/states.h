/* The states of a number of the inventory, what moves it between them, and who may do that. A port-out under
 * way is no state of its own: the number is in use until it has left, and keeps the time when that began
 * (leaving_at). */
#ifndef DOMAIN_NUMBER_STATES_H
#define DOMAIN_NUMBER_STATES_H

#include "base/machine.h"
#include "domain/types.h"

enum number_event {
    NUMBER_EVENT_ASSIGN = 1,
    NUMBER_EVENT_PARK, /* it receives, nothing is sent from it */
    NUMBER_EVENT_UNPARK,
    NUMBER_EVENT_DISCONNECT, /* its line ends */
    NUMBER_EVENT_TIME,
    NUMBER_EVENT_RETURN, /* to the carrier that it came from */
    NUMBER_EVENT_LEAVE,  /* a port-out begins */
    NUMBER_EVENT_STAY,   /* it was called off */
    NUMBER_EVENT_LEFT,   /* it is done */
    NUMBER_EVENTS
};

extern const struct machine number_machine;

/* Who asks for a move; bits. */
enum {
    NUMBER_BY_AGENT = 1,  /* staff of the desk */
    NUMBER_BY_ADMIN = 2,  /* its administrators and the operator's command line */
    NUMBER_BY_SYSTEM = 4, /* time, and closings */
};

/* True where one of them may ask for it. */
bool number_may(enum number_event event, unsigned by);

#endif
