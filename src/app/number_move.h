/* A number moves between its states, and a line ends. Inside transactions. */
#ifndef APP_NUMBER_MOVE_H
#define APP_NUMBER_MOVE_H

#include "app/account.h"
#include "domain/number/states.h"
#include "store/line.h"
#include "store/number.h"

/* Writes the number as `after`, where the table of the states has that way; ERR_STATE where it has not,
 * ERR_CHANGED where the row is not as `before` any more. */
enum err number_move(struct sql_tx *tx, enum number_event event, const struct store_number *before,
                     const struct store_number *after);
/* Who the actor is to a number, as bits of number_may. */
unsigned number_move_by(const struct actor *actor);

/* The number's line has ended at `at`: it rests with us and stands in the month's file, or goes back to a
 * carrier that ages its own. One that is leaving waits for its new carrier, and nobody has it. */
enum err number_disconnect(struct app *app, struct sql_tx *tx, const struct store_number *before, int64_t at);
/* Calls a port-out off. A number whose line has ended meanwhile is disconnected at `at`. */
enum err number_stay(struct app *app, struct sql_tx *tx, const struct store_number *before, int64_t at);
/* Ends a line: its unsent texts, its fee, its transfer PIN. The number is moved by the caller. */
enum err number_end_line(struct sql_tx *tx, struct arena *arena, const struct account *account,
                         struct store_line *line, int64_t now);

#endif
