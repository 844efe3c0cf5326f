/* Tombstones: what a restore must replay so that the closed stay closed. No person is named in them. They are
 * appended, synced on every copy, before the row of an account's key is deleted. */
#ifndef APP_TOMBSTONES_H
#define APP_TOMBSTONES_H

#include "app/app.h"

struct tombstone_number {
    struct str e164;
    int64_t disconnected_at; /* 0: it was leaving to another carrier */
};

struct tombstone_refund {
    int64_t payment_id, attempt, amount; /* amount: millionths */
};

struct tombstone {
    int64_t account_id, closure_id;
    int64_t line_id; /* of a closure of one number; 0: the whole account */
    struct str reference;
    int64_t closed_at;
    const struct tombstone_number *numbers;
    size_t number_count;
    const struct tombstone_refund *refunds;
    size_t refund_count;
    struct str secret_hash, link_public; /* of the case's secret link, so that its page comes back, too */
};

/* As they stand in the file. */
struct tombstone_records {
    struct str *records;
    size_t count;
};

/* Appends what must outlive every backup; the same a second time adds nothing. One record, or several where
 * numbers and refunds do not fit one:
 *   closure account ACCOUNT CLOSURE REFERENCE CLOSED_AT numbers:E164@AT,… refunds:PAYMENT:ATTEMPT:AMOUNT,…
 *           link:HASH:PUBLIC (hexadecimal)
 *   closure line    ACCOUNT/LINE CLOSURE …
 * Does I/O: never inside a command. ERR_FULL, ERR_IO: nothing may be destroyed then. */
enum err tombstones_append(struct app *app, const struct tombstone *tombstone);
/* The same for a closure that is being settled, read from the store: its numbers, disconnected at `now`, and
 * what it owes. Where it is written again, the later record counts. The records are for the store too: the
 * other nodes' files are made of them. ERR_NOT_FOUND. */
enum err tombstones_write(struct app *app, struct arena *arena, int64_t account_id, int64_t closure_id,
                          int64_t now, struct tombstone_records *ret_records);
/* Reads a record; lists live in arena. ERR_CORRUPT where it is none. */
enum err tombstones_read(struct arena *arena, struct str record, struct tombstone *ret_tombstone);
/* Calls each(tombstone, context) for every record, oldest first; stops at its first error. */
enum err tombstones_walk(struct app *app, enum err (*each)(const struct tombstone *tombstone, void *context),
                         void *context);
/* What serve asks before it serves: ERR_CONFLICT where the store does not know a closing that was final (it
 * is an older copy, and would bring the closed back: `violet restore` replays). ret_missing (NULL allowed)
 * gets how many. */
enum err tombstones_check(struct app *app, int64_t *ret_missing);

#endif
