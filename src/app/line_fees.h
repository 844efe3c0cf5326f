/* The periodic fee of a line: charged ahead for a month, stopped and taken up again. */
#ifndef APP_LINE_FEES_H
#define APP_LINE_FEES_H

#include "app/account.h"
#include "store/line.h"

/* When the clock must look at a line next: at its reminder or at its next fee; 0: never. */
int64_t line_fees_due(const struct store_line *line);
/* Puts the line on the clock accordingly. */
enum err line_fees_plan(struct sql_tx *tx, const struct store_line *line);
/* No fee is charged from `at` on (a declaration's date, a closure's submission); an earlier stop stays. */
enum err line_fees_stop(struct sql_tx *tx, struct arena *arena, const struct account *account,
                        int64_t line_id, int64_t at);
/* Takes the fee up again (undo, revoked declaration): what was paid counts from now on, the days between cost
 * nothing. */
enum err line_fees_resume(struct sql_tx *tx, struct arena *arena, const struct account *account,
                          int64_t line_id, int64_t now);

/* The scheduler's job "line": charges a fee that is due, under a key of line and period, and mails 7 days
 * before the next one where nothing was received since the last. */
enum err line_fees_run(struct app *app, int64_t account_id, int64_t line_id);
/* The same as if it were then (microseconds UTC): for histories that are made up. */
enum err line_fees_run_at(struct app *app, int64_t account_id, int64_t line_id, int64_t now);

#endif
