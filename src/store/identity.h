/* Rows of session, proof, contact, staff and audit. */
#ifndef STORE_IDENTITY_H
#define STORE_IDENTITY_H

#include "crypto/seal.h"
#include "sql/sql.h"

struct store_session {
    int64_t account_id, session_id, role;
    struct str secret_hash;
    int64_t created_at, seen_at, expires_at, proof_until;
};

enum err store_session_insert(struct sql_tx *tx, const struct store_session *session);
/* ERR_NOT_FOUND. */
enum err store_session_get(struct sql_tx *tx, int64_t account_id, int64_t session_id,
                           struct store_session *ret_session);
enum err store_session_touch(struct sql_tx *tx, int64_t account_id, int64_t session_id, int64_t now);
/* The session counts as freshly proven until then. */
enum err store_session_prove(struct sql_tx *tx, int64_t account_id, int64_t session_id, int64_t until);
enum err store_session_delete(struct sql_tx *tx, int64_t account_id, int64_t session_id);
/* Ends all sessions of the account. */
enum err store_session_delete_all(struct sql_tx *tx, int64_t account_id);
/* Ends all sessions of the account but this one. */
enum err store_session_delete_others(struct sql_tx *tx, int64_t account_id, int64_t session_id);
enum err store_session_count(struct sql_tx *tx, int64_t account_id, int64_t *ret_count);

struct store_proof {
    int64_t account_id, proof_id;
    const char *purpose; /* "closure", "contact" */
    int64_t contact_id, created_at, expires_at, tries, used_at;
    struct str code;
};

enum err store_proof_insert(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                            const struct store_proof *proof);
/* The newest code of a purpose, opened; ERR_NOT_FOUND. */
enum err store_proof_newest(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                            int64_t account_id, const char *purpose, struct store_proof *ret_proof);
enum err store_proof_try(struct sql_tx *tx, int64_t account_id, int64_t proof_id);
/* Uses it once; ERR_CHANGED where it was used. */
enum err store_proof_use(struct sql_tx *tx, int64_t account_id, int64_t proof_id, int64_t now);
/* Codes sent since then. */
enum err store_proof_count(struct sql_tx *tx, int64_t account_id, int64_t since, int64_t *ret_count);

struct store_contact {
    int64_t account_id, contact_id, kind, added_at, verified_at, removed_at, version;
    struct str address;
};

enum err store_contact_insert(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                              const struct store_contact *contact);
/* All contacts, removed ones too, oldest first; count at most limit. */
enum err store_contact_list(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                            int64_t account_id, struct store_contact *ret_contacts, size_t limit,
                            size_t *ret_count);
enum err store_contact_verify(struct sql_tx *tx, int64_t account_id, int64_t contact_id, int64_t now);
/* ERR_NOT_FOUND where there is none or it was removed. */
enum err store_contact_remove(struct sql_tx *tx, int64_t account_id, int64_t contact_id, int64_t now);

struct store_staff {
    int64_t staff_id, role, created_at, disabled_at;
    struct str name, password_hash;
};

enum err store_staff_insert(struct sql_tx *tx, struct arena *arena, const struct seal_key *key,
                            const struct store_staff *staff);
/* Opened; ERR_NOT_FOUND. */
enum err store_staff_get(struct sql_tx *tx, struct arena *arena, const struct seal_key *key, int64_t staff_id,
                         struct store_staff *ret_staff);
/* A line of the audit: which member of staff did what to which subject. staff_id 0: the command line. */
enum err store_audit_insert(struct sql_tx *tx, int64_t now, int64_t staff_id, const char *event,
                            int64_t account_id, int64_t subject_id);

#endif
