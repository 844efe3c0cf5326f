/* A text from a carrier, by whatever protocol it came. */
#ifndef APP_MESSAGE_RECEIVE_H
#define APP_MESSAGE_RECEIVE_H

#include "app/app.h"

enum message_receive_outcome {
    MESSAGE_RECEIVE_STORED,
    MESSAGE_RECEIVE_REPEATED, /* the carrier's id was seen: nothing was stored again */
    MESSAGE_RECEIVE_COUNTED,  /* the number is not ours or rests, or its holder refuses the sender: only
                                 counted */
};

struct message_receive {
    struct str carrier;    /* its name in the configuration */
    struct str carrier_id; /* the carrier's own id of the message, 1 to LIMIT_CARRIER_ID_BYTES */
    struct str from;       /* a number or a name, as sent; at most LIMIT_SENDER_BYTES */
    struct str to;         /* our number, with or without '+' */
    struct str text;       /* UTF-8, at most LIMIT_MESSAGE_BYTES; may be empty */
    int64_t sent_at;       /* when the carrier says that it was sent, microseconds UTC; 0: unknown */
    int64_t now;           /* when it came, microseconds UTC; 0: now */
    enum message_receive_outcome ret_outcome;
    int64_t ret_account_id, ret_message_id; /* where it was stored */
    bool ret_quiet;                         /* in the holder's quiet hours: no open page moves */
};

/* Stores the text under the account of its number, with the code and the service found in it, and tells the
 * account's listeners. Returns ERR_NONE only when the outcome is durable. ERR_INVALID for a missing id or
 * number or text that is no UTF-8, ERR_TOO_LARGE, and what the store says. */
enum err message_receive(struct app *app, struct message_receive *receive);

#endif
