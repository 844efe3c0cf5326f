#include "domain/closure/internal.h"

enum {
    SCOPE_A = 1 << CLOSURE_SCOPE_ACCOUNT,
    SCOPE_N = 1 << CLOSURE_SCOPE_NUMBER,
    SCOPE_B = SCOPE_A | SCOPE_N
};

static const int effect_scopes[CLOSURE_EFFECT_COUNT] = {
#define SCOPES(name, text, scopes) [CLOSURE_EFFECT_##name] = SCOPE_##scopes,
    CLOSURE_EFFECTS(SCOPES)
#undef SCOPES
};

enum err closure_begin(const struct closure_case *closure, enum closure_event event,
                       struct closure_decision *decision)
{
    if (!machine_answers(&closure_machine, (int)closure->state, (int)event))
        return ERR_STATE;
    *decision = (struct closure_decision){.next = *closure};
    return ERR_NONE;
}

bool closure_wants(const struct closure_decision *decision, enum closure_effect effect)
{
    for (size_t i = 0; i < decision->effect_count; i++)
        if (decision->effects[i] == effect)
            return true;
    return false;
}

void closure_want(struct closure_decision *decision, enum closure_effect effect)
{
    bool applies = (effect_scopes[effect] & 1 << decision->next.scope) != 0;
    if (applies && decision->effect_count < CLOSURE_DECISION_EFFECTS && !closure_wants(decision, effect))
        decision->effects[decision->effect_count++] = effect;
}

