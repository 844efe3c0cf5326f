/* Rows of line: one number assigned to one account from a date to a date. The box holds the number, the name
 * that the subscriber gave it, the order that it was bought with and the transfer PIN. */
#ifndef STORE_LINE_H
#define STORE_LINE_H

#include "crypto/seal.h"
#include "sql/sql.h"

struct store_line {
    int64_t account_id, line_id;
    int64_t since, ended_at; /* ended_at 0: it lives */
    int64_t fee;             /* millionths a period */
    int64_t paid_until;      /* when the next fee is due */
    int64_t fees_stopped_at; /* no fee is charged from here on; 0: they go on */
    int64_t last_text_at, reminded_at;
    int64_t locked_at;            /* the number lock; 0: open */
    int64_t pin_until, pin_tries; /* of the transfer PIN; pin_until 0: there is none */
    int64_t version;
    struct str e164, name, order_code, pin;
};

/* Inserts a line (version 1). */
enum err store_line_insert(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                           struct store_line *line);
/* Opened; ERR_NOT_FOUND. */
enum err store_line_get(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                        int64_t account_id, int64_t line_id, struct store_line *ret_line);
/* All lines of an account, ended ones too, oldest first; at most limit. */
enum err store_line_list(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                         int64_t account_id, struct store_line *ret_lines, size_t limit, size_t *ret_count);
/* Writes back the row and raises its version; ERR_CHANGED where it has another version now. */
enum err store_line_update(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                           struct store_line *line);
/* A text came at this time; an earlier time than the one that stands is ignored. */
enum err store_line_touch(struct sql_tx *tx, int64_t account_id, int64_t line_id, int64_t at);
/* Lines that have not ended, and lines at all. */
enum err store_line_count(struct sql_tx *tx, int64_t account_id, int64_t *ret_live, int64_t *ret_all);

#endif
