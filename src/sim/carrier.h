/* A carrier's SMSC that delivers texts by SMPP 3.4 and misbehaves where it is told to: for the demo, for
 * tests, and for operators who try their installation. It stands for another machine: it has a thread and a
 * clock of its own, and speaks to the service over a socket only. */
#ifndef SIM_CARRIER_H
#define SIM_CARRIER_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

struct sim_carrier;

/* X(name, word): character sets that texts may be sent in; UCS-2 where a text has no place in the set. */
#define SIM_CHARSET_TABLE(X) X(GSM, "gsm") X(LATIN1, "latin1") X(UCS2, "ucs2") X(BINARY, "8bit")
/* How the parts of a long text are told to belong together; payload: by one PDU with message_payload. */
#define SIM_JOIN_TABLE(X) X(UDH8, "udh8") X(UDH16, "udh16") X(SAR, "sar") X(PAYLOAD, "payload")
/* How they come. */
#define SIM_PARTS_TABLE(X)                                                                                   \
    X(ORDERED, "ordered") X(SHUFFLED, "shuffled") X(REPEATED, "repeated") X(MISSING, "missing")
/* What it does wrong: hang (no bytes any more until the peer gives up), reset of the connection, garbage
 * (bytes that are no PDU), duplicate (an answer counts as lost: reset, and the text again), slow (byte by
 * byte), truncated (a deliver_sm cut off), overlong (a command_length beyond any PDU), sequence (answers to
 * what nobody asked, then a jump), bind (reset, and the next binds are refused), unbind. */
#define SIM_FAULT_TABLE(X)                                                                                   \
    X(HANG, "hang")                                                                                          \
    X(RESET, "reset")                                                                                        \
    X(GARBAGE, "garbage")                                                                                    \
    X(DUPLICATE, "duplicate")                                                                                \
    X(SLOW, "slow")                                                                                          \
    X(TRUNCATED, "truncated")                                                                                \
    X(OVERLONG, "overlong")                                                                                  \
    X(SEQUENCE, "sequence")                                                                                  \
    X(BIND, "bind")                                                                                          \
    X(UNBIND, "unbind")
/* The form of delivery receipts: TLVs, the text of SMPP's appendix B, or both. */
#define SIM_RECEIPT_TABLE(X) X(BOTH, "both") X(TLV, "tlv") X(TEXT, "text") X(NONE, "none")

#define SIM_CHARSET_ENUM(name, word) SIM_CHARSET_##name,
#define SIM_JOIN_ENUM(name, word) SIM_JOIN_##name,
#define SIM_PARTS_ENUM(name, word) SIM_PARTS_##name,
#define SIM_FAULT_ENUM(name, word) SIM_FAULT_##name,
#define SIM_RECEIPT_ENUM(name, word) SIM_RECEIPT_##name,
enum sim_charset { SIM_CHARSET_TABLE(SIM_CHARSET_ENUM) SIM_CHARSETS };
enum sim_join { SIM_JOIN_TABLE(SIM_JOIN_ENUM) SIM_JOINS };
enum sim_parts { SIM_PARTS_TABLE(SIM_PARTS_ENUM) SIM_PARTS_KINDS };
enum sim_fault { SIM_FAULT_TABLE(SIM_FAULT_ENUM) SIM_FAULTS };
enum sim_receipt { SIM_RECEIPT_TABLE(SIM_RECEIPT_ENUM) SIM_RECEIPTS };

enum {
    SIM_SESSIONS = 64,      /* at once */
    SIM_WINDOW = 1000,      /* the widest */
    SIM_RATE = 100000,      /* the highest, texts a second */
    SIM_STATUSES = 0x100,   /* answers are counted by command_status up to here, all others together */
    SIM_ANSWER_SECONDS = 60 /* without the answer to a text its connection is reset */
};

/* Views that the giver keeps. */
struct sim_text {
    struct str from, to, text; /* numbers with or without '+', from also a name; UTF-8 */
};

/* The next text, its views valid until the next call; false: there is none any more. Called on the
 * simulator's thread. */
typedef bool sim_source(void *context, struct sim_text *ret_text);

struct sim_options {
    const char *listen;    /* "ADDRESS:PORT", an IPv4 address; port 0: any */
    const char *system_id; /* "": whatever is said */
    struct str password;   /* empty: whatever is said; kept by the caller */
    sim_source *source;    /* NULL: only what sim_carrier_deliver brings */
    void *source_context;
    unsigned rate;                           /* texts a second */
    unsigned window;                         /* of a bind, 1 to SIM_WINDOW */
    unsigned charsets, joins, parts, faults; /* bits by the enums; of several one is drawn each time. 0: what
                                                the text needs, udh8, ordered, none */
    unsigned every;                          /* a fault after so many texts on the average; above 0 */
    enum sim_receipt receipts;
    unsigned failing; /* percent of sent texts whose receipt says that they could not be delivered */
    bool serials;     /* each text carries its number in a vendor's TLV, so that equal ones stay apart */
    uint64_t seed;
};

struct sim_counts {
    int64_t binds, refused_binds, losses; /* connections that ended while they were bound */
    int64_t texts, acknowledged, refused; /* texts; acknowledged: each of their PDUs by ESME_ROK */
    int64_t incomplete;                   /* of these, sent without one of their parts */
    int64_t sent, again;                  /* deliver_sm; of these, not for the first time */
    int64_t strays;                       /* answers to what was not asked, and PDUs that can't be read */
    int64_t submits, receipts;            /* taken submit_sm and data_sm; receipts that were acknowledged */
    int64_t answers[SIM_STATUSES + 1];    /* to deliver_sm, by command_status */
    int64_t faults[SIM_FAULTS];
};

/* Listens and starts. ERR_INVALID (no address), ERR_EXISTS (in use), ERR_FORBIDDEN, ERR_IO, ERR_MEMORY. The
 * texts of the options must stay. */
enum err sim_carrier_start(const struct sim_options *options, struct sim_carrier **ret_sim);
unsigned sim_carrier_port(const struct sim_carrier *sim);
/* True where the source has no more texts and all were answered. */
bool sim_carrier_done(struct sim_carrier *sim);
/* Delivers one text and waits for the answer, at most so many seconds. ERR_NONE: acknowledged by ESME_ROK.
 * ERR_INVALID: it can't be sent so, or was refused for good. ERR_TOO_LARGE: more than 32 parts. ERR_BUSY:
 * nobody is bound, or there was no answer; it may still come. ERR_STOPPING. */
enum err sim_carrier_deliver(struct sim_carrier *sim, const struct sim_text *text, unsigned seconds);
void sim_carrier_counts(struct sim_carrier *sim, struct sim_counts *ret_counts);
/* Unbinds, waits two seconds at most, closes and frees; accepts NULL. */
void sim_carrier_stop(struct sim_carrier *sim);

#endif
