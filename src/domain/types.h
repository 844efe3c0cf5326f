/* The words that every subject and every folder above shares: states, kinds, reasons. Values are stored; they
 * never change their meaning, new ones are added at the end. */
#ifndef DOMAIN_TYPES_H
#define DOMAIN_TYPES_H

enum account_state { ACCOUNT_ACTIVE = 1, ACCOUNT_SUSPENDED, ACCOUNT_CLOSING, ACCOUNT_CLOSED };

enum number_state {
    NUMBER_AVAILABLE = 1,
    NUMBER_ASSIGNED,
    NUMBER_PARKED,
    NUMBER_AGING,
    NUMBER_RETURNED,
    NUMBER_PORTED_OUT
};

/* How long a number may age: 90 days (residential) or 365 (business), 47 CFR 52.15(f)(1)(ii). */
enum number_class { NUMBER_RESIDENTIAL, NUMBER_BUSINESS };

/* Roles of a session: 0 is the subscriber. */
enum role { ROLE_SUBSCRIBER, ROLE_AGENT, ROLE_REVIEWER, ROLE_FINANCE, ROLE_ADMIN };

enum contact_kind { CONTACT_MAIL = 1, CONTACT_PHONE };

enum message_direction { MESSAGE_RECEIVED = 1, MESSAGE_SENT };

/* One part of a sent text. Up to under way its price is held; accepted and delivered are paid. */
enum sent_state {
    SENT_WAITING = 1,
    SENT_UNDER_WAY, /* handed to the carrier, its answer is not known yet */
    SENT_ACCEPTED,
    SENT_DELIVERED,
    SENT_FAILED,
    SENT_UNKNOWN /* nobody knows: the answer was lost, or the carrier says so */
};

/* Where a subscriber has texts forwarded to. */
enum forward_kind { FORWARD_OFF, FORWARD_MAIL, FORWARD_WEBHOOK };

enum ticket_state { TICKET_OPEN = 1, TICKET_ANSWERED, TICKET_CLOSED };

/* Accounts of one customer's ledger. Those from LEDGER_CASH on belong to the operator and are derived. */
enum ledger_account {
    LEDGER_WALLET = 1,
    LEDGER_REFUND_PAYABLE,
    LEDGER_RECEIVABLE,
    LEDGER_CASH,
    LEDGER_REVENUE,
    LEDGER_GIVEN_UP,
    LEDGER_WRITTEN_OFF,
    LEDGER_HELD /* the subscriber's, for texts that are under way; derived too */
};

enum closure_scope { CLOSURE_SCOPE_ACCOUNT = 1, CLOSURE_SCOPE_NUMBER };

enum closure_state {
    CLOSURE_REVIEW = 1,
    CLOSURE_QUESTION,
    CLOSURE_REFUSED,
    CLOSURE_COOLING,
    CLOSURE_UNDONE,
    CLOSURE_SETTLING,
    CLOSURE_DISCONNECTING,
    CLOSURE_CLOSED,
    CLOSURE_FORGETTING,
    CLOSURE_FORGOTTEN
};

/* Who approved. */
enum closure_approval {
    CLOSURE_APPROVED_NOT = 0,
    CLOSURE_APPROVED_RULE,
    CLOSURE_APPROVED_PERSON,
    CLOSURE_APPROVED_TIME
};

/* The only lawful reasons to refuse. */
enum closure_refusal {
    CLOSURE_REFUSAL_NONE = 0,
    CLOSURE_REFUSAL_NOT_HOLDER,
    CLOSURE_REFUSAL_UNPROVEN,
    CLOSURE_REFUSAL_CONTACT_OBJECTED
};

/* Why somebody leaves; optional. */
enum closure_reason {
    CLOSURE_REASON_NONE = 0,
    CLOSURE_REASON_NO_NEED,
    CLOSURE_REASON_MISTAKE,
    CLOSURE_REASON_NO_CODES,
    CLOSURE_REASON_PRICE,
    CLOSURE_REASON_OTHER_NUMBER,
    CLOSURE_REASON_PRIVACY,
    CLOSURE_REASON_OTHER
};

/* Where what the wallet holds goes. */
enum closure_refund_choice { CLOSURE_REFUND_ORIGIN = 1, CLOSURE_REFUND_BANK, CLOSURE_REFUND_GIVE_UP };

enum refund_state { REFUND_OWED = 1, REFUND_SENT, REFUND_SETTLED, REFUND_FAILED, REFUND_GIVEN_UP };

enum receipt_stage { RECEIPT_CLOSED = 1, RECEIPT_FORGOTTEN };

enum declaration_kind { DECLARATION_CANCEL = 1, DECLARATION_WITHDRAW };

enum declaration_state {
    DECLARATION_RECEIVED = 1,
    DECLARATION_MATCHED,
    DECLARATION_UNMATCHED,
    DECLARATION_ENDED,
    DECLARATION_ENDED_UNMATCHED,
    DECLARATION_OBJECTED
};

enum archive_state { ARCHIVE_MAKING = 1, ARCHIVE_READY, ARCHIVE_FAILED };

/* Rows of the preflight, in the order in which they are shown. */
enum preflight_row {
    PREFLIGHT_BALANCE_POSITIVE = 1,
    PREFLIGHT_BALANCE_NEGATIVE,
    PREFLIGHT_PAYMENT_PENDING,
    PREFLIGHT_PAYMENT_LINKED,
    PREFLIGHT_AUTO_TOP_UP,
    PREFLIGHT_CALL_ACTIVE,
    PREFLIGHT_NUMBER_LEAVING,
    PREFLIGHT_PORT_POSSIBLE,
    PREFLIGHT_SERVICES_LINKED,
    PREFLIGHT_MESSAGES_UNSAVED,
    PREFLIGHT_CONTACT_UNREACHABLE,
    PREFLIGHT_SECOND_FACTOR_HERE,
    PREFLIGHT_TICKET_OPEN,
    PREFLIGHT_API_IN_USE,
    PREFLIGHT_HOLD_LEGAL,
    PREFLIGHT_ROWS
};

#endif
