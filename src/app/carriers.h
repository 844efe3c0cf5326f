/* The carriers as the operator has them now. Everything else of the settings stays as it was at the start;
 * carriers come, go and change while the house serves, and their binds can be looked at. */
#ifndef APP_CARRIERS_H
#define APP_CARRIERS_H

#include "app/app.h"
#include "app/settings.h"

struct carrier_list {
    const struct settings_carrier *rows;
    size_t count;
};

/* What a bind is and has done since it was started. */
struct carrier_bind {
    const char *carrier;
    const char *mode; /* "transceiver", "receiver" or "transmitter" */
    unsigned number;  /* among the carrier's binds, from 1 */
    bool bound;
    const char *phase;                    /* "waiting", "connecting", "bound" or "unbinding" */
    int64_t since;                        /* of the phase, microseconds UTC */
    uint32_t last_status;                 /* why the carrier refused the last bind; 0: it did not */
    const char *last_status_name;         /* as the specification has it */
    int64_t last_text;                    /* when one last came, microseconds UTC; 0: none yet */
    int64_t in_flight, window;            /* texts that are being stored, and how many may be */
    int64_t delivered, repeated, counted; /* as message_receive has it; all were answered ESME_ROK */
    int64_t receipts, refused, put_off;   /* put_off: answered so that the carrier keeps the text */
    int64_t malformed, connects, losses, bind_refusals;
};

typedef void carrier_bind_each(const struct carrier_bind *bind, void *context);

/* Made by the process that serves, shared by every copy of its app. */
struct carriers {
    const struct carrier_list *_Atomic now; /* a list that was replaced stays readable to the end */
    void (*each_bind)(void *context, carrier_bind_each *each, void *each_context);
    void *each_context;
};

/* Those of the last reload, or of the settings. */
struct carrier_list carriers_now(const struct app *app);
/* The carrier of that name, or NULL. It is not changed, and not freed before the process ends. */
const struct settings_carrier *carriers_find(const struct app *app, struct str name);
/* Calls each for every bind, in the order of the configuration; for none in a process that does not serve. */
void carriers_each_bind(const struct app *app, carrier_bind_each *each, void *context);

#endif
