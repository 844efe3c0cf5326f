/* Rows of declaration: "I cancel". Sealed under the key of a case of its own. */
#ifndef STORE_DECLARATION_H
#define STORE_DECLARATION_H

#include "crypto/seal.h"
#include "sql/sql.h"

struct store_declaration {
    int64_t declaration_id;
    struct str reference;
    int64_t kind, state, state_at, received_at, wished_at, deadline_at, account_id, closure_id;
    struct str secret_hash, sealed;
    struct str name, contract, mail, reason, text; /* sealed: as the person wrote them */
    int64_t language;
};

enum err store_declaration_insert(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                                  const struct store_declaration *declaration);
/* Reads without opening; texts live in arena. ERR_NOT_FOUND. */
enum err store_declaration_get(struct sql_tx *tx, struct arena *arena, int64_t declaration_id,
                               struct store_declaration *ret_declaration);
enum err store_declaration_open(struct arena *arena, const struct seal_key *key,
                                struct store_declaration *declaration);
/* Writes state, times and what it was matched with; ERR_CHANGED unless it is still in state_before. */
enum err store_declaration_update(struct sql_tx *tx, const struct store_declaration *declaration,
                                  int64_t state_before);
/* The desk's match: as update, from unmatched, with a new link. */
enum err store_declaration_rematch(struct sql_tx *tx, const struct store_declaration *declaration,
                                   struct str secret_hash);
/* The declarations matched with an account, newest first; at most limit. */
enum err store_declaration_of_account(struct sql_tx *tx, int64_t account_id, int64_t *ret_ids, size_t limit,
                                      size_t *ret_count);
/* Drops the sealed part: its outcome is 30 days old. */
enum err store_declaration_forget(struct sql_tx *tx, int64_t declaration_id);

#endif
