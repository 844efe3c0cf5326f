/* The declaration (取消服务通知): "I cancel". Always accepted; by itself it releases nothing and pays nobody.
 */
#ifndef DOMAIN_DECLARATION_DECLARATION_H
#define DOMAIN_DECLARATION_DECLARATION_H

#include "base/clock.h"
#include "base/err.h"
#include "base/machine.h"
#include "domain/types.h"

#define DECLARATION_OBJECTION_MICROS (30 * MICROS_DAY) /* so long anybody told may say "This was not me" */
#define DECLARATION_KEPT_MICROS (30 * MICROS_DAY) /* what was written is kept so long after the outcome */

#define DECLARATION_WITHDRAW_DAYS 14 /* Directive 2011/83/EU, article 9 */

enum declaration_event {
    DECLARATION_EVENT_MATCH = 1,
    DECLARATION_EVENT_MISS, /* nobody found whom it concerns: the desk looks */
    DECLARATION_EVENT_END,  /* there is nothing left to cancel */
    DECLARATION_EVENT_OBJECT,
    DECLARATION_EVENT_TIME,
    DECLARATION_EVENT_PROOF, /* the holder closes it with a fresh proof: nobody else need object */
    DECLARATION_EVENTS
};

extern const struct machine declaration_machine;

/* Where an event leads; ERR_STATE where the state does not answer it. */
enum err declaration_decide(int64_t state, enum declaration_event event, int64_t *ret_next);
/* The date that it takes effect: the wished one, never before it arrived. wished_at 0: the earliest. */
int64_t declaration_effective_at(int64_t received_at, int64_t wished_at);
/* When time ends a state entered now: matched starts a closure after 30 days without objection, or at its
 * date if later; unmatched ends after 30 days. 0 for a state that time does not end. */
int64_t declaration_deadline(int64_t state, int64_t effective_at, int64_t now);
/* The last day on which a purchase can be withdrawn from, as the start of that day: the fourteenth after the
 * day of the purchase, which does not count itself; where it is a Saturday or Sunday, the Monday after it
 * (Regulation 1182/71, article 3; no holidays assumed). Days are of UTC. */
int64_t declaration_withdraw_last_day(int64_t bought_at);
/* Whether what was received then withdraws from what was bought then: the last day counts to its end. A
 * purchase that nobody knows (0) is not withdrawn from. */
bool declaration_withdraws_in_time(int64_t received_at, int64_t bought_at);
#endif
