/* The compiled catalogues; only i18n's own files include this. */
#ifndef I18N_TABLES_H
#define I18N_TABLES_H

#include "base/str.h"
#include "i18n/i18n.h"

struct text_row {
    struct str forms[2]; /* one, other; the same where the language or the text has no plural */
};

struct text_name {
    struct str name;
    enum text_id id;
};

extern const struct text_row text_rows[LANGUAGE_COUNT][TEXT_COUNT];
/* In the order of their bytes. */
extern const struct text_name text_names[TEXT_COUNT - 1];

#endif
