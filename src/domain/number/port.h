/* Taking a number to another carrier (携号转出): whether what the new carrier shows is enough. It shows the
 * number, the account number and the transfer PIN (47 CFR 52.36); the holder may lock the number against it
 * (47 CFR 52.37). */
#ifndef DOMAIN_NUMBER_PORT_H
#define DOMAIN_NUMBER_PORT_H

#include <stdbool.h>
#include <stdint.h>

enum { PORT_PIN_DIGITS = 6 };

/* What is answered; the first that applies, in this order. */
enum port_answer {
    PORT_ACCEPTED = 1,
    PORT_NOT_HERE,       /* nobody here holds the number */
    PORT_LEAVING,        /* it is leaving already */
    PORT_ACCOUNT_LOCKED, /* its holder said "This was not me" */
    PORT_NUMBER_LOCKED,
    PORT_NO_PIN,         /* none was asked for, or it is over */
    PORT_TRIES,          /* too many wrong ones: it counts no more */
    PORT_ACCOUNT_NUMBER, /* wrong */
    PORT_PIN,            /* wrong */
    PORT_ANSWERS
};

struct port_facts {
    bool held;           /* by a living line */
    bool account_locked; /* "This was not me" */
    int64_t leaving_at;  /* 0: it is not leaving */
    int64_t locked_at;   /* the number lock; 0: open */
    int64_t pin_until;   /* 0: there is no PIN */
    int64_t pin_tries;
    bool account_number_right, pin_right; /* compared in constant time, both always */
};

/* Judges a port request. *ret_try: it was a guess, and counts. A wrong account number is answered before the
 * PIN is looked at, so that nobody learns of a PIN alone whether it is right. */
enum port_answer port_decide(const struct port_facts *facts, int64_t now, bool *ret_try);
/* The answer's stable word: "accepted", "number_locked" …; its texts are "port.answer." and the word. */
const char *port_answer_word(enum port_answer answer);

#endif
