/* What the keyring's turn goes through: wrapped keys and look-up tags of an epoch, closures that wait for it.
 */
#ifndef STORE_KEEPING_H
#define STORE_KEEPING_H

#include "sql/sql.h"

struct store_wrapped_key {
    int64_t owner_id;
    struct str kind, wrapped;
};

/* Wrapped keys of an epoch; at most limit. Texts live in the command's arena. */
enum err store_keeping_keys(struct sql_tx *tx, int64_t epoch, struct store_wrapped_key *ret_keys,
                            size_t limit, size_t *ret_count);
/* Puts a key under another epoch; ERR_CHANGED where it is under epoch_before no more. */
enum err store_keeping_rewrap(struct sql_tx *tx, const struct store_wrapped_key *key, int64_t epoch,
                              int64_t epoch_before);

struct store_name_tag {
    struct str kind, tag;
    int64_t owner_id; /* an account, or of kind "staff" a member of staff */
};

/* Look-up tags of an epoch; at most limit. */
enum err store_keeping_tags(struct sql_tx *tx, int64_t epoch, struct store_name_tag *ret_tags, size_t limit,
                            size_t *ret_count);
enum err store_keeping_drop_tag(struct sql_tx *tx, const struct store_name_tag *tag);
/* Deletes tags of epochs before this one: nothing can make them again. */
enum err store_keeping_drop_older_tags(struct sql_tx *tx, int64_t epoch);

/* How many keys and tags are of an epoch. */
enum err store_keeping_count(struct sql_tx *tx, int64_t epoch, int64_t *ret_keys, int64_t *ret_tags);

struct store_waiting_closure {
    int64_t account_id, closure_id, state_at;
    struct str reference;
};
/* Closures in a state, in the order of (state_at, closure_id), after the given one; at most limit. */
enum err store_keeping_closures(struct sql_tx *tx, int64_t state, const struct store_waiting_closure *after,
                                struct store_waiting_closure *ret_rows, size_t limit, size_t *ret_count);

/* A setting that is a number; 0 where it is not there. */
enum err store_keeping_get(struct sql_tx *tx, const char *name, int64_t *ret_value);
enum err store_keeping_put(struct sql_tx *tx, const char *name, int64_t value);

#endif
