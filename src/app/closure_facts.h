/* What closing must know of five subjects, read in the transaction that decides. */
#ifndef APP_CLOSURE_FACTS_H
#define APP_CLOSURE_FACTS_H

#include "app/account.h"
#include "domain/closure/preflight.h"
#include "store/line.h"

struct closure_scope_choice {
    enum closure_scope scope;
    int64_t line_id; /* of a number */
};

/* Who asks, about what and when. */
struct closure_facts_question {
    const struct closure_scope_choice *choice;
    const struct actor *actor;
    int64_t now;
    int64_t open_closure_id; /* the case that is under way already; 0: none */
    int64_t messages_limit;  /* texts that are not saved are counted up to here: a mailbox may be large */
};
/* Gathers the facts. ERR_NOT_FOUND for a line that is not the account's or has ended. */
enum err closure_facts_gather(struct app *app, struct sql_tx *tx, struct arena *arena,
                              struct account *account, const struct closure_facts_question *question,
                              struct closure_facts *ret_facts);
/* A short text that changes when something does that the confirmation showed (money, numbers, who is
 * reachable): submitted with the request, so that what is confirmed is what was checked. Texts that arrive
 * don't change it. */
struct str closure_facts_mark(struct arena *arena, const struct closure_facts *facts);
/* The closure of this subject that is under way; 0 where there is none. */
enum err closure_facts_open_case(struct sql_tx *tx, int64_t account_id,
                                 const struct closure_scope_choice *choice, int64_t *ret_closure_id);

struct closure_check {
    struct closure_facts facts;
    struct preflight_finding findings[PREFLIGHT_ROWS];
    size_t finding_count, fine_count;
    struct str mark;
    int64_t open_closure_id;
    struct store_line line; /* of the scope of one number */
};
/* The preflight as a page or the API shows it; reads only. */
enum err closure_check(struct app *app, struct arena *arena, const struct actor *actor,
                       const struct closure_scope_choice *choice, struct closure_check **ret_check);

#endif
