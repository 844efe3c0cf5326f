/* Inside edge/smpp only. */
#ifndef EDGE_SMPP_INTERNAL_H
#define EDGE_SMPP_INTERNAL_H

#include "app/app.h"
#include "app/settings.h"
#include "base/limits.h"
#include "edge/smpp/smpp.h"
#include "wire/smpp.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
    SMPP_OUT_BYTES = 64 * 1024, /* answers that a peer does not take */
    SMPP_CONNECT_SECONDS = 10,
    SMPP_BIND_SECONDS = 10,
    SMPP_STOP_SECONDS = 5,
    SMPP_BACK_OFF_SECONDS = 60, /* the longest */
    SMPP_REPEAT_MINUTES = LIMIT_CARRIER_REPEAT_MINUTES,
    SMPP_LOOK_MICROS = 250, /* a commit and a bit */
    SMPP_DOUBT_SECONDS =
        LIMIT_CARRIER_DOUBT_SECONDS, /* a carrier that has waited so long for an answer has given up on it */
    SMPP_REPEATS = 16384,            /* the last texts of a carrier: more than it has without an answer */
    SMPP_ANSWER_SECONDS = 10,        /* a text whose answer takes longer counts as lost */
    SMPP_SLOW_SECONDS = 8,           /* a peer may have given up on an answer that took longer */
};

/* One connection: bytes in and out. Its owner is one thread. */
struct link {
    int fd; /* -1: none */
    uint8_t *in, *out;
    size_t in_length, in_used, out_length;
    int64_t heard_at; /* monotonic */
};

/* Connects within SMPP_CONNECT_SECONDS, or until *stop. ERR_IO, ERR_STOPPING. */
enum err link_connect(struct link *link, const char *host, int64_t port, const _Atomic bool *stop);
void link_close(struct link *link);
/* Waits for bytes, room, the wake descriptor or millis; reads (where `more`) and writes what it can. briefly:
 * what it waits for comes within SMPP_LOOK_MICROS. ERR_IO where the peer is gone. */
enum err link_turn(struct link *link, int wake, bool more, bool briefly, int millis);
/* The next whole PDU, which lives until the next call. ERR_NOT_FOUND where there is none yet, ERR_INVALID
 * where the stream is none. */
enum err link_next(struct link *link, struct str *ret_frame);
/* Queues a PDU. ERR_FULL where the peer has not taken SMPP_OUT_BYTES. */
enum err link_put(struct link *link, const struct smpp_pdu *pdu);

struct delivery;
struct submission;
struct repeats;

/* What a text is that a carrier without ids brings. */
enum repeat {
    REPEAT_NONE, /* not seen, or another one like it */
    REPEAT_STORED,
    REPEAT_UNDER_WAY /* seen, and nobody knows yet whether it will be stored */
};

/* Texts that came, so that one whose answer was lost is known when it comes again. NULL without memory. */
struct repeats *repeats_new(void);
void repeats_free(struct repeats *repeats);
/* Reads, once, what was noted before the start. What the store says. */
enum err repeats_load(struct repeats *repeats, struct app *app, struct str carrier, int64_t now);
/* Looks for a text among the last that came up to lost_at, when an answer may last have been lost: those of
 * SMPP_DOUBT_SECONDS, and none longer than SMPP_REPEAT_MINUTES ago. One that is found is not found again: a
 * lost answer explains one repetition, not a second one. Of a new one *ret_number is what repeats_end wants,
 * when it is known what became of it. */
enum repeat repeats_look(struct repeats *repeats, int64_t content, int64_t now, int64_t lost_at,
                         uint64_t *ret_number);
void repeats_end(struct repeats *repeats, uint64_t number, bool stored);

/* The carrier's, shared by its binds. */
struct carrier {
    struct edge_smpp *smpp;
    const struct settings_carrier *settings;
    _Atomic int64_t lost_at; /* when an answer may last have been lost, microseconds UTC */
    _Atomic int64_t told_at; /* when other nodes were told of one */
    struct repeats *repeats;
    pthread_mutex_t submit_lock;
    pthread_cond_t submit_changed;
    struct submission *submissions; /* oldest first */
    int64_t submit_after;           /* monotonic: it wants nothing before */
    _Atomic bool stop;
    struct bind *binds;
    size_t bind_count;
};

enum bind_phase {
    BIND_WAITING,    /* until it connects again */
    BIND_CONNECTING, /* to the carrier, or waiting for its answer to the bind */
    BIND_BOUND,
    BIND_UNBINDING
};

struct bind {
    struct carrier *carrier;
    uint32_t command_id; /* which bind_… */
    const char *mode;
    unsigned number;
    pthread_t thread;
    bool started;
    int wake; /* an eventfd: something was stored, or it is time to stop */
    struct link link;
    uint32_t sequence;
    bool enquired;    /* and not answered yet */
    unsigned session; /* counts connections, so that an answer never goes to the wrong one */
    unsigned seed;    /* of the jitter */
    pthread_mutex_t lock;
    struct delivery *finished, **finished_end; /* stored or refused, not answered yet */
    unsigned in_flight;                        /* of all sessions */
    enum bind_phase phase;                     /* of this thread's own; state has its name */
    struct carrier_bind state;
};

struct edge_smpp {
    struct app *app;
    pthread_rwlock_t lock; /* over the two below; whoever uses a carrier that is not their own reads */
    struct carrier *carriers[SETTINGS_CARRIERS];
    size_t carrier_count;
};

/* The thread of a bind: connects, serves, and again, until it is to stop. */
void *bind_run(void *bind);
/* Counts under the lock. */
void bind_count(struct bind *bind, int64_t *counter);
/* The carrier may have given up on an answer. */
void bind_answered_late(struct bind *bind);
/* Takes a deliver_sm or data_sm: hands it to the store, or returns the status that refuses it at once. ROK
 * says that it is under way. */
enum smpp_status deliver_take(struct bind *bind, const struct smpp_pdu *pdu);
/* Answers what has been stored since the last call. Without a connection, or for another one, nothing is
 * sent. */
enum err deliver_answer(struct bind *bind);
/* What a carrier's texts to send need, before its binds start and after they have ended. */
void submit_init(struct carrier *carrier);
void submit_free(struct carrier *carrier);
/* The carrier's binds have ended: nobody waits for an answer any more. */
void submit_end(struct carrier *carrier);
/* Puts texts that wait into the link, as far as the window has room. */
enum err submit_put(struct bind *bind);
/* Takes a submit_sm_resp, or a generic_nack that may be one's. */
void submit_answered(struct bind *bind, const struct smpp_pdu *answer);
/* The connection has ended: nobody knows what became of what was under way. */
void submit_lost(struct bind *bind);
/* The number of the bind's next request. */
uint32_t bind_next_sequence(struct bind *bind);

#endif
