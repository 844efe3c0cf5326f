/* Why people left: what they told on the status page, as numbers only. */
#ifndef APP_CLOSURE_REASONS_H
#define APP_CLOSURE_REASONS_H

#include "app/app.h"
#include "domain/types.h"

enum { CLOSURE_REASON_COUNTS = CLOSURE_REASON_OTHER + 1 };

/* Closings whose present state was entered since then (microseconds), by reason; those that were undone do
 * not count. ret_counts[CLOSURE_REASON_NONE]: who told none. */
enum err closure_reasons(struct app *app, struct arena *arena, int64_t since,
                         int64_t ret_counts[CLOSURE_REASON_COUNTS]);

#endif