void closure_enter(struct closure_decision *decision, enum closure_state state, int64_t now)
{
    struct closure_case *next = &decision->next;
    next->state = state;
    next->state_at = now;
    next->tries = 0;
    for (const int *effect = machine_row(&closure_machine, (int)state)->enters_with; *effect != 0; effect++)
        if (*effect != CLOSURE_EFFECT_DESK_ADD || !closure_is_approved_by_rule(next))
            closure_want(decision, (enum closure_effect) * effect);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

bool closure_is_approved_by_rule(const struct closure_case *closure)
{
    return !closure->fresh && !closure->hold && closure->objected_at == 0 && closure->first_refuser == 0;
}

static int64_t review_deadline(const struct closure_case *closure, int64_t now)
{
    if (closure->start_at > now)
        return closure->start_at;
    bool is_decided = closure_is_approved_by_rule(closure) || closure->approved_by != CLOSURE_APPROVED_NOT;
    return is_decided ? now : closure->review_end_at;
}

static int64_t question_deadline(const struct closure_config *config, const struct closure_case *closure)
{
    int64_t end = closure->state_at + CLOSURE_QUESTION_MICROS;
    if (closure->objected_at != 0)
        return end;
    return least(end, closure_clocks_latest_approval(config, closure->due_at, closure->fresh));
}

static int64_t cooling_deadline(const struct closure_case *closure, int64_t now)
{
    if (closure->reminded_at == 0)
        return closure->undo_end_at - CLOSURE_REMINDER_MICROS;
    return closure->undo_end_at > now ? closure->undo_end_at : now + CLOSURE_STEADY_RETRY_MICROS;
}

static int64_t closed_deadline(const struct closure_case *closure, int64_t now)
{
    if (closure->scope == CLOSURE_SCOPE_NUMBER)
        return 0;
    return closure->hold ? now + MICROS_DAY : now;
}

/* While "This was not me" stands, review and cooling wait for the holder only. */
static int64_t objected_deadline(const struct closure_case *closure, int64_t deadline)
{
    int64_t end = closure->objected_at + CLOSURE_OBJECTION_MICROS;
    bool stands_still = closure->state == CLOSURE_REVIEW || closure->state == CLOSURE_COOLING;
    return stands_still ? end : least(end, deadline);
}

static int64_t deadline_of(const struct closure_config *config, const struct closure_case *closure,
                           int64_t now)
{
    int64_t deadline = 0;
    switch (closure->state) {
    case CLOSURE_REVIEW:
        deadline = review_deadline(closure, now);
        break;
    case CLOSURE_QUESTION:
        deadline = question_deadline(config, closure);
        break;
    case CLOSURE_REFUSED:
        deadline = closure->state_at + CLOSURE_REFUSED_MICROS;
        break;
    case CLOSURE_COOLING:
        deadline = cooling_deadline(closure, now);
        break;
    case CLOSURE_SETTLING:
    case CLOSURE_DISCONNECTING:
        return closure->tries == 0 ? closure->state_at : now + closure_clocks_retry(closure->tries);
    case CLOSURE_CLOSED:
        return closed_deadline(closure, now);
    case CLOSURE_FORGETTING:
        return now + (closure->tries == 0 ? MICROS_DAY : closure_clocks_retry(closure->tries));
    case CLOSURE_UNDONE:
    case CLOSURE_FORGOTTEN:
        return 0;
    }
    return closure->objected_at != 0 ? objected_deadline(closure, deadline) : deadline;
}

void closure_hand_out(const struct closure_config *config, int64_t now, struct closure_decision *decision,
                      struct closure_decision *ret_decision)
{
    decision->next.deadline_at = deadline_of(config, &decision->next, now);
    *ret_decision = *decision;
}

enum err closure_end(const struct closure_config *config, const struct closure_case *closure,
                     enum closure_event event, int64_t now, struct closure_decision *decision,
                     struct closure_decision *ret_decision)
{
    if (!machine_leads(&closure_machine, (int)closure->state, (int)event, (int)decision->next.state))
        return ERR_INTERNAL;
    closure_hand_out(config, now, decision, ret_decision);
    return ERR_NONE;
}

void closure_extend_review(const struct closure_config *config, struct closure_case *closure, int64_t look,
                           int64_t now)
{
    int64_t latest = closure_clocks_latest_approval(config, closure->due_at, closure->fresh);
    closure->review_end_at = most(now, least(most(closure->review_end_at, now + look), latest));
}

void closure_move_clocks(struct closure_case *closure, int64_t since, int64_t now)
{
    int64_t stood = most(0, now - since);
    closure->due_at += stood;
    closure->review_end_at += stood;
    if (closure->undo_end_at != 0)
        closure->undo_end_at += stood;
}

void closure_review_again(const struct closure_config *config, struct closure_decision *decision, int64_t now)
{
    struct closure_case *next = &decision->next;
    int64_t since = next->state_at;
    if (next->state == CLOSURE_REFUSED) {
        if (next->objected_at != 0)
            next->objected_at = least(next->objected_at, since);
        else
            closure_move_clocks(next, since, now);
        next->fresh = true;
    }
    next->first_refuser = 0;
    next->refusal_reason = CLOSURE_REFUSAL_NONE;
    closure_extend_review(config, next, CLOSURE_LOOK_MICROS, now);
    closure_enter(decision, CLOSURE_REVIEW, now);
    closure_want(decision, CLOSURE_EFFECT_MAIL_REVIEW_AGAIN);
}

void closure_enter_approved(const struct closure_config *config, struct closure_decision *decision,
                            enum closure_approval by, int64_t now)
{
    struct closure_case *next = &decision->next;
    next->approved_by = by;
    next->first_refuser = 0;
    next->refusal_reason = CLOSURE_REFUSAL_NONE;
    next->undo_micros = closure_clocks_undo(config, by == CLOSURE_APPROVED_TIME && next->fresh);
    next->undo_end_at = now + next->undo_micros;
    closure_enter(decision, CLOSURE_COOLING, now);
}

bool closure_may_review(const struct closure_actor *actor)
{
    return actor->kind == CLOSURE_BY_STAFF && actor->staff_id != 0 && !actor->own_case &&
           (actor->role == ROLE_REVIEWER || actor->role == ROLE_ADMIN);
}
