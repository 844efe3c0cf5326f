/* What the files of closure share; nobody else includes it. */
#ifndef DOMAIN_CLOSURE_INTERNAL_H
#define DOMAIN_CLOSURE_INTERNAL_H

#include "domain/closure/closure.h"

/* Begins a decision on a stored case; ERR_STATE where its state does not answer the event. */
enum err closure_begin(const struct closure_case *closure, enum closure_event event,
                       struct closure_decision *decision);
/* Wants an effect, unless the case's scope has no use for it. */
void closure_want(struct closure_decision *decision, enum closure_effect effect);
/* Enters a state with what its row says. */
void closure_enter(struct closure_decision *decision, enum closure_state state, int64_t now);
/* Sets the deadline that the case now has and hands the decision out. */
void closure_hand_out(const struct closure_config *config, int64_t now, struct closure_decision *decision,
                      struct closure_decision *ret_decision);
/* The same for a stored case; ERR_INTERNAL where the table knows no such way. */
enum err closure_end(const struct closure_config *config, const struct closure_case *closure,
                     enum closure_event event, int64_t now, struct closure_decision *decision,
                     struct closure_decision *ret_decision);
/* Lets the review last until now + look, as far as the due date allows. */
void closure_extend_review(const struct closure_config *config, struct closure_case *closure, int64_t look,
                           int64_t now);
/* The clock runs again that stood still since then: all dates move. */
void closure_move_clocks(struct closure_case *closure, int64_t since, int64_t now);
/* Back to review from a question or a refusal. */
void closure_review_again(const struct closure_config *config, struct closure_decision *decision,
                          int64_t now);
/* To cooling. */
void closure_enter_approved(const struct closure_config *config, struct closure_decision *decision,
                            enum closure_approval by, int64_t now);
/* True for a reviewer or admin who is not the subscriber. */
bool closure_may_review(const struct closure_actor *actor);

#endif
