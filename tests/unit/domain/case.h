/* Closures as the tests of closure begin them. */
#ifndef TESTS_DOMAIN_CASE_H
#define TESTS_DOMAIN_CASE_H

#include "domain/closure/closure.h"

/* Monday 2026-11-23 09:00:00 UTC */
#define CASE_NOW INT64_C(1795424400000000)

/* The default configuration: China and Europe, 3 days of undo, 72 h of review, two people. */
struct closure_config case_config(void);
/* Facts of an active account with a full proof, one contact outside and nothing else. */
struct closure_facts case_facts(void);
/* A case submitted at CASE_NOW in the given state, by the ways that lead there. `fresh` makes a person look.
 */
struct closure_case case_in(enum closure_state state, bool fresh);
extern const struct closure_actor case_subscriber, case_reviewer, case_second_reviewer, case_agent,
    case_own_reviewer, case_system, case_contact;

#endif
