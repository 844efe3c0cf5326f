/* Mails wait in the outbox as an id and sealed arguments; they are rendered in the reader's language on
 * sending. */
#ifndef APP_MAIL_H
#define APP_MAIL_H

#include "app/app.h"
#include "crypto/seal.h"

enum mail_argument_kind { MAIL_TEXT, MAIL_INT, MAIL_MONEY, MAIL_DATE, MAIL_TIME, MAIL_LINK };

struct mail_argument {
    const char *name;
    enum mail_argument_kind kind;
    struct str text;
    int64_t number;
};

enum { MAIL_ARGUMENTS = 16 };

/* Under whose key a mail is sealed, and what makes it one mail however often it is asked for. */
struct mail_place {
    const struct seal_key *key;
    const char *key_kind; /* "account", "closure", "case" */
    int64_t key_owner, account_id, closure_id;
};

struct mail {
    struct str to;
    int64_t language;
    struct str kind; /* the catalogue's "mail.<kind>.subject" and ".body" */
    struct mail_argument arguments[MAIL_ARGUMENTS];
    size_t argument_count;
    struct str attachment; /* of the receipt: the page's JSON text and its signature */
    struct str signature;
    struct str effect_key; /* set by mail_read's caller; makes the Message-ID */
    int64_t created_at;
};

#define MAIL_ARGUMENT_TEXT(name_, value) ((struct mail_argument){(name_), MAIL_TEXT, (value), 0})
#define MAIL_ARGUMENT_LINK(name_, value) ((struct mail_argument){(name_), MAIL_LINK, (value), 0})
#define MAIL_ARGUMENT_INT(name_, value) ((struct mail_argument){(name_), MAIL_INT, STR_NONE, (value)})
#define MAIL_ARGUMENT_MONEY(name_, value) ((struct mail_argument){(name_), MAIL_MONEY, STR_NONE, (value)})
#define MAIL_ARGUMENT_DATE(name_, value) ((struct mail_argument){(name_), MAIL_DATE, STR_NONE, (value)})
#define MAIL_ARGUMENT_TIME(name_, value) ((struct mail_argument){(name_), MAIL_TIME, STR_NONE, (value)})

/* Queues a mail inside a transaction, due at `due`; one with the same effect key is queued once only. */
enum err mail_queue(struct sql_tx *tx, struct arena *arena, const struct mail_place *place,
                    const struct mail *mail, struct str effect_key, int64_t now, int64_t due);
/* Reads the fields of an outbox row of kind "mail"; ERR_CORRUPT. */
enum err mail_read(struct arena *arena, struct str fields, struct mail *ret_mail);

#endif
