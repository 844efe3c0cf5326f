#include "app/keys.h"

#include "store/keeping.h"
#include "store/key.h"

#include <string.h>

/* Which epoch is written stands in the store, so that all nodes change over in one moment, and one that
 * missed it wraps nothing under keys that the others overwrite. ERR_BUSY where it has not come here yet. */
static enum err written_epoch(struct app *app, struct sql_tx *tx, int64_t *ret_epoch)
{
    int64_t newest = keyring_epoch(app->keyring);
    TRY(store_keeping_get(tx, "keyring.writes", ret_epoch));
    if (*ret_epoch <
        keyring_epoch_oldest(app->keyring)) /* none was written down, or an older copy of it came back */
        *ret_epoch = newest;
    return *ret_epoch <= newest ? ERR_NONE : ERR_BUSY;
}

enum err keys_make(struct app *app, struct sql_tx *tx, const char *kind, int64_t owner,
                   struct seal_key *ret_key)
{
    uint8_t wrapped[KEYRING_WRAPPED_BYTES];
    int64_t epoch;
    seal_key_new(ret_key);
    TRY(written_epoch(app, tx, &epoch));
    TRY(keyring_wrap_under(app->keyring, epoch, kind, owner, ret_key, wrapped));
    return store_key_insert(tx, owner, kind, epoch, str_bytes(wrapped, sizeof wrapped));
}

enum err keys_open(struct app *app, struct sql_tx *tx, const char *kind, int64_t owner,
                   struct seal_key *ret_key)
{
    int64_t epoch;
    struct str wrapped;
    TRY(store_key_get(tx, owner, kind, &epoch, &wrapped));
    return keyring_unwrap(app->keyring, epoch, kind, owner, wrapped, ret_key);
}

enum err keys_destroy(struct sql_tx *tx, const char *kind, int64_t owner)
{
    return store_key_delete(tx, owner, kind);
}

/* While the keyring turns, a name has a tag of each epoch: both are claimed in one transaction. */
enum err keys_claim_name(struct app *app, struct sql_tx *tx, const char *kind, struct str name,
                         int64_t account_id)
{
    int64_t newest = keyring_epoch(app->keyring), written;
    TRY(written_epoch(app, tx, &written));
    for (int64_t epoch = keyring_epoch_oldest(app->keyring); epoch <= newest; epoch++) {
        uint8_t tag[KEYRING_TAG_BYTES];
        TRY(keyring_tag(app->keyring, epoch, kind, name, tag));
        TRY(store_directory_claim(tx, kind, str_bytes(tag, sizeof tag), epoch, account_id));
    }
    return ERR_NONE;
}

enum err keys_find_name(struct app *app, struct sql_tx *tx, const char *kind, struct str name,
                        int64_t *ret_account_id)
{
    enum err error = ERR_NOT_FOUND;
    int64_t newest = keyring_epoch(app->keyring);
    for (int64_t epoch = keyring_epoch_oldest(app->keyring); epoch <= newest && error == ERR_NOT_FOUND;
         epoch++) {
        uint8_t tag[KEYRING_TAG_BYTES];
        TRY(keyring_tag(app->keyring, epoch, kind, name, tag));
        error = store_directory_get(tx, kind, str_bytes(tag, sizeof tag), ret_account_id);
    }
    if (error == ERR_NOT_FOUND) {
        int64_t written;
        TRY(written_epoch(app, tx, &written)); /* or it may stand under a tag that this node can't make */
    }
    return error;
}

struct str keys_normalise(struct arena *arena, struct str name)
{
    struct str trimmed = str_trim(name);
    char *copy = arena_cstr(arena, trimmed);
    for (size_t i = 0; i < trimmed.length; i++)
        if (copy[i] >= 'A' && copy[i] <= 'Z')
            copy[i] = (char)(copy[i] - 'A' + 'a');
    return str_bytes(copy, trimmed.length);
}
