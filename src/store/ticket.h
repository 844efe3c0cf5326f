/* Rows of ticket and ticket_message. A ticket is sealed under the key of its account, closure or case. */
#ifndef STORE_TICKET_H
#define STORE_TICKET_H

#include "crypto/seal.h"
#include "sql/sql.h"

struct store_ticket {
    int64_t account_id, ticket_id;
    struct str reference, key_kind;
    int64_t key_owner, state, created_at, updated_at, closure_id, version;
    struct str secret_hash, sealed;
    struct str subject, where, mail; /* sealed: what it is about, the page it came from, where to answer */
    int64_t language;
};

enum err store_ticket_insert(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                             struct store_ticket *ticket);
/* Reads without opening; texts live in arena. ERR_NOT_FOUND. */
enum err store_ticket_get(struct sql_tx *tx, struct arena *arena, int64_t account_id, int64_t ticket_id,
                          struct store_ticket *ret_ticket);
enum err store_ticket_open(struct arena *arena, const struct seal_key *key, struct store_ticket *ticket);
/* The account's tickets, newest first; at most limit. */
enum err store_ticket_list(struct sql_tx *tx, int64_t account_id, int64_t *ret_ids, size_t limit,
                           size_t *ret_count);
/* Tickets that are not in the closed state. */
enum err store_ticket_open_count(struct sql_tx *tx, int64_t account_id, int64_t closed_state,
                                 int64_t *ret_count);
enum err store_ticket_set_state(struct sql_tx *tx, const struct store_ticket *ticket, int64_t state,
                                int64_t now);
/* The oldest ticket that is sealed under the account's key and not in the closed state; ERR_NOT_FOUND. */
enum err store_ticket_unsealed(struct sql_tx *tx, struct arena *arena, int64_t account_id,
                               int64_t closed_state, struct store_ticket *ret_ticket);
/* Seals an opened ticket under another key; it belongs to closure_id from then on. */
enum err store_ticket_reseal(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                             const struct store_ticket *ticket);

/* The closure's key is gone: what was sealed under it can be read by nobody, so these conversations end
 * and leave the desk. Their rows go with the sweep. */
enum err store_ticket_end_closure(struct sql_tx *tx, int64_t account_id, int64_t closure_id,
                                  int64_t closed_state);

struct store_ticket_message {
    int64_t account_id, ticket_id, message_id, staff_id, at; /* staff_id 0: the subscriber */
    struct str text;
};

enum err store_ticket_message_insert(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                                     const struct store_ticket_message *message);
/* Deletes what was written in a conversation: its messages and its sealed part. */
enum err store_ticket_forget(struct sql_tx *tx, const struct store_ticket *ticket);
/* How many messages a conversation has. */
enum err store_ticket_message_count(struct sql_tx *tx, int64_t account_id, int64_t ticket_id,
                                    int64_t *ret_count);
/* Oldest first, opened; at most limit. */
enum err store_ticket_message_list(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                                   int64_t account_id, int64_t ticket_id,
                                   struct store_ticket_message *ret_rows, size_t limit, size_t *ret_count);
enum err store_ticket_message_reseal(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                                     const struct store_ticket_message *message);

#endif
