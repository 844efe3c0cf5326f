/* The monthly file for the Reassigned Numbers Database: which disconnects stand in it, and that it was sent.
 */
#ifndef APP_RND_MONTH_H
#define APP_RND_MONTH_H

#include "app/app.h"
#include "app/rnd_file.h"

enum { RND_MONTH_SIZE = 8 };

struct rnd_month {
    struct rnd_row *rows; /* in the order of their digits */
    size_t count;
    int64_t submitted_at; /* 0: not yet */
};

/* What the desk shows of a month. */
struct rnd_month_head {
    char month[RND_MONTH_SIZE];
    int64_t count;
    int64_t due;                    /* the 15th of it, microseconds UTC */
    int64_t submitted_at, staff_id; /* submitted_at 0: not yet; staff_id 0: by the command line */
};
enum { RND_MONTHS = 13 };

/* Writes the month of an instant, as "2026-11". */
void rnd_month_of(int64_t at, char ret_month[RND_MONTH_SIZE]);
/* Records a permanent disconnect, inside a transaction: in the file of its month, or in the next one's where
 * that was submitted already. Never before the undo period has ended: a reported number can't be taken back.
 * Safe to run twice. */
enum err rnd_month_add(struct sql_tx *tx, struct str e164, int64_t disconnected_at);
/* When the disconnect's row was submitted; 0: not yet; ERR_NOT_FOUND where it has none. */
enum err rnd_month_submitted_at(struct sql_tx *tx, struct str e164, int64_t disconnected_at, int64_t *ret_at);

/* The rows of a month's file ("2026-11"), in arena; a month without any is no error. ERR_INVALID for what is
 * no month. */
enum err rnd_month_read(struct app *app, struct arena *arena, struct str month, struct rnd_month *ret_month);
/* Marks a month as submitted with the `count` rows that its file had: what is recorded from now on goes to
 * the next file. ERR_CHANGED where it has other rows by now, ERR_STATE where it was submitted, ERR_INVALID
 * for a month that has not begun, ERR_FORBIDDEN unless an administrator or the command line asks. */
enum err rnd_month_submit(struct app *app, const struct actor *actor, struct str month, int64_t count);
/* The present month and those before it, newest first, back to the oldest of the last RND_MONTHS with a row
 * or a submission. */
enum err rnd_month_list(struct app *app, struct arena *arena, struct rnd_month_head ret_months[RND_MONTHS],
                        size_t *ret_count);

#endif
