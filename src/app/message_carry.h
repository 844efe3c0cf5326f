/* The way of a text to its carrier: the scheduler's job, what the carrier answers, its receipts, the end. */
#ifndef APP_MESSAGE_CARRY_H
#define APP_MESSAGE_CARRY_H

#include "app/account.h"
#include "store/sent.h"
#include "wire/sms_header.h"

enum { MESSAGE_CARRY_ID_BYTES = 64 };

/* One short message, as the carrier is to get it. */
struct message_carry {
    struct str carrier;  /* its name in the configuration */
    struct str from, to; /* E.164, or to a short code */
    struct str bytes;    /* septets one a byte or UTF-16BE, behind its header where there are several parts */
    bool wide, header;
};

enum message_carried {
    MESSAGE_CARRIED,     /* the carrier has it: ret_id */
    MESSAGE_CARRY_LATER, /* it did not reach the carrier, or the carrier wants it later */
    MESSAGE_CARRY_REFUSED,
    MESSAGE_CARRY_LOST /* it was sent and no answer came: nobody knows */
};

/* Hands one short message to its carrier and waits for the answer, seconds at most. ret_id: the carrier's. */
typedef enum message_carried message_carry_fn(void *context, const struct message_carry *carry,
                                              char ret_id[MESSAGE_CARRY_ID_BYTES + 1]);

/* Sets who does it; before the scheduler starts. */
void message_carry_register(message_carry_fn *carry, void *context);
/* The scheduler's job "send": the parts of one text, one after the other. A part whose answer was lost is not
 * sent again: it is unknown, and costs nothing. */
enum err message_carry_run(struct app *app, int64_t account_id, int64_t message_id);

/* A receipt of a carrier (receipt->id is its name for the text) about a text to one of the two addresses. One
 * that fits no text is kept for the answer that may still come. ERR_NONE only when it is durable. */
enum err message_receipt(struct app *app, struct str carrier, struct str source, struct str destination,
                         const struct sms_receipt *receipt);
/* Receipts older than LIMIT_RECEIPT_DAYS are forgotten; inside a transaction, at most limit. */
enum err message_receipts_forget(struct sql_tx *tx, int64_t now, size_t limit, int64_t *ret_count);

/* Ends what has not reached the carrier, of one text, of a line or (both 0) of the account: its price goes
 * back, inside the transaction that ends the line or settles the account. What is under way is unknown. */
enum err message_stop(struct sql_tx *tx, struct arena *arena, const struct account *account,
                      int64_t message_id, int64_t line_id, int64_t now);

/* The one state that is shown for a text of several parts. */
enum sent_state message_sent_state(const struct store_sent_sum *sum);
/* Its word for programs and texts ("delivered"). */
const char *message_sent_word(int64_t state);
/* Tells who has the account's inbox open that it changed. */
void message_tell(struct app *app, int64_t account_id, int64_t message_id);

#endif
