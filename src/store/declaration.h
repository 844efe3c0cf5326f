/* Rows of declaration: "I cancel". Sealed under the key of a case of its own. */
#ifndef STORE_DECLARATION_H
#define STORE_DECLARATION_H

#include "crypto/seal.h"
#include "sql/sql.h"

struct store_declaration {
    int64_t declaration_id;
    struct str reference;
    int64_t kind, state, state_at, received_at, wished_at, deadline_at, account_id, line_id, closure_id,
        bought_at;
    struct str secret_hash, sealed;
    struct str name, contract, mail, reason, text; /* sealed: as the person wrote them */
    struct str number; /* sealed: the one that it concerns, E.164; empty: the whole account */
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
/* The desk's match, with a new link: everything that was opened is sealed again. ERR_CHANGED where it was
 * matched meanwhile. */
enum err store_declaration_rematch(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                                   const struct store_declaration *declaration);
/* The declarations that a closure came with or from, oldest first; at most limit. */
enum err store_declaration_of_closure(struct sql_tx *tx, int64_t account_id, int64_t closure_id,
                                      int64_t *ret_ids, size_t limit, size_t *ret_count);
/* The declarations of an account in a state, oldest first; at most limit. */
enum err store_declaration_in_state(struct sql_tx *tx, int64_t account_id, int64_t state, int64_t *ret_ids,
                                    size_t limit, size_t *ret_count);
/* Whether another declaration in this state than `but` concerns the line, alone or with its account. */
enum err store_declaration_holds_line(struct sql_tx *tx, int64_t account_id, int64_t line_id, int64_t state,
                                      int64_t but, bool *ret_holds);
/* Drops the sealed part: its outcome is 30 days old. */
enum err store_declaration_forget(struct sql_tx *tx, int64_t declaration_id);

#endif
