/* The configuration: one INI file, one table of its keys. Every key has a default, a unit and an explanation;
 * an unknown key or a value out of range is an error that says where it stands, what is wrong and how to mend
 * it. Secrets are never in the file: it names the files that hold them. */
#ifndef CMD_CONFIG_H
#define CMD_CONFIG_H

#include "app/settings.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/* All defaults, with the data directory `data` (absolute, or made so; NULL: the table's own). */
enum err config_defaults(const char *data, struct arena *arena, struct settings *ret_settings);
/* Reads the file at path over the defaults. data, unless NULL, wins over the file's (--data DIR). Texts live
 * in the arena. ERR_CONFIG with one line a mistake in `errors` (all mistakes, not just the first),
 * ERR_NOT_FOUND or ERR_IO with one line in `errors` where the file can't be read. */
enum err config_load(const char *path, const char *data, struct arena *arena, struct settings *ret_settings,
                     struct buf *errors);
/* True where two carriers are configured alike, key by key. */
bool config_carrier_equal(const struct settings_carrier *a, const struct settings_carrier *b);
/* What `serve` wants beyond well-formed values, outside the demo: the [operator] block, mail, a public_url
 * where the service can be reached from elsewhere, a mirror of the keyring or the operator's word. ERR_CONFIG
 * with one line a mistake in `errors`. */
enum err config_check_serve(const struct settings *settings, struct buf *errors);
/* Describes one key ("closing.undo_days") or all keys of a section ("closing") for the command line.
 * ERR_NOT_FOUND with the nearest known name in `out`. */
enum err config_explain(struct str key, struct buf *out);
/* The page docs/operate/configuration.md, made from the table. */
void config_document(struct buf *out);
/* Calls each(key, context) for every key of the table, in its order; for completion. */
void config_keys(void (*each)(const char *key, void *context), void *context);

#endif
