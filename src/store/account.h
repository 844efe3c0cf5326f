/* Rows of account. The box holds name, password hash, language, the ledger's id and wishes. */
#ifndef STORE_ACCOUNT_H
#define STORE_ACCOUNT_H

#include "crypto/seal.h"
#include "sql/sql.h"

/* What the subscriber wishes for the inbox. */
struct store_wishes {
    int64_t quiet_from, quiet_to, quiet_zone; /* as struct quiet_hours */
    int64_t blocked;                          /* senders that are blocked */
    int64_t forward;                          /* enum forward_kind */
    int64_t forward_since;
    struct str forward_to, forward_secret;
    int64_t offered_at, offered_tries; /* a webhook that waits for its code */
    struct str offered_to, offered_code;
};

struct store_account {
    int64_t account_id, state, state_at, created_at, security_at, locked_at, archived_at, version;
    struct str sealed; /* as it stands in the row; empty once forgotten */
    int64_t key_epoch;
    struct str key_wrapped; /* empty once it is no more */
    struct str name, password_hash;
    int64_t language, ledger_id;
    struct store_wishes wishes;
    int64_t sends_a_day; /* parts of texts in 24 hours; 0: it may not send */
    int64_t send_price;  /* of a part, millionths */
};

/* Inserts a new account (version 1). */
enum err store_account_insert(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                              struct store_account *account);
/* Reads the row and its wrapped key without opening the box; ERR_NOT_FOUND. */
enum err store_account_get(struct sql_tx *tx, int64_t account_id, struct store_account *ret_account);
/* Opens the box of a row that was read. */
enum err store_account_open(struct arena *arena, const struct seal_key *key, struct store_account *account);
/* Writes back what may change and raises the version; ERR_CHANGED where the row has another version now. */
enum err store_account_update(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                              struct store_account *account);
/* The next accounts after an id, without their boxes; at most limit. */
enum err store_account_list(struct sql_tx *tx, int64_t after, struct store_account *ret_accounts,
                            size_t limit, size_t *ret_count);
/* Writes state and box NULL: the account is forgotten. */
enum err store_account_forget(struct sql_tx *tx, struct store_account *account);

#endif
