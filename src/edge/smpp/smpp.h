/* Binds to carriers by SMPP 3.4: Violet is the ESME. Each bind has a thread of its own, so that a carrier
 * that hangs, or whose name can't be resolved, holds up nobody else. */
#ifndef EDGE_SMPP_SMPP_H
#define EDGE_SMPP_SMPP_H

#include "app/carriers.h"
#include "app/message_carry.h"
#include "base/err.h"

#include <stdbool.h>

struct edge_smpp;

/* Starts the binds of every carrier of kind smpp. ERR_MEMORY. Carriers that can't be reached are tried again
 * and again: they don't keep the house from serving. */
enum err edge_smpp_start(struct app *app, struct edge_smpp **ret_smpp);
/* Goes over to these carriers: binds of those that are gone, or not the same any more, are ended, those that
 * are new are started, and the others stand as they are. same[i]: list.rows[i] is as it was before. One call
 * at a time; it waits for the binds that end. What list points to must outlive the binds. ERR_MEMORY: not
 * every bind was started. */
enum err edge_smpp_reload(struct edge_smpp *smpp, struct carrier_list list, const bool *same);
/* Unbinds, waits for the texts that are being stored and their answers; accepts NULL. What is handed over to
 * be sent from now on is told to come later. */
void edge_smpp_end(struct edge_smpp *smpp);
/* Frees, after edge_smpp_end and when nobody hands anything over any more; accepts NULL. */
void edge_smpp_free(struct edge_smpp *smpp);
/* Hands a short message to a bind of its carrier and waits for the answer; what app/message_carry.h
 * registers. context: a struct edge_smpp *_Atomic *, so that it may be registered before the binds start. */
enum message_carried edge_smpp_submit(void *context, const struct message_carry *carry, char *ret_id);
/* Calls each for every bind, in the order of the configuration. */
void edge_smpp_each(struct edge_smpp *smpp, carrier_bind_each *each, void *context);

#endif
