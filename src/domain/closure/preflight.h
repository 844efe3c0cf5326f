/* The preflight (注销前检查): what a subscriber should know or do before closing. It advises, it never
 * vetoes. */
#ifndef DOMAIN_CLOSURE_PREFLIGHT_H
#define DOMAIN_CLOSURE_PREFLIGHT_H

#include "domain/types.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How the subscriber was proven for this request. */
enum closure_proof {
    CLOSURE_PROOF_NONE,
    CLOSURE_PROOF_PASSWORD, /* password alone: enough only where no contact outside can be reached */
    CLOSURE_PROOF_FULL      /* password and a second thing, within LIMIT_PROOF_MINUTES */
};

/* Everything that closing must know of account, identity, ledger, numbers, messages and support, read in the
 * transaction that decides. For the scope of one number, the counts are those of that number. */
struct closure_facts {
    enum closure_scope scope;
    enum account_state account_state;
    bool case_open; /* a closure of this subject, or of its whole account, is under way */

    enum closure_proof proof;
    int64_t security_at;      /* last change of password, contact or factor; 0: never */
    int64_t contacts_outside; /* verified contacts that are none of Violet's own numbers */
    int64_t factors_here;     /* own second factors that are numbers that end */
    bool hold;                /* the operator must keep data by order */
    bool hold_unspoken;       /* and must not say so */

    int64_t balance;         /* wallet, millionths */
    int64_t payment_pending; /* top-ups and disputes that are not final, millionths */
    int64_t payment_pending_until;
    int64_t instruments; /* stored cards and bank accounts */
    bool auto_top_up;

    int64_t lines;       /* numbers that end */
    int64_t lines_other; /* numbers of the account that do not */
    int64_t calls_active;
    int64_t numbers_leaving;    /* port-out under way */
    int64_t numbers_portable;   /* could be ported out */
    int64_t messages_unsaved;   /* since the last archive */
    int64_t archived_at;        /* 0: never */
    int64_t services_linked;    /* not ticked off */
    int64_t services_dangerous; /* of these, bank, payment and mail */
    int64_t service_last_at;    /* newest code of one */
    int64_t tickets_open;
    int64_t api_used; /* API keys and webhooks that were ever used */
    int64_t api_last_at;
};

enum preflight_severity {
    PREFLIGHT_INFO = 1, /* good to know */
    PREFLIGHT_CARE,     /* something would be lost or go on elsewhere */
    PREFLIGHT_LOSS      /* money or access to something important would be lost */
};

enum preflight_remedy_kind {
    REMEDY_NONE = 0,
    REMEDY_REFUND_ORIGIN, /* to the card that it came from */
    REMEDY_REFUND_BANK,
    REMEDY_GIVE_UP, /* leave it, with recorded consent */
    REMEDY_SPEND,
    REMEDY_PAY,
    REMEDY_CLOSE_ANYWAY, /* the debt stays on the ledger; late money is returned */
    REMEDY_REMOVE_INSTRUMENTS,
    REMEDY_TOP_UP_OFF,
    REMEDY_HANG_UP,
    REMEDY_FINISH_PORT,
    REMEDY_PORT_OUT,
    REMEDY_UNBIND,
    REMEDY_SAVE,
    REMEDY_ADD_CONTACT,
    REMEDY_ADD_FACTOR,
    REMEDY_SEE_TICKETS,
    REMEDY_SEE_API,
    REMEDY_COUNT
};

enum preflight_when {
    PREFLIGHT_NOW = 1,   /* a link or button that acts at once */
    PREFLIGHT_ON_SUBMIT, /* chosen now, done when the request is submitted */
    PREFLIGHT_BY_CLOSING /* closing does it */
};

struct preflight_remedy {
    enum preflight_remedy_kind kind;
    enum preflight_when when;
};

enum { PREFLIGHT_REMEDIES = 4 };

/* A row that applies, with what its texts need. */
struct preflight_finding {
    enum preflight_row row;
    enum preflight_severity severity;
    struct preflight_remedy remedies[PREFLIGHT_REMEDIES]; /* REMEDY_NONE ends them */
    int64_t amount;                                       /* millionths; 0 where the row has none */
    int64_t count;
    int64_t date; /* microseconds UTC; 0 where the row has none */
};

/* The rows that apply, in the order of enum preflight_row; returns how many. The rest is fine. */
size_t closure_preflight(const struct closure_facts *facts, int64_t now,
                         struct preflight_finding ret_findings[PREFLIGHT_ROWS]);
/* How many rows can apply at all in this scope: for "N other points are fine". */
size_t closure_preflight_possible(enum closure_scope scope);
/* The row's stable name, for example "balance_positive"; its texts are "preflight." name and so on. */
const char *closure_preflight_name(enum preflight_row row);
/* The remedy's stable name, for example "refund_origin"; its text is "remedy." name. */
const char *closure_remedy_name(enum preflight_remedy_kind kind);

#endif
