#include "domain/closure/internal.h"

/* Nobody proved to be the holder for 30 days: the case ends, the account stays. */
static bool undone_by_objection(const struct closure_case *closure, struct closure_decision *decision,
                                int64_t now)
{
    if (closure->objected_at == 0 || now - closure->objected_at < CLOSURE_OBJECTION_MICROS)
        return false;
    closure_enter(decision, CLOSURE_UNDONE, now);
    return true;
}

static void tick_review(const struct closure_config *config, const struct closure_case *closure,
                        struct closure_decision *decision, int64_t now)
{
    if (closure->objected_at != 0 || now < closure->start_at)
        return;
    if (closure->approved_by == CLOSURE_APPROVED_PERSON)
        closure_enter_approved(config, decision, CLOSURE_APPROVED_PERSON, now);
    else if (closure_is_approved_by_rule(closure))
        closure_enter_approved(config, decision, CLOSURE_APPROVED_RULE, now);
    else if (now >= closure->review_end_at)
        closure_enter_approved(config, decision, CLOSURE_APPROVED_TIME, now);
}

static void tick_waiting(const struct closure_config *config, const struct closure_case *closure,
                         struct closure_decision *decision, int64_t now)
{
    if (now >= closure->deadline_at)
        closure_review_again(config, decision, now);
}

static void tick_cooling(const struct closure_case *closure, bool clock_steady,
                         struct closure_decision *decision, int64_t now)
{
    if (closure->objected_at != 0)
        return;
    if (now >= closure->undo_end_at && clock_steady) {
        closure_enter(decision, CLOSURE_SETTLING, now);
    } else if (closure->reminded_at == 0 && now >= closure->undo_end_at - CLOSURE_REMINDER_MICROS) {
        decision->next.reminded_at = now;
        closure_want(decision, CLOSURE_EFFECT_MAIL_REMINDER);
    }
}

/* What the state entered with, once more: every step is safe to run twice. */
static void tick_step(const struct closure_case *closure, struct closure_decision *decision)
{
    for (const int *effect = machine_row(&closure_machine, (int)closure->state)->enters_with; *effect != 0;
         effect++)
        closure_want(decision, (enum closure_effect) * effect);
}

static void tick_closed(const struct closure_case *closure, struct closure_decision *decision, int64_t now)
{
    if (closure->scope == CLOSURE_SCOPE_ACCOUNT && !closure->hold)
        closure_enter(decision, CLOSURE_FORGETTING, now);
}

static void tick_forgetting(const struct closure_case *closure, struct closure_decision *decision,
                            int64_t now)
{
    closure_want(decision, CLOSURE_EFFECT_ASK_TURN);
    if (now - closure->state_at >= CLOSURE_TURN_ALARM_MICROS)
        closure_want(decision, CLOSURE_EFFECT_ALARM_TURN);
}

static void tick_state(const struct closure_config *config, const struct closure_case *closure,
                       bool clock_steady, int64_t now, struct closure_decision *decision)
{
    switch (closure->state) {
    case CLOSURE_REVIEW:
        tick_review(config, closure, decision, now);
        break;
    case CLOSURE_QUESTION:
    case CLOSURE_REFUSED:
        tick_waiting(config, closure, decision, now);
        break;
    case CLOSURE_COOLING:
        tick_cooling(closure, clock_steady, decision, now);
        break;
    case CLOSURE_SETTLING:
    case CLOSURE_DISCONNECTING:
        tick_step(closure, decision);
        break;
    case CLOSURE_CLOSED:
        tick_closed(closure, decision, now);
        break;
    case CLOSURE_FORGETTING:
        tick_forgetting(closure, decision, now);
        break;
    case CLOSURE_UNDONE:
    case CLOSURE_FORGOTTEN:
        break;
    }
}

enum err closure_decide_tick(const struct closure_config *config, const struct closure_case *closure,
                             bool clock_steady, int64_t now, struct closure_decision *ret_decision)
{
    struct closure_decision decision;
    TRY(closure_begin(closure, CLOSURE_EVENT_TIME, &decision));
    if (!undone_by_objection(closure, &decision, now))
        tick_state(config, closure, clock_steady, now, &decision);
    return closure_end(config, closure, CLOSURE_EVENT_TIME, now, &decision, ret_decision);
}

enum err closure_decide_step_done(const struct closure_config *config, const struct closure_case *closure,
                                  int64_t now, struct closure_decision *ret_decision)
{
    struct closure_decision decision;
    TRY(closure_begin(closure, CLOSURE_EVENT_STEP_DONE, &decision));
    if (closure->state == CLOSURE_SETTLING) {
        closure_enter(&decision, CLOSURE_DISCONNECTING, now);
    } else if (closure->state == CLOSURE_DISCONNECTING) {
        decision.next.closed_at = now;
        closure_enter(&decision, CLOSURE_CLOSED, now);
    } else {
        decision.next.forgotten_at = now;
        closure_enter(&decision, CLOSURE_FORGOTTEN, now);
    }
    return closure_end(config, closure, CLOSURE_EVENT_STEP_DONE, now, &decision, ret_decision);
}

enum err closure_decide_step_failed(const struct closure_config *config, const struct closure_case *closure,
                                    int64_t now, struct closure_decision *ret_decision)
{
    struct closure_decision decision;
    TRY(closure_begin(closure, CLOSURE_EVENT_STEP_FAILED, &decision));
    decision.next.tries = closure->tries + 1;
    if (decision.next.tries == CLOSURE_TRIES_TO_TICKET)
        closure_want(&decision, CLOSURE_EFFECT_OPEN_TICKET);
    return closure_end(config, closure, CLOSURE_EVENT_STEP_FAILED, now, &decision, ret_decision);
}
