/* Rows of data_key, directory, reference and setting. */
#ifndef STORE_KEY_H
#define STORE_KEY_H

#include "sql/sql.h"

/* Keeps a wrapped key; ERR_EXISTS is left to the engine's constraint. kind is "account", "closure" or "case".
 */
enum err store_key_insert(struct sql_tx *tx, int64_t owner_id, const char *kind, int64_t epoch,
                          struct str wrapped);
/* The wrapped key and its epoch; ERR_KEY_GONE where the row is not there. */
enum err store_key_get(struct sql_tx *tx, int64_t owner_id, const char *kind, int64_t *ret_epoch,
                       struct str *ret_wrapped);
/* Deletes the wrapped key; deleting what is gone is no error. */
enum err store_key_delete(struct sql_tx *tx, int64_t owner_id, const char *kind);

/* Claims a unique name by its tag; ERR_EXISTS where somebody has it. */
enum err store_directory_claim(struct sql_tx *tx, const char *kind, struct str tag, int64_t epoch,
                               int64_t account_id);
/* Whose name it is; ERR_NOT_FOUND. */
enum err store_directory_get(struct sql_tx *tx, const char *kind, struct str tag, int64_t *ret_account_id);
/* Gives up all names of an account. */
enum err store_directory_delete(struct sql_tx *tx, int64_t account_id);

/* Keeps a public reference ("VC-…"). */
enum err store_reference_insert(struct sql_tx *tx, struct str code, const char *kind, int64_t account_id,
                                int64_t subject_id);
/* What a reference stands for; ERR_NOT_FOUND. */
enum err store_reference_get(struct sql_tx *tx, struct str code, const char *kind, int64_t *ret_account_id,
                             int64_t *ret_subject_id);

/* A setting of the store; ERR_NOT_FOUND. */
enum err store_setting_get(struct sql_tx *tx, const char *name, struct str *ret_value);
enum err store_setting_put(struct sql_tx *tx, const char *name, struct str value);
enum err store_setting_delete(struct sql_tx *tx, const char *name);

#endif
