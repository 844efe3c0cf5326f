/* Answers to received texts: what they would cost, whether they may be sent, and taking them on. What takes
 * them to the carrier is app/message_carry.h. */
#ifndef APP_MESSAGE_SEND_H
#define APP_MESSAGE_SEND_H

#include "app/account.h"
#include "store/message.h"

/* Why an answer is not taken on. */
enum message_refusal {
    MESSAGE_REFUSAL_NONE,
    MESSAGE_REFUSAL_OFF,       /* the operator has not switched sending on for the account */
    MESSAGE_REFUSAL_STATE,     /* the account is suspended or closes, or the number has ended */
    MESSAGE_REFUSAL_PEER,      /* a name, not a number: nobody can answer it */
    MESSAGE_REFUSAL_CARRIER,   /* the number's carrier takes no texts from us */
    MESSAGE_REFUSAL_OPTED_OUT, /* they asked for no more texts */
    MESSAGE_REFUSAL_DAY,       /* the day's texts are used up */
    MESSAGE_REFUSAL_BALANCE,   /* the wallet holds less than it costs */
    MESSAGE_REFUSALS
};

struct message_quote {
    enum message_refusal refusal;
    unsigned parts;              /* short messages that it is cut into, each paid for; 0: there is no text */
    bool wide;                   /* UCS-2: 70 a part instead of 160 */
    size_t units, room;          /* characters as they are counted, and those that this many parts hold */
    int64_t part_price, price;   /* millionths */
    int64_t day_limit, day_left; /* parts in 24 hours */
};

struct message_send {
    int64_t answers;    /* the received text */
    struct str text;    /* UTF-8, cut into at most SMS_SPLIT_PARTS parts */
    struct str request; /* asked twice with the same one within LIMIT_IDEMPOTENCY_HOURS, it is sent once;
                           empty: no such key */
    int64_t most;       /* the price that was shown; costs it more, it is not sent. -1: none was shown */
    struct message_quote ret_quote;
    int64_t ret_message_id;
    bool ret_repeated;
};

/* The word of a refusal ("opted_out"), for programs and texts; "" for none. */
const char *message_refusal_word(enum message_refusal refusal);
/* What an answer would cost, and whether it would be taken on. text may be empty. ERR_NOT_FOUND where there
 * is no such received text, ERR_INVALID for no UTF-8 or control characters, ERR_TOO_LARGE past
 * SMS_SPLIT_PARTS. */
enum err message_quote(struct app *app, struct arena *arena, int64_t account_id, int64_t answers,
                       struct str text, struct message_quote *ret_quote);
/* Takes an answer on: it stands in the conversation, its price is held, and it is on its way to the carrier.
 * Beside message_quote's errors ERR_POLICY, ERR_STATE, ERR_RATE (the day) or ERR_BALANCE, as ret_quote tells,
 * ERR_CHANGED where it costs more than was shown, ERR_KEY_REUSED. */
enum err message_send(struct app *app, const struct actor *actor, struct message_send *send);

/* How one side of a conversation is written, so that it is one whoever wrote it; false where it is nobody who
 * could be answered: E.164, or a short code of 4 to 8 digits. In arena. */
bool message_peer(struct arena *arena, struct str typed, struct str *ret_peer);
/* Whether texts of the line may go to the peer now, for whatever reason not; inside a transaction. Asks
 * neither for the day nor for the balance. ret_carrier and ret_from: of the line's number. */
enum err message_may_send(struct app *app, struct sql_tx *tx, struct arena *arena,
                          const struct account *account, int64_t line_id, struct str peer,
                          enum message_refusal *ret_refusal, struct str *ret_from, struct str *ret_carrier);
/* Notes what a received text asks for (domain/message/opt_out.h). */
enum err message_opt_out(struct sql_tx *tx, struct arena *arena, const struct account *account,
                         int64_t line_id, struct str peer, struct str text, int64_t now);

/* The operator lets an account send: so many parts in 24 hours (0: no more), each at a price (millionths).
 * ERR_INVALID beyond LIMIT_SENT_PARTS_DAY or LIMIT_TOP_UP_UNITS. */
enum err account_set_sending(struct app *app, const struct actor *actor, int64_t account_id, int64_t a_day,
                             int64_t price);

#endif
