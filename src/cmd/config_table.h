/* The rows of the configuration, shared by its reader and its explainer. */
#ifndef CMD_CONFIG_TABLE_H
#define CMD_CONFIG_TABLE_H

#include "app/settings.h"
#include "base/arena.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum config_kind {
    CONFIG_TEXT,
    CONFIG_PATH, /* relative ones are taken from the data directory */
    CONFIG_STORE,
    CONFIG_ADDRESS, /* numeric address and port */
    CONFIG_WEB,     /* http:// or https:// */
    CONFIG_ORIGIN,  /* the same without a path */
    CONFIG_SMTP,    /* smtp:// or smtps:// */
    CONFIG_MAIL,
    CONFIG_TOKEN,    /* a field or header name */
    CONFIG_TEMPLATE, /* text that may name {company_id}, {number}, {e164} and {date} */
    CONFIG_INT,
    CONFIG_CHOICE, /* an int-sized enum, its values in the order of the choices */
    CONFIG_FLAG,   /* a bool: the second of two choices is true */
    CONFIG_WORD,   /* one of the choices, kept as text */
    CONFIG_MARKETS,
    CONFIG_PROXIES,
};

enum { CONFIG_CHOICES = 4, CONFIG_ROWS = 64, CONFIG_KEY_BYTES = 96 };

struct config_row {
    const char *key; /* "section.name"; "carrier.NAME.name" lies in a struct settings_carrier */
    enum config_kind kind;
    size_t offset;
    const char *fallback; /* the default, as it would stand in the file; "" for not set */
    const char *unit;     /* what the value is, in words */
    int64_t low, high;    /* of CONFIG_INT */
    const char *choices[CONFIG_CHOICES];
    const char *example; /* of a value that would do */
    const char *explanation;
    bool required;     /* in its section, where that has no default */
    bool smpp;         /* of a carrier: required where it is bound to by SMPP, not by HTTP */
    bool can_be_empty; /* the empty value says "none" */
};

extern const struct config_row config_rows[CONFIG_ROWS];

/* True where the row belongs to a [carrier.NAME] section. */
bool config_row_is_carrier(const struct config_row *row);
/* The row of a key as written ("carrier.acme.format" finds "carrier.NAME.format"), or NULL. */
const struct config_row *config_row_find(struct str key);
/* The row whose key is the fewest single-character edits away from key. */
const struct config_row *config_row_nearest(struct str key);
/* Checks value against the row and sets the field in target (struct settings or settings_carrier). Returns
 * NULL, or what is wrong, in words that follow "must be". */
const char *config_value_set(const struct config_row *row, struct str value, struct arena *arena,
                             void *target);

#endif
