/* What every verb works with. Made once by cmd, never changed while the service runs. */
#ifndef APP_APP_H
#define APP_APP_H

#include "base/arena.h"
#include "base/err.h"
#include "crypto/keyring.h"
#include "crypto/logs.h"
#include "crypto/receipt.h"
#include "sql/sql.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct settings;
struct scheduler;
struct lease;
struct node;
struct service_catalogue;
struct carriers;

struct app {
    struct sql_store *store;
    struct keyring *keyring;
    struct receipt_signer *signer;
    struct logs *logs;
    const struct settings *settings;
    const _Atomic bool *steady; /* whether the wall clock may be believed (base/watch.h); NULL: it may */
    struct scheduler *_Atomic scheduler; /* NULL in command-line verbs: a running serve does the work */
    struct lease *lease; /* of the job that runs, in the copy that it is given; NULL outside of one */
    struct node *node;   /* this one among those on the store; NULL: it has no name there */
    struct service_catalogue *services; /* NULL: the shipped list alone */
    struct carriers *carriers;          /* NULL: nothing is served here, and they are those of the settings */
    /* Tells the listeners of an account that something was committed ("message"). NULL allowed. */
    void (*publish)(void *context, int64_t account_id, const char *event, struct str data);
    void *publish_context;
};

/* Who asks. Every verb that changes anything takes one. */
enum actor_kind { ACTOR_SUBSCRIBER, ACTOR_STAFF, ACTOR_LINK, ACTOR_SYSTEM, ACTOR_OPERATOR };

struct actor {
    enum actor_kind kind;
    int64_t account_id; /* of the subscriber */
    int64_t staff_id;
    int64_t role; /* enum domain role of the session; 0 for subscribers */
    int64_t session_id;
};

#endif
