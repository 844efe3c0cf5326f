/* The states of a closure and what moves it between them. */
#ifndef DOMAIN_CLOSURE_STATES_H
#define DOMAIN_CLOSURE_STATES_H

#include "base/machine.h"
#include "domain/types.h"

enum closure_event {
    CLOSURE_EVENT_APPROVE = 1,
    CLOSURE_EVENT_ASK,
    CLOSURE_EVENT_ANSWER,
    CLOSURE_EVENT_REFUSE,
    CLOSURE_EVENT_UNDO,
    CLOSURE_EVENT_TIME,
    CLOSURE_EVENT_SETTLED,
    CLOSURE_EVENT_DISCONNECTED,
    CLOSURE_EVENT_FORGET,
    CLOSURE_EVENT_ATTESTED
};

/* The table; the picture in the docs is drawn from it. */
extern const struct machine closure_machine;

/* True while the closure can be undone. */
bool closure_can_undo(int state);
/* True from settling on: access has ended. */
bool closure_is_executing(int state);
/* True where nothing more will happen to a case of this scope. */
bool closure_is_over(int state, enum closure_scope scope);

#endif
