#include "domain/closure/closure.h"

#define EDGES(...) ((const struct machine_edge[]){__VA_ARGS__, {0, 0}})
#define EFFECTS(...) ((const int[]){__VA_ARGS__, 0})
#define ON(event, next)                                                                                      \
    {                                                                                                        \
        CLOSURE_EVENT_##event, CLOSURE_##next                                                                \
    }
#define EFFECT(name) CLOSURE_EFFECT_##name

static const char *const event_names[CLOSURE_EVENTS] = {
    [CLOSURE_EVENT_SUBMIT] = "submit",
    [CLOSURE_EVENT_APPROVE] = "approve",
    [CLOSURE_EVENT_ASK] = "ask",
    [CLOSURE_EVENT_ANSWER] = "answer",
    [CLOSURE_EVENT_REFUSE] = "refuse",
    [CLOSURE_EVENT_UNDO] = "undo",
    [CLOSURE_EVENT_NOT_ME] = "not_me",
    [CLOSURE_EVENT_PROVE] = "prove",
    [CLOSURE_EVENT_TIME] = "time",
    [CLOSURE_EVENT_STEP_DONE] = "step_done",
    [CLOSURE_EVENT_STEP_FAILED] = "step_failed",
    [CLOSURE_EVENT_HOLD] = "hold",
};

/* Time leads from review, question, refused and cooling to undone only where "This was not me" was said and
 * nobody proved to be the holder for 30 days. */
static const struct machine_row rows[] = {
    {CLOSURE_REVIEW, "review", "closure.state.review", "ends by itself, approved", EFFECTS(EFFECT(DESK_ADD)),
     EDGES(ON(APPROVE, COOLING), ON(APPROVE, REVIEW), ON(ASK, QUESTION), ON(REFUSE, REVIEW),
           ON(REFUSE, REFUSED), ON(UNDO, UNDONE), ON(NOT_ME, REVIEW), ON(PROVE, REVIEW), ON(TIME, REVIEW),
           ON(TIME, COOLING), ON(TIME, UNDONE), ON(HOLD, REVIEW))},
    {CLOSURE_QUESTION, "question", "closure.state.question", "back to review after 48 h",
     EFFECTS(EFFECT(MAIL_QUESTION), EFFECT(DESK_REMOVE)),
     EDGES(ON(ANSWER, REVIEW), ON(UNDO, UNDONE), ON(NOT_ME, QUESTION), ON(PROVE, QUESTION),
           ON(TIME, QUESTION), ON(TIME, REVIEW), ON(TIME, UNDONE), ON(HOLD, QUESTION))},
    {CLOSURE_REFUSED, "refused", "closure.state.refused", "back to review after 7 days",
     EFFECTS(EFFECT(MAIL_REFUSED), EFFECT(DESK_REMOVE)),
     EDGES(ON(ANSWER, REVIEW), ON(UNDO, UNDONE), ON(NOT_ME, REFUSED), ON(PROVE, REVIEW), ON(TIME, REFUSED),
           ON(TIME, REVIEW), ON(TIME, UNDONE), ON(HOLD, REFUSED))},
    {CLOSURE_COOLING, "cooling", "closure.state.cooling", "settling when the undo period is over",
     EFFECTS(EFFECT(MAIL_APPROVED), EFFECT(DESK_REMOVE)),
     EDGES(ON(UNDO, UNDONE), ON(NOT_ME, COOLING), ON(PROVE, COOLING), ON(TIME, COOLING), ON(TIME, SETTLING),
           ON(TIME, UNDONE), ON(HOLD, COOLING))},
    {CLOSURE_UNDONE, "undone", "closure.state.undone", NULL,
     EFFECTS(EFFECT(RESUME_FEES), EFFECT(REVOKE_DECLARATION), EFFECT(ACCOUNT_BACK), EFFECT(MAIL_UNDONE),
             EFFECT(DESK_REMOVE)),
     NULL},
    {CLOSURE_SETTLING, "settling", "closure.state.settling", "tried again until it is done",
     EFFECTS(EFFECT(END_ACCESS), EFFECT(FREEZE_WALLET)),
     EDGES(ON(STEP_DONE, DISCONNECTING), ON(STEP_FAILED, SETTLING), ON(TIME, SETTLING), ON(HOLD, SETTLING))},
    {CLOSURE_DISCONNECTING, "disconnecting", "closure.state.disconnecting", "tried again until it is done",
     EFFECTS(EFFECT(RELEASE_NUMBERS), EFFECT(TELL_RECIPIENTS)),
     EDGES(ON(STEP_DONE, CLOSED), ON(STEP_FAILED, DISCONNECTING), ON(TIME, DISCONNECTING),
           ON(HOLD, DISCONNECTING))},
    {CLOSURE_CLOSED, "closed", "closure.state.closed", "forgetting when no hold stands",
     EFFECTS(EFFECT(ACCOUNT_CLOSED), EFFECT(MAKE_RECEIPT), EFFECT(CONFIRM)),
     EDGES(ON(TIME, CLOSED), ON(TIME, FORGETTING), ON(HOLD, CLOSED))},
    {CLOSURE_FORGETTING, "forgetting", "closure.state.forgetting",
     "asks the keyring until its turn attests it", EFFECTS(EFFECT(RESEAL), EFFECT(DESTROY_KEY)),
     EDGES(ON(STEP_DONE, FORGOTTEN), ON(STEP_FAILED, FORGETTING), ON(TIME, FORGETTING))},
    {CLOSURE_FORGOTTEN, "forgotten", "closure.state.forgotten", NULL, EFFECTS(EFFECT(ADD_RECEIPT_LINE)),
     NULL},
};

const struct machine closure_machine = {
    .name = "closure",
    .first = CLOSURE_REVIEW,
    .time = CLOSURE_EVENT_TIME,
    .rows = rows,
    .row_count = sizeof rows / sizeof *rows,
    .events = event_names,
    .event_count = CLOSURE_EVENTS,
};

bool closure_can_undo(int state)
{
    return machine_answers(&closure_machine, state, CLOSURE_EVENT_UNDO);
}

bool closure_is_executing(int state)
{
    return state >= CLOSURE_SETTLING && state <= CLOSURE_FORGOTTEN;
}

bool closure_is_over(int state, enum closure_scope scope)
{
    return machine_is_final(&closure_machine, state) ||
           (state == CLOSURE_CLOSED && scope == CLOSURE_SCOPE_NUMBER);
}

bool closure_allows(enum closure_state state, enum closure_right right)
{
    static const bool rights[CLOSURE_FORGOTTEN + 1][CLOSURE_RIGHTS] = {
        [CLOSURE_REVIEW] = {true, true, true, true},  [CLOSURE_QUESTION] = {true, true, true, true},
        [CLOSURE_REFUSED] = {true, true, true, true}, [CLOSURE_COOLING] = {true, true, true, false},
        [CLOSURE_UNDONE] = {true, true, true, true},
    };
    return (unsigned)state <= CLOSURE_FORGOTTEN && (unsigned)right < CLOSURE_RIGHTS && rights[state][right];
}

const char *closure_effect_name(enum closure_effect effect)
{
    static const char *const names[CLOSURE_EFFECT_COUNT] = {[CLOSURE_EFFECT_NONE] = "none",
#define NAME(name, text, scopes) [CLOSURE_EFFECT_##name] = text,
                                                            CLOSURE_EFFECTS(NAME)
#undef NAME
    };
    return (unsigned)effect < CLOSURE_EFFECT_COUNT ? names[effect] : "unknown";
}
