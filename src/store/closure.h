/* Rows of closure and what hangs on it: recipients, refunds, receipts. What is personal is sealed under the
 * closure's own key, because it must outlive the account's. */
#ifndef STORE_CLOSURE_H
#define STORE_CLOSURE_H

#include "crypto/seal.h"
#include "sql/sql.h"

enum { CLOSURE_CONTACTS = 40, CLOSURE_NUMBERS = 64 };

/* The sealed part. After the account is forgotten only what confirmation and refund need remains in it. */
struct closure_own {
    struct str name; /* log-in name */
    int64_t language, ledger_id;
    int64_t account_state; /* that undo brings back */
    struct str secret;     /* of the status page's link, base64url */
    struct str contacts[CLOSURE_CONTACTS];
    size_t contact_count;
    int64_t present_count; /* of the contacts: those behind them were removed lately and get the alert only */
    struct str numbers[CLOSURE_NUMBERS]; /* E.164 */
    size_t number_count;
    struct str bank; /* where the rest of the money goes */
    struct str question, answer, refusal, comment;
};

struct store_closure {
    int64_t account_id, closure_id;
    struct str reference;
    int64_t scope, line_id, state, state_at, version, declared_at, submitted_at, start_at, due_at,
        review_end_at, undo_end_at, undo_micros, deadline_at, fresh, objected_at, hold, approved_by,
        first_refuser, refusal_reason, reason, refund_choice, tries, reminded_at, settled_amount, closed_at,
        forgotten_at, confirmed_at;
    struct str waits_for; /* what a step that can't go on waits for: a text id, or empty */
    struct str secret_hash, link_public;
    struct str sealed; /* own_box as it stands in the row */
    struct closure_own own;
};

/* Inserts a new case (version 1). */
enum err store_closure_insert(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                              struct store_closure *closure);
/* Reads the row without opening it; its texts live in arena. ERR_NOT_FOUND. */
enum err store_closure_get(struct sql_tx *tx, struct arena *arena, int64_t account_id, int64_t closure_id,
                           struct store_closure *ret_closure);
/* Opens the sealed part. */
enum err store_closure_open(struct arena *arena, const struct seal_key *key, struct store_closure *closure);
/* Writes what may change and raises the version; ERR_CHANGED where somebody else did. key NULL writes the
 * sealed part as NULL: the closure's key is gone. */
enum err store_closure_update(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                              struct store_closure *closure);
/* The closures of an account, newest first; at most limit. */
enum err store_closure_of_account(struct sql_tx *tx, int64_t account_id, int64_t *ret_ids, size_t limit,
                                  size_t *ret_count);

/* Adds, by reason, the cases in a state that they entered since then to counts; other reasons are left out.
 */
enum err store_closure_count_reasons(struct sql_tx *tx, int64_t state, int64_t since, int64_t *counts,
                                     size_t limit);

struct store_closure_id {
    int64_t account_id, closure_id;
};
/* Cases in a state, oldest first; at most limit. */
enum err store_closure_in_state(struct sql_tx *tx, int64_t state, struct store_closure_id *ret_ids,
                                size_t limit, size_t *ret_count);

struct store_closure_outline {
    int64_t closure_id, scope, line_id, state;
};
/* The account's closures, newest first, without what they hold; at most limit. */
enum err store_closure_outline(struct sql_tx *tx, int64_t account_id, struct store_closure_outline *ret_rows,
                               size_t limit, size_t *ret_count);

/* What is asked, and what closing must know that needs counting. */
struct store_closure_facts {
    int64_t account_id, ledger_id, session_id;
    int64_t since, messages_limit; /* texts after an instant are counted, up to a limit */
    int64_t lines_live, messages, tickets_open, balance, proof_until;
    bool session_found;
};
/* Fills the answers in by one read. */
enum err store_closure_facts(struct sql_tx *tx, struct store_closure_facts *facts);

struct store_recipient {
    struct str recipient, result;
    int64_t told_at;
};
/* Records that a recipient was told of the disconnect, with its result. */
enum err store_recipient_put(struct sql_tx *tx, int64_t account_id, int64_t closure_id, const char *recipient,
                             int64_t now, struct str result);
enum err store_recipient_list(struct sql_tx *tx, struct arena *arena, int64_t account_id, int64_t closure_id,
                              struct store_recipient *ret_rows, size_t limit, size_t *ret_count);

struct store_refund {
    int64_t account_id, closure_id, payment_id, attempt, amount, state, owed_at, sent_at, settled_at;
    struct str instrument, bank_reference; /* sealed */
};
/* Inserts a refund that is owed; once for (closure, payment, attempt). */
enum err store_refund_insert(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                             const struct store_refund *refund);
/* All refunds of a closure with all their attempts, by payment and attempt, in arena; opened unless key is
 * NULL. They are no more than its payments times the attempts of each. */
enum err store_refund_list(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                           int64_t account_id, int64_t closure_id, struct store_refund **ret_rows,
                           size_t *ret_count);
/* One attempt, opened; ERR_NOT_FOUND. */
enum err store_refund_get(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                          int64_t account_id, int64_t closure_id, int64_t payment_id, int64_t attempt,
                          struct store_refund *ret_refund);
/* Whether any refund of the closure is owed, under way, or failed without a next attempt. */
enum err store_refund_unfinished(struct sql_tx *tx, int64_t account_id, int64_t closure_id,
                                 bool *ret_unfinished);
/* How many such refunds there are before the desk, of all closures. */
enum err store_refund_waiting_count(struct sql_tx *tx, int64_t *ret_count);
/* Moves a refund on from state_before; ERR_CHANGED where it is not there any more. */
enum err store_refund_update(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                             const struct store_refund *refund, int64_t state_before);

struct store_receipt {
    int64_t account_id, closure_id, stage, made_at;
    struct str hash, signature, link_box;
};
/* Inserts a stage once; a second time it does nothing. */
enum err store_receipt_insert(struct sql_tx *tx, const struct store_receipt *receipt);
/* ERR_NOT_FOUND. */
enum err store_receipt_get(struct sql_tx *tx, struct arena *arena, int64_t account_id, int64_t closure_id,
                           int64_t stage, struct store_receipt *ret_receipt);

/* Puts a hash on the way to the append-only log. kind: "receipt", "attestation". */
enum err store_leaf_insert(struct sql_tx *tx, struct str hash, const char *kind, int64_t now);
enum err store_leaf_unwritten(struct sql_tx *tx, struct arena *arena, struct str *ret_hashes,
                              struct str *ret_kinds, size_t limit, size_t *ret_count);
enum err store_leaf_written(struct sql_tx *tx, struct str hash, int64_t now);

#endif
