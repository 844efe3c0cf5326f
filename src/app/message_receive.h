/* A text from a carrier, by whatever protocol it came. */
#ifndef APP_MESSAGE_RECEIVE_H
#define APP_MESSAGE_RECEIVE_H

#include "app/app.h"
#include "store/carrier.h"
#include "wire/sms_header.h"
#include "wire/sms_text.h"

enum message_receive_outcome {
    MESSAGE_RECEIVE_STORED,
    MESSAGE_RECEIVE_REPEATED, /* the carrier's id was seen: nothing was stored again */
    MESSAGE_RECEIVE_COUNTED,  /* the number is not ours or rests, or its holder refuses the sender: only
                                 counted */
};

struct message_receive {
    struct str carrier;    /* its name in the configuration */
    struct str carrier_id; /* the carrier's own id of the message, 1 to LIMIT_CARRIER_ID_BYTES; seen again, it
                              is the same one */
    bool whole;            /* carrier_id is the whole message, of any length */
    /* And another one may be like it: people do get the same text twice. Whoever asks has looked whether it
     * is a repetition; here it is noted for message_notes. */
    bool noted;
    int64_t content; /* message_content of one that is noted, where it is known; 0: it is found here */
    struct str from; /* a number or a name, as sent; at most LIMIT_SENDER_BYTES */
    struct str to;   /* our number, with or without '+' */
    struct str text; /* UTF-8, at most LIMIT_MESSAGE_BYTES; may be empty */
    struct sms_part
        part; /* of a long message; then text is bytes in charset, not UTF-8. total 0: a whole one */
    enum sms_charset charset;
    unsigned fill_bits;
    bool flash;        /* class 0: to be shown at once */
    unsigned replaces; /* 1 to 7: the earlier text of this type, sender and number goes; 0: none */
    int64_t sent_at;   /* when the carrier says that it was sent, microseconds UTC; 0: unknown */
    int64_t now;       /* when it came, microseconds UTC; 0: now */
    enum message_receive_outcome ret_outcome;
    int64_t ret_account_id, ret_message_id; /* where it was stored; ret_message_id 0: a part that waits */
    bool ret_quiet;                         /* in the holder's quiet hours: no open page moves */
};

/* Stores the text under the account of its number, with the code and the service found in it, and tells the
 * account's listeners. Returns ERR_NONE only when the outcome is durable. ERR_INVALID for a missing id or
 * number or text that is no UTF-8, ERR_TOO_LARGE, and what the store says. */
enum err message_receive(struct app *app, struct message_receive *receive);

/* What message_receive returns, said on the writer's thread: it must be short. */
typedef void message_receive_done(enum err error, struct message_receive *receive, void *context);

/* The same without waiting, for a carrier that has many texts under way: those that wait share one COMMIT.
 * receive and its texts must stay until done is called. Where this returns an error (ERR_BUSY: the writer is
 * drowning), done is not called. */
enum err message_receive_submit(struct app *app, struct message_receive *receive, message_receive_done *done,
                                void *context);

/* What message_receive notes a text by: a number that carrier and carrier_id make. */
int64_t message_content(const struct message_receive *receive);
/* The texts of a carrier that were noted since an instant (microseconds UTC), the newest first; at most
 * limit. */
enum err message_notes(struct app *app, struct str carrier, int64_t since,
                       struct store_carrier_note *ret_notes, size_t limit, size_t *ret_count);

/* The scheduler's job of kind "parts": a long message whose parts did not all come is shown as far as it
 * came. */
enum err message_parts_run(struct app *app, int64_t account_id, int64_t group_id);

#endif
