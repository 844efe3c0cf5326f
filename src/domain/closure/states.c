#include "domain/closure/states.h"

static const struct machine_state states[] = {
    [CLOSURE_REVIEW] = {"review", "ends by itself, approved", "everyone is told, periodic fees stop", false},
    [CLOSURE_QUESTION] = {"question", "back to review after 48 h", "the question is mailed", false},
    [CLOSURE_REFUSED] = {"refused", "back to review after 7 days", "the reason in words is mailed", false},
    [CLOSURE_COOLING] = {"cooling", "settling when the undo period is over", "the end is dated and mailed",
                         false},
    [CLOSURE_UNDONE] = {"undone", NULL, "all is as before, the declaration is revoked", true},
    [CLOSURE_SETTLING] = {"settling", "tried again until it is done",
                          "access ends, then the wallet is frozen", false},
    [CLOSURE_DISCONNECTING] = {"disconnecting", "tried again until it is done",
                               "numbers go to aging or back, every recipient is told", false},
    [CLOSURE_CLOSED] = {"closed", "forgetting when no hold stands", "receipt made, confirmation queued",
                        true},
    [CLOSURE_FORGETTING] = {"forgetting", "tried again until it is done",
                            "the account's key is destroyed, what outlives it re-sealed", false},
    [CLOSURE_FORGOTTEN] = {"forgotten", NULL, "second line of the receipt", true},
};

static const char *const events[] = {
    [CLOSURE_EVENT_APPROVE] = "approved", [CLOSURE_EVENT_ASK] = "a reviewer asks",
    [CLOSURE_EVENT_ANSWER] = "answered",  [CLOSURE_EVENT_REFUSE] = "two people refuse",
    [CLOSURE_EVENT_UNDO] = "undo",        [CLOSURE_EVENT_TIME] = "time over",
    [CLOSURE_EVENT_SETTLED] = "settled",  [CLOSURE_EVENT_DISCONNECTED] = "disconnected",
    [CLOSURE_EVENT_FORGET] = "no hold",   [CLOSURE_EVENT_ATTESTED] = "the turn attested",
};

static const struct machine_edge edges[] = {
    {CLOSURE_REVIEW, CLOSURE_EVENT_APPROVE, CLOSURE_COOLING},
    {CLOSURE_REVIEW, CLOSURE_EVENT_TIME, CLOSURE_COOLING},
    {CLOSURE_REVIEW, CLOSURE_EVENT_ASK, CLOSURE_QUESTION},
    {CLOSURE_REVIEW, CLOSURE_EVENT_REFUSE, CLOSURE_REFUSED},
    {CLOSURE_REVIEW, CLOSURE_EVENT_UNDO, CLOSURE_UNDONE},
    {CLOSURE_QUESTION, CLOSURE_EVENT_ANSWER, CLOSURE_REVIEW},
    {CLOSURE_QUESTION, CLOSURE_EVENT_TIME, CLOSURE_REVIEW},
    {CLOSURE_QUESTION, CLOSURE_EVENT_UNDO, CLOSURE_UNDONE},
    {CLOSURE_REFUSED, CLOSURE_EVENT_ANSWER, CLOSURE_REVIEW},
    {CLOSURE_REFUSED, CLOSURE_EVENT_TIME, CLOSURE_REVIEW},
    {CLOSURE_REFUSED, CLOSURE_EVENT_UNDO, CLOSURE_UNDONE},
    {CLOSURE_COOLING, CLOSURE_EVENT_TIME, CLOSURE_SETTLING},
    {CLOSURE_COOLING, CLOSURE_EVENT_UNDO, CLOSURE_UNDONE},
    {CLOSURE_SETTLING, CLOSURE_EVENT_SETTLED, CLOSURE_DISCONNECTING},
    {CLOSURE_DISCONNECTING, CLOSURE_EVENT_DISCONNECTED, CLOSURE_CLOSED},
    {CLOSURE_CLOSED, CLOSURE_EVENT_FORGET, CLOSURE_FORGETTING},
    {CLOSURE_FORGETTING, CLOSURE_EVENT_ATTESTED, CLOSURE_FORGOTTEN},
};

const struct machine closure_machine = {
    .name = "closure",
    .states = states,
    .state_count = CLOSURE_FORGOTTEN,
    .events = events,
    .event_count = CLOSURE_EVENT_ATTESTED,
    .edges = edges,
    .edge_count = sizeof edges / sizeof *edges,
    .first = CLOSURE_REVIEW,
};

bool closure_can_undo(int state)
{
    int to;
    return machine_next(&closure_machine, state, CLOSURE_EVENT_UNDO, &to) == ERR_NONE;
}

bool closure_is_executing(int state)
{
    return state >= CLOSURE_SETTLING && state <= CLOSURE_FORGOTTEN;
}

bool closure_is_over(int state, enum closure_scope scope)
{
    return state == CLOSURE_UNDONE || state == CLOSURE_FORGOTTEN ||
           (state == CLOSURE_CLOSED && scope == CLOSURE_SCOPE_NUMBER);
}
