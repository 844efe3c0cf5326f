/* When a closure came into each of its states, as its journal tells. */
#ifndef APP_CLOSURE_STEPS_H
#define APP_CLOSURE_STEPS_H

#include "domain/closure/closure.h"
#include "store/work.h"

enum { CLOSURE_STATES = CLOSURE_FORGOTTEN + 1 };

/* ret_at[state]: when it was last entered (microseconds); 0: not, or the journal does not say (a restored
 * closure's begins at the restore). start_at: the date that was chosen; an approval before it does not move.
 */
void closure_steps(const struct store_journal_row *rows, size_t count, int64_t start_at,
                   int64_t ret_at[CLOSURE_STATES]);

#endif
