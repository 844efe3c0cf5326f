/* Rows of queue, outbox, desk_item and journal: what remains to be done, and what happened. */
#ifndef STORE_WORK_H
#define STORE_WORK_H

#include "crypto/seal.h"
#include "sql/sql.h"

struct store_queue_item {
    int64_t bucket, due, queue_id, account_id, subject_id, fence;
    struct str kind;
};

/* Puts a subject of an account on the clock. kind: "outbox", "closure", "line" … */
enum err store_queue_add(struct sql_tx *tx, const char *kind, int64_t account_id, int64_t subject_id,
                         int64_t due);
/* Takes a subject off the clock. */
enum err store_queue_remove(struct sql_tx *tx, const char *kind, int64_t account_id, int64_t subject_id);
/* Puts a subject on the clock at another time, whether it stood there or not; due 0 takes it off. A lease and
 * its fence stay: whoever works on the subject goes on alone. */
enum err store_queue_move(struct sql_tx *tx, const char *kind, int64_t account_id, int64_t subject_id,
                          int64_t due);
/* Sets the end of the lease that was claimed under this fence (0: it ends now). ERR_CHANGED where the subject
 * was claimed again, or is off the clock: what was done under the lease may not be ended. */
enum err store_queue_hold(struct sql_tx *tx, const char *kind, int64_t account_id, int64_t subject_id,
                          int64_t fence, int64_t lease_until);
/* The same for a lease that still runs; ERR_CHANGED where its holder has ended it meanwhile. */
enum err store_queue_renew(struct sql_tx *tx, const char *kind, int64_t account_id, int64_t subject_id,
                           int64_t fence, int64_t lease_until);
/* What is due in a bucket and not leased; at most limit. */
enum err store_queue_due(struct sql_tx *tx, struct arena *arena, int64_t bucket, int64_t now,
                         struct store_queue_item *ret_items, size_t limit, size_t *ret_count);
/* Ends every lease of a node: of its earlier life, which was killed. */
enum err store_queue_release(struct sql_tx *tx, int64_t node_id, int64_t now);
/* Leases an item, whose fence becomes one higher; ERR_CHANGED where another has it. */
enum err store_queue_claim(struct sql_tx *tx, const struct store_queue_item *item, int64_t node_id,
                           int64_t lease_until);

struct store_outbox {
    int64_t account_id, outbox_id;
    struct str kind, effect_key, key_kind;
    int64_t key_owner, closure_id, state, tries, created_at;
    struct str fields; /* packed, in clear: only inside a wiped arena */
};

enum store_outbox_state { OUTBOX_WAITING, OUTBOX_DONE, OUTBOX_DEAD, OUTBOX_CANCELLED };

/* Inserts a row and its place in the queue, due at once; does nothing where the account has the effect key.
 */
enum err store_outbox_insert(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                             const struct store_outbox *outbox, int64_t due);
/* Reads a row; its box stays sealed until store_outbox_open. ERR_NOT_FOUND. */
enum err store_outbox_get(struct sql_tx *tx, int64_t account_id, int64_t outbox_id,
                          struct store_outbox *ret_outbox, struct str *ret_box);
enum err store_outbox_open(struct arena *arena, const struct seal_key *key, struct store_outbox *outbox,
                           struct str box);
/* Writes how a try ended, or that it waits again; ERR_CHANGED where the row does not wait any more. */
enum err store_outbox_finish(struct sql_tx *tx, const struct store_outbox *outbox,
                             enum store_outbox_state state, int64_t now, struct str result);
/* The rows sealed under this key that wait, oldest first; at most limit. */
enum err store_outbox_waiting(struct sql_tx *tx, int64_t account_id, const char *key_kind, int64_t key_owner,
                              int64_t *ret_ids, size_t limit, size_t *ret_count);
/* A row that waits is not sent any more; one that does not wait stays as it is. */
enum err store_outbox_cancel(struct sql_tx *tx, int64_t account_id, int64_t outbox_id, int64_t now,
                             struct str result);
/* Whether a row that is sealed under this key still waits. */
enum err store_outbox_waits_for_key(struct sql_tx *tx, int64_t account_id, const char *key_kind,
                                    int64_t key_owner, bool *ret_waits);

/* Puts a subject before people at the desk. kind: "review", "ticket", "refund", "declaration". */
enum err store_desk_add(struct sql_tx *tx, const char *kind, int64_t due, int64_t account_id,
                        int64_t subject_id);
enum err store_desk_remove(struct sql_tx *tx, const char *kind, int64_t subject_id);

struct store_desk_item {
    int64_t due, account_id, subject_id;
};
/* The queue of a kind, soonest first; at most limit. */
enum err store_desk_list(struct sql_tx *tx, const char *kind, struct store_desk_item *ret_items, size_t limit,
                         size_t *ret_count);

/* Adds the next row to a journal (subject 0: the account's own). details may be empty; it is sealed. actor is
 * a word and, for staff, their id: never a name. */
enum err store_journal_add(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                           int64_t account_id, int64_t subject_id, int64_t now, const char *event,
                           struct str actor, struct str details);

/* Where a journal ends. A command that adds several rows keeps it, and reads the last row once. */
struct store_journal_end {
    bool known;
    int64_t seq;
    uint8_t hash[32];
};
/* Like store_journal_add; reads the end where it is not known yet, and moves it on. */
enum err store_journal_continue(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                                int64_t account_id, int64_t subject_id, int64_t now, const char *event,
                                struct str actor, struct str details, struct store_journal_end *end);

struct store_journal_row {
    int64_t seq, at;
    struct str event, actor;
};
/* A journal from its first row, without the sealed details; at most limit. */
enum err store_journal_list(struct sql_tx *tx, int64_t account_id, int64_t subject_id,
                            struct store_journal_row *ret_rows, size_t limit, size_t *ret_count);

#endif
