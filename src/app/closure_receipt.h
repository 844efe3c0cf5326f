/* The receipt (注销证明): what ended, when, and what is kept until when; signed, in two stages. */
#ifndef APP_CLOSURE_RECEIPT_H
#define APP_CLOSURE_RECEIPT_H

#include "app/closure_work.h"
#include "domain/types.h"

/* The receipt's text (JSON) of a stage, as it will be signed. */
struct str closure_receipt_text(struct closure_work *closure, enum receipt_stage stage,
                                const struct store_refund *refunds, size_t refund_count);

struct closure_receipt {
    struct str text, signature; /* empty where that stage is not reached */
};
/* Opens a stage with the secret of the status link; ERR_NOT_FOUND where it is not made yet. */
enum err closure_receipt_read(struct app *app, struct arena *arena, int64_t account_id, int64_t closure_id,
                              enum receipt_stage stage, struct str secret,
                              struct closure_receipt *ret_receipt);

/* An effect of a closure has its end. The confirmation to the contact that the effect key names was handed
 * over, or failed for good: then the next contact gets the same, and after the last one it is given up.
 * fields are the mail's own. After any other one a closure whose account is gone looks whether its key has
 * done its work. Inside a transaction. */
enum err closure_receipt_handed_over(struct app *app, struct sql_tx *tx, struct arena *arena,
                                     int64_t account_id, int64_t closure_id, struct str effect_key,
                                     struct str fields, bool arrived, int64_t now);

#endif
