/* Rows of number (the operator's inventory) and number_texts. Nothing here is personal: the numbers are the
 * operator's, and whose line it is shows as a random account id only. */
#ifndef STORE_NUMBER_H
#define STORE_NUMBER_H

#include "sql/sql.h"

struct store_number {
    struct str e164; /* "+12025550123" */
    int64_t state;   /* domain's enum number_state */
    struct str carrier;
    int64_t class; /* domain's enum number_class */
    int64_t account_id, line_id;
    int64_t assigned_at, disconnected_at, aging_until, rested_days;
    int64_t leaving_at;                /* when its port-out began; 0: it stays */
    int64_t seen_wall, seen_monotonic; /* first of the two observations that end aging; 0: none yet */
};

/* Adds a number to the inventory; ERR_EXISTS where it is there. */
enum err store_number_insert(struct sql_tx *tx, const struct store_number *number);
/* ERR_NOT_FOUND where the number is not ours. */
enum err store_number_get(struct sql_tx *tx, struct str e164, struct store_number *ret_number);
/* Writes all but e164, carrier and class; ERR_CHANGED unless the row still has the state, the line and
 * leaving_at of before. */
enum err store_number_update(struct sql_tx *tx, const struct store_number *number,
                             const struct store_number *before);
/* Numbers in a state, in the order of their digits, after the given one (STR_NONE: from the first); at most
 * limit. */
enum err store_number_list(struct sql_tx *tx, int64_t state, struct str after,
                           struct store_number *ret_numbers, size_t limit, size_t *ret_count);
/* Numbers whose port-out is under way, in the order of their digits, after the given one; at most limit. */
enum err store_number_list_leaving(struct sql_tx *tx, struct str after, struct store_number *ret_numbers,
                                   size_t limit, size_t *ret_count);
/* Numbers of an account, oldest line first; at most limit. */
enum err store_number_list_account(struct sql_tx *tx, int64_t account_id, struct store_number *ret_numbers,
                                   size_t limit, size_t *ret_count);
/* How many numbers are in a state. */
enum err store_number_count(struct sql_tx *tx, int64_t state, int64_t *ret_count);

/* Counts a text to a number that rests, or (e164 empty) to one that is not ours, on its day; nothing else of
 * the text is kept. at: microseconds UTC. */
enum err store_number_count_text(struct sql_tx *tx, struct str e164, int64_t at);
/* Texts counted for a number since a day's beginning (microseconds UTC). */
enum err store_number_texts(struct sql_tx *tx, struct str e164, int64_t since, int64_t *ret_count);

#endif
