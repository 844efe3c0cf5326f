/* Closure (注销): the case that ends an account or one number. Checked, reviewed, undoable, then final.
 *
 * Each closure_decide_… takes the case as it is stored and gives the case as it shall be stored, with the
 * effects that are wanted in the same transaction. It changes nothing itself. All return
 *   ERR_STATE      the state does not answer this event (see the table),
 *   ERR_FORBIDDEN  the actor may not, among them whoever would review an own case,
 *   ERR_POLICY     it is answered, but not now or not so,
 * and set *ret_decision only on success. */
#ifndef DOMAIN_CLOSURE_CLOSURE_H
#define DOMAIN_CLOSURE_CLOSURE_H

#include "domain/closure/clocks.h"
#include "domain/closure/preflight.h"
#include "domain/closure/states.h"
#include "domain/types.h"

/* X(name, stable name, scopes: A account, N one number, B both) */
#define CLOSURE_EFFECTS(X)                                                                                   \
    X(DECLARE, "declare", B) /* make the declaration with it, and its acknowledgement */                     \
    X(REVOKE_DECLARATION, "revoke_declaration", B)                                                           \
    X(STOP_FEES, "stop_fees", B)     /* periodic fees stop at the case's fees_stop_at */                     \
    X(RESUME_FEES, "resume_fees", B) /* from now on, nothing for the days between */                         \
    X(TOP_UP_OFF, "top_up_off", A)                                                                           \
    X(ACCOUNT_CLOSING, "account_closing", A)                                                                 \
    X(ACCOUNT_BACK, "account_back", A) /* to the state it had before */                                      \
    X(ACCOUNT_CLOSED, "account_closed", A)                                                                   \
    X(ALERT, "alert", B)       /* to every contact and those removed in the last 30 days,                    \
                                  with "This was not me" */                                                  \
    X(DESK_ADD, "desk_add", B) /* a person looks: due at the case's deadline_at */                           \
    X(DESK_REMOVE, "desk_remove", B)                                                                         \
    X(AUDIT_ONE_PERSON, "audit_one_person", B) /* the pause stood for the second person */                   \
    X(MAIL_APPROVED, "mail_approved", B)                                                                     \
    X(MAIL_QUESTION, "mail_question", B)                                                                     \
    X(MAIL_REFUSED, "mail_refused", B) /* the reason in words, how to answer, how to complain */             \
    X(MAIL_REVIEW_AGAIN, "mail_review_again", B)                                                             \
    X(MAIL_UNDONE, "mail_undone", B)                                                                         \
    X(MAIL_STOPPED, "mail_stopped", B)   /* "This was not me" stopped the clock */                           \
    X(MAIL_GOES_ON, "mail_goes_on", B)   /* the holder is proven, the clock runs again */                    \
    X(MAIL_REMINDER, "mail_reminder", B) /* 24 h before the end, with a fresh archive */                     \
    X(END_SESSIONS, "end_sessions", B)                                                                       \
    X(LOCK, "lock", B) /* contacts, factors and refund destination */                                        \
    X(UNLOCK, "unlock", B)                                                                                   \
    X(END_ACCESS, "end_access", B)           /* sessions, API keys, SIP; of one number: its routes */        \
    X(FREEZE_WALLET, "freeze_wallet", A)     /* one balancing transfer, and the refunds it owes */           \
    X(RELEASE_NUMBERS, "release_numbers", B) /* to aging or back to the carrier */                           \
    X(TELL_RECIPIENTS, "tell_recipients", B) /* each with its result */                                      \
    X(MAKE_RECEIPT, "make_receipt", B)                                                                       \
    X(CONFIRM, "confirm", B) /* queue the confirmation */                                                    \
    X(RESEAL, "reseal", A)   /* what outlives the account goes under the closure's key */                    \
    X(DESTROY_KEY, "destroy_key", A)                                                                         \
    X(ASK_TURN, "ask_turn", A)                 /* has the keyring's turn attested it? */                     \
    X(ALARM_TURN, "alarm_turn", A)             /* the turn waits for more than 7 days */                     \
    X(ADD_RECEIPT_LINE, "add_receipt_line", A) /* the second, signed: forgotten */                           \
    X(OPEN_TICKET, "open_ticket", B)           /* a step failed for the third time: with the exact reason */

enum closure_effect {
    CLOSURE_EFFECT_NONE = 0,
#define CLOSURE_EFFECT_ENUM(name, text, scopes) CLOSURE_EFFECT_##name,
    CLOSURE_EFFECTS(CLOSURE_EFFECT_ENUM)
#undef CLOSURE_EFFECT_ENUM
        CLOSURE_EFFECT_COUNT
};

/* The case, as the store holds it (same names there). Times are microseconds UTC, 0: not yet. */
struct closure_case {
    enum closure_scope scope;
    enum closure_state state;
    int64_t state_at;
    int64_t declared_at, submitted_at;
    int64_t start_at;      /* the date that was chosen, else submitted_at: the clocks start from it */
    int64_t due_at;        /* closed by then */
    int64_t review_end_at; /* the review ends by itself */
    int64_t undo_end_at;   /* can be undone until then; set by the approval */
    int64_t undo_micros;   /* the undo period that was given, or will be */
    int64_t deadline_at;   /* when closure_decide_tick must look next; 0: never */
    bool fresh;            /* a person looks; approved by silence, a longer undo period */
    bool hold;             /* the operator must keep data by order */
    int64_t objected_at;   /* "This was not me": the clock stands still since */
    enum closure_approval approved_by;
    int64_t first_refuser; /* staff id of the first of two */
    enum closure_refusal refusal_reason;
    int64_t tries; /* failed tries of the present step */
    int64_t reminded_at;
    int64_t closed_at, forgotten_at;
};

