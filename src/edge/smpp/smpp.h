/* Binds to carriers by SMPP 3.4: Violet is the ESME. Each bind has a thread of its own, so that a carrier
 * that hangs, or whose name can't be resolved, holds up nobody else. */
#ifndef EDGE_SMPP_SMPP_H
#define EDGE_SMPP_SMPP_H

#include "app/message_carry.h"
#include "base/err.h"

#include <stdint.h>

struct app;
struct edge_smpp;

enum edge_smpp_phase {
    EDGE_SMPP_WAITING,    /* until it connects again */
    EDGE_SMPP_CONNECTING, /* to the carrier, or waiting for its answer to the bind */
    EDGE_SMPP_BOUND,
    EDGE_SMPP_UNBINDING
};

/* What a bind has done since the start, for /metrics and `violet carrier list`. */
struct edge_smpp_state {
    const char *carrier;
    const char *mode; /* "transceiver", "receiver" or "transmitter" */
    unsigned number;  /* among the carrier's binds, from 1 */
    enum edge_smpp_phase phase;
    const char *phase_name;
    int64_t since;                        /* of the phase, microseconds UTC */
    uint32_t last_status;                 /* why the carrier refused the last bind; 0: it did not */
    unsigned in_flight;                   /* texts that are being stored */
    int64_t delivered, repeated, counted; /* as message_receive has it; all were answered ESME_ROK */
    int64_t receipts, refused, put_off;   /* put_off: answered so that the carrier keeps the text */
    int64_t malformed, connects, losses;
};

/* Starts the binds of every carrier of kind smpp. ERR_MEMORY. Carriers that can't be reached are tried again
 * and again: they don't keep the house from serving. */
enum err edge_smpp_start(struct app *app, struct edge_smpp **ret_smpp);
/* Unbinds, waits for the texts that are being stored and their answers, frees; accepts NULL. */
void edge_smpp_stop(struct edge_smpp *smpp);
/* Hands a short message to a bind of its carrier and waits for the answer; what app/message_carry.h
 * registers. context: a struct edge_smpp **, so that it may be registered before the binds start. */
enum message_carried edge_smpp_submit(void *context, const struct message_carry *carry, char *ret_id);
/* Calls each for every bind, in the order of the configuration. NULL: none. */
void edge_smpp_each(struct edge_smpp *smpp, void (*each)(const struct edge_smpp_state *state, void *context),
                    void *context);

#endif
