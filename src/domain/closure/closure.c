#include "domain/closure/internal.h"

int64_t closure_fees_stop_at(const struct closure_case *closure)
{
    return closure->start_at > closure->submitted_at ? closure->start_at : closure->declared_at;
}

/* A date without a time of day may lie a few hours back and mean today. */
static enum err start_of(const struct closure_submission *submission, int64_t now, int64_t *ret_start)
{
    int64_t start = submission->start_at == 0 ? now : submission->start_at;
    if (start < now - MICROS_DAY || start > now + CLOSURE_CHOICE_MICROS)
        return ERR_INVALID;
    *ret_start = start < now ? now : start;
    return ERR_NONE;
}

/* Never more proof than was asked at sign-up: who has no contact outside gives the password, and a person
 * looks. */
static bool is_proven_weakly(const struct closure_facts *facts)
{
    return facts->proof == CLOSURE_PROOF_PASSWORD && facts->contacts_outside == 0;
}

static enum err check_submit(const struct closure_facts *facts, const struct closure_submission *submission)
{
    if (facts->account_state == ACCOUNT_CLOSED)
        return ERR_GONE;
    if (facts->case_open)
        return ERR_EXISTS;
    bool proven = facts->proof == CLOSURE_PROOF_FULL || is_proven_weakly(facts);
    return proven || submission->by_declaration ? ERR_NONE : ERR_PROOF_NEEDED;
}

static void want_submitted(struct closure_decision *decision, const struct closure_submission *submission)
{
    if (!submission->by_declaration && !submission->without_declaration)
        closure_want(decision, CLOSURE_EFFECT_DECLARE);
    closure_want(decision, CLOSURE_EFFECT_STOP_FEES);
    closure_want(decision, CLOSURE_EFFECT_TOP_UP_OFF);
    closure_want(decision, CLOSURE_EFFECT_ACCOUNT_CLOSING);
    closure_want(decision, CLOSURE_EFFECT_ALERT);
}

enum err closure_decide_submit(const struct closure_config *config, const struct closure_facts *facts,
                               const struct closure_submission *submission, int64_t now,
                               struct closure_decision *ret_decision)
{
    int64_t start;
    TRY(check_submit(facts, submission));
    TRY(start_of(submission, now, &start));
    bool fresh = submission->by_declaration || is_proven_weakly(facts) ||
                 closure_clocks_is_fresh(facts->security_at, now);
    int64_t declared = submission->declared_at;
    int64_t due = closure_clocks_due(&config->markets, start);
    struct closure_decision decision = {
        .next = {
            .scope = facts->scope,
            .state = CLOSURE_REVIEW,
            .declared_at = declared == 0 || declared > now ? now : declared,
            .submitted_at = now,
            .start_at = start,
            .due_at = due,
            .review_end_at = closure_clocks_review_end(config, start, due, fresh),
            .undo_micros = closure_clocks_undo(config, false),
            .fresh = fresh,
            .hold = facts->hold,
        }};
    want_submitted(&decision, submission);
    closure_enter(&decision, CLOSURE_REVIEW, now);
    closure_hand_out(config, now, &decision, ret_decision);
    return ERR_NONE;
}

enum err closure_decide_approve(const struct closure_config *config, const struct closure_case *closure,
                                const struct closure_actor *actor, int64_t now,
                                struct closure_decision *ret_decision)
{
    struct closure_decision decision;
    TRY(closure_begin(closure, CLOSURE_EVENT_APPROVE, &decision));
    if (!closure_may_review(actor))
        return ERR_FORBIDDEN;
    if (closure->objected_at != 0)
        return ERR_POLICY;
    if (closure->start_at > now) {
        decision.next.approved_by = CLOSURE_APPROVED_PERSON;
        decision.next.first_refuser = 0;
        decision.next.refusal_reason = CLOSURE_REFUSAL_NONE;
        closure_want(&decision, CLOSURE_EFFECT_DESK_REMOVE);
    } else {
        closure_enter_approved(config, &decision, CLOSURE_APPROVED_PERSON, now);
    }
    return closure_end(config, closure, CLOSURE_EVENT_APPROVE, now, &decision, ret_decision);
}

