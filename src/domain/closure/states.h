/* The states of a closure and what moves it between them. */
#ifndef DOMAIN_CLOSURE_STATES_H
#define DOMAIN_CLOSURE_STATES_H

#include "base/machine.h"
#include "domain/types.h"

enum closure_event {
    CLOSURE_EVENT_SUBMIT = 1,
    CLOSURE_EVENT_APPROVE, /* a person */
    CLOSURE_EVENT_ASK,
    CLOSURE_EVENT_ANSWER,
    CLOSURE_EVENT_REFUSE,
    CLOSURE_EVENT_UNDO,
    CLOSURE_EVENT_NOT_ME,
    CLOSURE_EVENT_PROVE, /* the holder is proven after "This was not me" */
    CLOSURE_EVENT_TIME,
    CLOSURE_EVENT_STEP_DONE,
    CLOSURE_EVENT_STEP_FAILED,
    CLOSURE_EVENT_HOLD,
    CLOSURE_EVENTS
};

/* The table: names, message ids, events, deadlines, what each enters with; the picture in the docs is drawn
 * from it. */
extern const struct machine closure_machine;

/* True while the closure can be undone. */
bool closure_can_undo(int state);
/* True from settling on: access has ended. */
bool closure_is_executing(int state);
/* True where nothing more will happen to a case of this scope. */
bool closure_is_over(int state, enum closure_scope scope);

/* What the subscriber may do meanwhile with what the closure is about: the account, or its one number. */
enum closure_right {
    CLOSURE_RIGHT_LOG_IN,
    CLOSURE_RIGHT_RECEIVE, /* texts arrive */
    CLOSURE_RIGHT_USE, /* calls and sent texts while the balance lasts (cooling: calls and STOP replies) */
    CLOSURE_RIGHT_BUY, /* top-up, number, plan */
    CLOSURE_RIGHTS
};
/* True where the state leaves that right. */
bool closure_allows(enum closure_state state, enum closure_right right);

#endif
