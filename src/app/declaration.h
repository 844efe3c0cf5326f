/* The declaration (取消服务通知): "I cancel". Dated, acknowledged at once, needs no log-in, can't be refused.
 */
#ifndef APP_DECLARATION_H
#define APP_DECLARATION_H

#include "app/closure_work.h"
#include "app/idempotency.h"
#include "base/ids.h"
#include "store/declaration.h"

/* A withdrawal beside the facts. What it says is told to the account's holder only: on the page behind the
 * link of their mails, in the acknowledgement where it goes to a contact of theirs, and at the desk. */
struct declaration_term {
    bool asked;                  /* withdrawal was declared */
    int64_t bought_at, last_day; /* 0: no purchase is known, or the reader may not know */
    bool in_time;                /* else it is taken as a cancellation */
};

struct declaration_new {
    enum declaration_kind kind;
    struct str name;     /* who cancels, as they write it */
    struct str contract; /* user name, number, order number or reference: what we may find it by */
    struct str mail;     /* where the acknowledgement goes */
    struct str reason;   /* may be empty */
    int64_t language;
    int64_t wished_at;   /* 0: the earliest */
    int64_t received_at; /* 0: now; the desk dates a mail by its arrival */
    bool by_operator;  /* it came by letter or mail: the address may be empty, nothing is acknowledged then */
    int64_t viewer_id; /* the account that is logged in; 0: nobody */
    const struct idempotency
        *repeat; /* a program's request: recorded once, however often it is sent; or NULL */
    char ret_reference[IDS_REFERENCE_SIZE];
    int64_t ret_received_at;
    struct declaration_term ret_term; /* known to the holder who is logged in alone */
    bool ret_mail_later; /* this address has had its acknowledgements of today: the mail goes out tomorrow */
    struct str ret_secret; /* of its link, in arena */
};

/* Records and acknowledges; what an earlier try of the same request recorded is given again, without secret
 * and term. ERR_INVALID with an empty name, contract or a mail that is none, ERR_RATE. An address that has
 * had its acknowledgements of today gets this one tomorrow. */
enum err declaration_record(struct app *app, struct arena *arena, struct str client,
                            struct declaration_new *declare);
/* The withdrawal's term of a row. */
struct declaration_term declaration_term(const struct store_declaration *row);
/* The subscriber's "This was not me" by the link of the mail. ERR_NOT_FOUND, ERR_STATE when it has an
 * outcome. */
enum err declaration_object(struct app *app, struct arena *arena, struct str reference, struct str secret);
/* The scheduler's job "declaration": thirty days without objection start a closure that a person reviews;
 * what nobody could match ends so. */
enum err declaration_job(struct app *app, int64_t account_id, int64_t declaration_id);

struct declaration_view {
    struct store_declaration row;
    bool readable; /* false once its sealed part is gone */
};
/* The declaration of a reference ("VD-…"); ERR_NOT_FOUND. */
enum err declaration_find(struct app *app, struct arena *arena, struct str reference,
                          int64_t *ret_declaration_id);
/* The same if the secret is its link's, opened; ERR_NOT_FOUND otherwise (the two look the same). */
enum err declaration_by_link(struct app *app, struct arena *arena, struct str reference, struct str secret,
                             struct declaration_view **ret_view);
/* One declaration for the desk; ERR_NOT_FOUND. */
enum err declaration_view(struct app *app, struct arena *arena, int64_t declaration_id,
                          struct declaration_view **ret_view);
/* The desk matches by hand with a log-in name, a number or an order. ERR_NOT_FOUND, ERR_STATE. */
enum err declaration_match(struct app *app, const struct actor *actor, int64_t declaration_id,
                           struct str name);

/* The declaration that a closure makes by being submitted, inside its transaction. */
enum err declaration_of_closure(struct closure_work *closure);
/* The holder's own closing, with a fresh proof, ends those that waited for objections and that it covers:
 * what a withdrawal in time gives back goes to the wallet in the same transaction. */
enum err declaration_prove(struct closure_work *closure);
/* Undo revokes them. */
enum err declaration_revoke(struct closure_work *closure);

#endif