enum err closure_decide_ask(const struct closure_config *config, const struct closure_case *closure,
                            const struct closure_actor *actor, int64_t now,
                            struct closure_decision *ret_decision)
{
    struct closure_decision decision;
    TRY(closure_begin(closure, CLOSURE_EVENT_ASK, &decision));
    if (!closure_may_review(actor))
        return ERR_FORBIDDEN;
    decision.next.approved_by = CLOSURE_APPROVED_NOT;
    decision.next.fresh = true;
    closure_enter(&decision, CLOSURE_QUESTION, now);
    return closure_end(config, closure, CLOSURE_EVENT_ASK, now, &decision, ret_decision);
}

enum err closure_decide_answer(const struct closure_config *config, const struct closure_case *closure,
                               const struct closure_actor *actor, int64_t now,
                               struct closure_decision *ret_decision)
{
    struct closure_decision decision;
    TRY(closure_begin(closure, CLOSURE_EVENT_ANSWER, &decision));
    if (actor->kind != CLOSURE_BY_SUBSCRIBER)
        return ERR_FORBIDDEN;
    closure_review_again(config, &decision, now);
    return closure_end(config, closure, CLOSURE_EVENT_ANSWER, now, &decision, ret_decision);
}

static enum err check_refusal(const struct closure_case *closure, const struct closure_actor *actor,
                              enum closure_refusal reason, bool in_words)
{
    if (!closure_may_review(actor))
        return ERR_FORBIDDEN;
    if (reason <= CLOSURE_REFUSAL_NONE || reason > CLOSURE_REFUSAL_CONTACT_OBJECTED || !in_words)
        return ERR_INVALID;
    if (reason == CLOSURE_REFUSAL_CONTACT_OBJECTED && closure->objected_at == 0)
        return ERR_POLICY;
    return closure->first_refuser != 0 && closure->refusal_reason != reason ? ERR_CONFLICT : ERR_NONE;
}

/* Whether this word is the second one that a refusal needs. */
static enum err check_second(const struct closure_config *config, const struct closure_case *closure,
                             const struct closure_actor *actor, int64_t now)
{
    if (closure->first_refuser != actor->staff_id)
        return ERR_NONE;
    if (config->desk_people > 1)
        return ERR_FORBIDDEN;
    return now - closure->state_at < CLOSURE_PAUSE_MICROS ? ERR_POLICY : ERR_NONE;
}

/* state_at is set anew, because the pause of a desk of one person counts from it; the review lasts long
 * enough for the second word, as far as the due date allows. */
static void refuse_first(const struct closure_config *config, struct closure_decision *decision,
                         const struct closure_actor *actor, enum closure_refusal reason, int64_t now)
{
    struct closure_case *next = &decision->next;
    next->first_refuser = actor->staff_id;
    next->refusal_reason = reason;
    next->approved_by = CLOSURE_APPROVED_NOT;
    next->fresh = true;
    closure_extend_review(config, next, CLOSURE_PAUSE_MICROS + CLOSURE_LOOK_MICROS, now);
    closure_enter(decision, CLOSURE_REVIEW, now);
}

enum err closure_decide_refuse(const struct closure_config *config, const struct closure_case *closure,
                               const struct closure_actor *actor, enum closure_refusal reason, bool in_words,
                               int64_t now, struct closure_decision *ret_decision)
{
    struct closure_decision decision;
    TRY(closure_begin(closure, CLOSURE_EVENT_REFUSE, &decision));
    TRY(check_refusal(closure, actor, reason, in_words));
    if (closure->first_refuser == 0) {
        refuse_first(config, &decision, actor, reason, now);
    } else {
        TRY(check_second(config, closure, actor, now));
        if (closure->first_refuser == actor->staff_id)
            closure_want(&decision, CLOSURE_EFFECT_AUDIT_ONE_PERSON);
        closure_enter(&decision, CLOSURE_REFUSED, now);
    }
    return closure_end(config, closure, CLOSURE_EVENT_REFUSE, now, &decision, ret_decision);
}

