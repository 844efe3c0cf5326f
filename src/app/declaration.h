/* The declaration (取消服务通知): "I cancel". Dated, acknowledged at once, needs no log-in, can't be refused.
 */
#ifndef APP_DECLARATION_H
#define APP_DECLARATION_H

#include "app/closure_work.h"
#include "base/ids.h"
#include "store/declaration.h"

struct declaration_new {
    enum declaration_kind kind;
    struct str name;     /* who cancels, as they write it */
    struct str contract; /* user name, number, order number or reference: what we may find it by */
    struct str mail;     /* where the acknowledgement goes */
    struct str reason;   /* may be empty */
    int64_t language;
    int64_t wished_at;   /* 0: the earliest */
    int64_t received_at; /* 0: now; the desk dates a mail by its arrival */
    char ret_reference[IDS_REFERENCE_SIZE];
    int64_t ret_received_at;
    bool ret_mail_later; /* this address has had its acknowledgements of today: the mail goes out tomorrow */
    struct str ret_secret; /* of its link, in arena */
};

/* Records and acknowledges. ERR_INVALID with an empty name, contract or a mail that is none, ERR_RATE. */
enum err declaration_record(struct app *app, struct arena *arena, struct str client,
                            struct declaration_new *declare);
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
/* One declaration for the desk; ERR_NOT_FOUND. */
enum err declaration_view(struct app *app, struct arena *arena, int64_t declaration_id,
                          struct declaration_view **ret_view);
/* The desk matches by hand with a log-in name. ERR_NOT_FOUND, ERR_STATE. */
enum err declaration_match(struct app *app, const struct actor *actor, int64_t declaration_id,
                           struct str name);

/* The declaration that a closure makes by being submitted, inside its transaction. */
enum err declaration_of_closure(struct closure_work *closure);
/* Undo revokes it. */
enum err declaration_revoke(struct closure_work *closure);

#endif