enum closure_actor_kind {
    CLOSURE_BY_SUBSCRIBER, /* logged in, or by the secret link */
    CLOSURE_BY_STAFF,
    CLOSURE_BY_CONTACT, /* the "This was not me" of a mail */
    CLOSURE_BY_SYSTEM   /* time, and steps that report */
};

struct closure_actor {
    enum closure_actor_kind kind;
    int64_t staff_id;
    enum role role;
    bool own_case; /* the staff member is the subscriber */
};

/* What is asked for at the beginning. */
struct closure_submission {
    int64_t declared_at;      /* when "I cancel" arrived; 0: with this request */
    int64_t start_at;         /* the chosen date, at most 30 days ahead; 0: as soon as possible */
    bool by_declaration;      /* started by a declaration that nobody objected to: no proof, a person looks */
    bool without_declaration; /* one number or account whose declaration exists already */
};

enum { CLOSURE_DECISION_EFFECTS = 16 };

struct closure_decision {
    struct closure_case next; /* as it shall be stored */
    enum closure_effect effects[CLOSURE_DECISION_EFFECTS];
    size_t effect_count;
};

/* The effect's stable name, for journal and tests. */
const char *closure_effect_name(enum closure_effect effect);
/* True where the decision wants the effect. */
bool closure_wants(const struct closure_decision *decision, enum closure_effect effect);

/* When periodic fees stop: from the declaration's date, which is the chosen one if later. */
int64_t closure_fees_stop_at(const struct closure_case *closure);

/* Begins a case in review. Where deadline_at <= now, call closure_decide_tick in the same transaction: it is
 * approved by rule. ERR_GONE for a closed account, ERR_EXISTS where a case is open, ERR_INVALID for a date
 * that is past or too far ahead, ERR_PROOF_NEEDED. */
enum err closure_decide_submit(const struct closure_config *config, const struct closure_facts *facts,
                               const struct closure_submission *submission, int64_t now,
                               struct closure_decision *ret_decision);
/* True where no person need look: nothing fresh, no objection, no hold. */
bool closure_is_approved_by_rule(const struct closure_case *closure);
/* A reviewer approves; before the chosen date the case stays in review until then. ERR_POLICY while the clock
 * stands still. */
enum err closure_decide_approve(const struct closure_config *config, const struct closure_case *closure,
                                const struct closure_actor *actor, int64_t now,
                                struct closure_decision *ret_decision);
/* A reviewer asks; back in review with the answer or after 48 h, earlier where the due date wants it. */
enum err closure_decide_ask(const struct closure_config *config, const struct closure_case *closure,
                            const struct closure_actor *actor, int64_t now,
                            struct closure_decision *ret_decision);
/* The subscriber answers a question or a refusal. */
enum err closure_decide_answer(const struct closure_config *config, const struct closure_case *closure,
                               const struct closure_actor *actor, int64_t now,
                               struct closure_decision *ret_decision);
/* A reviewer refuses: the first one's word waits (the case stays in review, first_refuser set), a second
 * person's with the same reason refuses. With desk_people 1 the same person, 24 h later. A refusal answers
 * the request, so the due clock stands still until review goes on. ERR_INVALID for no reason or none in
 * words, ERR_POLICY for an objection that nobody made or too early, ERR_CONFLICT for another reason than the
 * first one's. */
enum err closure_decide_refuse(const struct closure_config *config, const struct closure_case *closure,
                               const struct closure_actor *actor, enum closure_refusal reason, bool in_words,
                               int64_t now, struct closure_decision *ret_decision);
/* To the last second of cooling. */
enum err closure_decide_undo(const struct closure_case *closure, const struct closure_actor *actor,
                             int64_t now, struct closure_decision *ret_decision);
/* "This was not me": the clock stands still, sessions end, contacts, factors and refund destination are
 * locked until the holder is proven; after 30 days without, the case is undone. A second time changes
 * nothing. */
enum err closure_decide_not_me(const struct closure_config *config, const struct closure_case *closure,
                               int64_t now, struct closure_decision *ret_decision);
/* The holder is proven (staff, or the system on a fresh full proof): the clock runs again, due date and undo
 * period moved by the time it stood. ERR_POLICY where nothing was objected. */
enum err closure_decide_prove(const struct closure_config *config, const struct closure_case *closure,
                              const struct closure_actor *actor, int64_t now,
                              struct closure_decision *ret_decision);
/* Time passes; to be called when deadline_at is reached, and harmless at any other time. clock_steady: see
 * base/watch.h; without it an undo period does not end. In a step it wants the step's effects again, with the
 * next try's deadline. */
enum err closure_decide_tick(const struct closure_config *config, const struct closure_case *closure,
                             bool clock_steady, int64_t now, struct closure_decision *ret_decision);
/* The present step (settling, disconnecting, forgetting) is done. */
enum err closure_decide_step_done(const struct closure_config *config, const struct closure_case *closure,
                                  int64_t now, struct closure_decision *ret_decision);
/* The present step could not go on: it is tried again with back-off; the third time a ticket is opened. */
enum err closure_decide_step_failed(const struct closure_config *config, const struct closure_case *closure,
                                    int64_t now, struct closure_decision *ret_decision);
/* A legal hold is laid on the case or lifted; closing goes on, forgetting waits. */
enum err closure_decide_hold(const struct closure_config *config, const struct closure_case *closure,
                             const struct closure_actor *actor, bool hold, int64_t now,
                             struct closure_decision *ret_decision);

#endif