enum err closure_decide_undo(const struct closure_case *closure, const struct closure_actor *actor,
                             int64_t now, struct closure_decision *ret_decision)
{
    struct closure_decision decision;
    TRY(closure_begin(closure, CLOSURE_EVENT_UNDO, &decision));
    if (actor->kind != CLOSURE_BY_SUBSCRIBER && actor->kind != CLOSURE_BY_CONTACT)
        return ERR_FORBIDDEN;
    closure_enter(&decision, CLOSURE_UNDONE, now);
    return closure_end(NULL, closure, CLOSURE_EVENT_UNDO, now, &decision, ret_decision);
}

enum err closure_decide_not_me(const struct closure_config *config, const struct closure_case *closure,
                               int64_t now, struct closure_decision *ret_decision)
{
    struct closure_decision decision;
    TRY(closure_begin(closure, CLOSURE_EVENT_NOT_ME, &decision));
    if (closure->objected_at == 0) {
        decision.next.objected_at = now;
        decision.next.fresh = true;
        if (closure->state == CLOSURE_REVIEW)
            decision.next.approved_by = CLOSURE_APPROVED_NOT;
        closure_want(&decision, CLOSURE_EFFECT_END_SESSIONS);
        closure_want(&decision, CLOSURE_EFFECT_LOCK);
        closure_want(&decision, CLOSURE_EFFECT_MAIL_STOPPED);
        closure_want(&decision, CLOSURE_EFFECT_DESK_ADD);
    }
    return closure_end(config, closure, CLOSURE_EVENT_NOT_ME, now, &decision, ret_decision);
}

enum err closure_decide_prove(const struct closure_config *config, const struct closure_case *closure,
                              const struct closure_actor *actor, int64_t now,
                              struct closure_decision *ret_decision)
{
    struct closure_decision decision;
    struct closure_case *next = &decision.next;
    TRY(closure_begin(closure, CLOSURE_EVENT_PROVE, &decision));
    if (!closure_may_review(actor) && actor->kind != CLOSURE_BY_SYSTEM)
        return ERR_FORBIDDEN;
    if (closure->objected_at == 0)
        return ERR_POLICY;
    int64_t since = closure->objected_at;
    next->objected_at = 0;
    if (closure->state == CLOSURE_REFUSED) {
        /* the clock stood since the earlier of the two; state_at is where review_again counts from */
        next->state_at = since < closure->state_at ? since : closure->state_at;
        closure_review_again(config, &decision, now);
    } else {
        closure_move_clocks(next, since, now);
    }
    if (closure->state == CLOSURE_REVIEW)
        closure_extend_review(config, next, CLOSURE_LOOK_MICROS, now);
    closure_want(&decision, CLOSURE_EFFECT_UNLOCK);
    closure_want(&decision, CLOSURE_EFFECT_MAIL_GOES_ON);
    if (next->state == CLOSURE_REVIEW)
        closure_want(&decision, CLOSURE_EFFECT_DESK_ADD);
    else
        closure_want(&decision, CLOSURE_EFFECT_DESK_REMOVE);
    return closure_end(config, closure, CLOSURE_EVENT_PROVE, now, &decision, ret_decision);
}

enum err closure_decide_hold(const struct closure_config *config, const struct closure_case *closure,
                             const struct closure_actor *actor, bool hold, int64_t now,
                             struct closure_decision *ret_decision)
{
    struct closure_decision decision;
    TRY(closure_begin(closure, CLOSURE_EVENT_HOLD, &decision));
    if (!closure_may_review(actor))
        return ERR_FORBIDDEN;
    decision.next.hold = hold;
    return closure_end(config, closure, CLOSURE_EVENT_HOLD, now, &decision, ret_decision);
}
