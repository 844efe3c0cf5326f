/* Inside sim only. */
#ifndef SIM_INTERNAL_H
#define SIM_INTERNAL_H

#include "sim/carrier.h"
#include "wire/smpp.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
    SIM_PARTS_MOST = 32,         /* of one text */
    SIM_PART_BYTES = 160,        /* as it stands in short_message, with its header */
    SIM_TLV_BYTES = 64,          /* besides a payload */
    SIM_OUT_BYTES = 256 * 1024,  /* that a peer does not take */
    SIM_QUEUE = 8192,            /* deliver_sm that wait or are under way */
    SIM_LATER_MICROS = 1000000,  /* until a text that was put off comes again */
    SIM_RECEIPT_MICROS = 200000, /* from submit_sm to its receipt */
    SIM_SLOW_MICROS = 2000000,   /* how long the fault "slow" lasts */
    SIM_SLOW_MILLIS = 5,         /* from byte to byte */
    SIM_UNBIND_MICROS = 2000000,
};

struct sim_wait; /* somebody who waits for a text's answer */

/* One text, as long as one of its pieces is under way. */
struct sim_under_way {
    unsigned left;   /* pieces without an answer */
    uint32_t status; /* the first answer that was not ROK */
    bool receipt, incomplete;
    struct sim_wait *wait; /* under the simulator's lock; NULL: nobody */
};

/* One deliver_sm: it waits in the queue, or in a session for its answer. Its PDU's views point behind it. */
struct sim_piece {
    struct sim_piece *next;
    struct sim_under_way *text;
    struct smpp_pdu pdu;
    int64_t not_before, sent_at; /* microseconds of sim_now */
    unsigned deliveries;
    uint8_t bytes[];
};

struct sim_queue {
    struct sim_piece *first, **end;
    unsigned count;
};

/* One connection of an ESME. */
struct sim_session {
    struct sim_carrier *sim;
    int fd;
    uint8_t *in, *out;
    size_t in_length, out_length;
    uint32_t bind; /* which bind_…; 0: not bound */
    uint32_t sequence;
    struct sim_queue flight;              /* in the order of sending */
    bool hung, losing, unbinding, ending; /* ending: closed when out is written */
    int64_t slow_until, unbind_until;
};

struct sim_carrier {
    struct sim_options options;
    int listener, wake;
    unsigned port;
    pthread_t thread;
    bool started;
    uint64_t chance;
    struct sim_session *sessions[SIM_SESSIONS];
    size_t session_count, next_session;
    struct sim_queue queue;
    unsigned under_way; /* pieces in the queue and in sessions */
    int64_t credit, credit_at;
    unsigned countdown, refuse_binds;
    uint16_t reference;
    uint32_t serial, message_id;
    bool exhausted;
    _Atomic bool stop, done;
    pthread_mutex_t lock; /* counts and waits */
    pthread_cond_t changed;
    struct sim_wait *waits; /* not taken by the loop yet */
    struct sim_counts counts;
};

/* Microseconds of this machine's monotonic clock, which no demo moves. */
int64_t sim_now(void);
/* Counts under the lock. */
void sim_count(struct sim_carrier *sim, int64_t *counter);

void sim_queue_add(struct sim_queue *queue, struct sim_piece *piece);
/* Takes out the piece that *place points to. */
struct sim_piece *sim_queue_take(struct sim_queue *queue, struct sim_piece **place);

/* Makes the deliver_sm of a text, in the order in which they are to be sent, all of *ret_text. ERR_INVALID
 * (empty, no UTF-8, a number or name that does not fit), ERR_TOO_LARGE, ERR_MEMORY. */
enum err sim_encode(struct sim_carrier *sim, const struct sim_text *text, struct sim_queue *ret_pieces,
                    struct sim_under_way **ret_text);
/* A deliver_sm of the simulator's own words with TLVs; NULL without memory. */
struct sim_piece *sim_piece_new(const struct smpp_pdu *pdu);
/* An address as SMPP has it: its type of number, and the digits without '+' in memory. ERR_INVALID. */
enum err sim_address(struct str address, uint8_t *ret_ton, uint8_t *ret_npi,
                     char memory[SMPP_ADDRESS_BYTES + 1], struct str *ret_address);

/* Queues all pieces of a text. */
void sim_put(struct sim_carrier *sim, struct sim_queue *pieces);
/* A piece was answered: it is freed, comes again later, or its text ends. */
void sim_answered(struct sim_carrier *sim, struct sim_piece *piece, uint32_t status);

/* Takes over a connection; closes it where there is no memory or no place. */
void sim_session_new(struct sim_carrier *sim, int fd);
/* Closes and frees; what was under way goes back to the head of the queue. reset: by RST. */
void sim_session_end(struct sim_session *session, bool reset);
/* True where it takes another deliver_sm now. */
bool sim_session_has_room(const struct sim_session *session);
/* Sends a piece and keeps it until it is answered. */
void sim_session_send(struct sim_session *session, struct sim_piece *piece);
/* Queues a PDU. */
void sim_session_put(struct sim_session *session, const struct smpp_pdu *pdu);
/* Queues bytes as they are. */
void sim_session_put_bytes(struct sim_session *session, const void *bytes, size_t length);
/* Reads and writes what it can, and answers. False: it has ended and is no more. */
bool sim_session_turn(struct sim_session *session, short events, int64_t now);
uint32_t sim_session_sequence(struct sim_session *session);
void sim_session_unbind(struct sim_session *session);

/* One of the faults that are wished, on this session, which may be no more afterwards. */
void sim_fault_make(struct sim_session *session);

/* Answers a submit_sm or data_sm, and queues its receipt where one is asked for. */
void sim_submit_take(struct sim_session *session, const struct smpp_pdu *pdu);

#endif
