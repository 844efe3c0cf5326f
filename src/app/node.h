/* This process among those on its store: its signs of life, and the next epoch of the keyring on its way to
 * every node. One node alone has a row as well; nothing waits for it. */
#ifndef APP_NODE_H
#define APP_NODE_H

#include "app/app.h"

/* What node_open reads and makes; the id stands in a file of its own, in hex. */
struct node_options {
    const char *path, *name; /* name "" : the machine's */
    const char *version;
    bool alone; /* the store is a file: whoever else stands there was here before */
};

/* Reads who this node is, or decides it. Nothing is written to the store. ERR_IO, ERR_CORRUPT, ERR_MEMORY. */
enum err node_open(struct app *app, const struct node_options *options, struct node **ret_node);
/* Stops the signs of life and frees; accepts NULL. */
void node_free(struct node *node);

/* 0 for NULL. */
int64_t node_id(const struct node *node);
/* True where it may begin work: its last sign of life was written, it is a member and holds what is written.
 * NULL: true. */
bool node_may_work(const struct node *node);

/* True where another member gave a sign of life lately. NULL: false. */
bool node_has_company(const struct node *node);
/* True where one did since an instant, microseconds UTC. NULL: false. */
bool node_had_company(const struct node *node, int64_t since);

/* Before anything is served: the first node of a store lets itself in; another one must be known, and takes
 * what it missed of the keyring, and destroys what is over. ERR_FORBIDDEN where it is not (ever, or any more)
 * of this house, ERR_BUSY where it lacks the epoch that is written and no running node has sealed it to it.
 */
enum err node_enter(struct node *node);
/* One sign of life, and what the keyring's turn wants of this node. */
enum err node_beat(struct node *node);
/* Catches up with the logs, then gives a sign of life every LIMIT_NODE_BEAT_SECONDS on a thread of its own.
 */
enum err node_start(struct node *node);

struct node_row {
    int64_t node_id, state, started_at, beaten_at, epoch, epoch_oldest; /* state: enum store_node_state */
    struct str name, version;
    const char *state_name;
    char print[20]; /* of the key of a node that asks to be let in */
    bool alive, self;
};
/* All nodes; texts live in arena. */
enum err node_list(struct app *app, struct arena *arena, struct node_row **ret_rows, size_t *ret_count);
/* A node that is gone for good holds nothing back any more. name: its name, or its id in hex. ERR_NOT_FOUND,
 * ERR_CONFLICT where two have the name, ERR_STATE where it is alive. */
enum err node_retire(struct app *app, struct str name);
/* Lets in a node that asks, and seals the keyring's present epochs to it. print: what it shows of its key.
 * ERR_NOT_FOUND, ERR_WRONG_PROOF where the print is another, ERR_STATE where it does not ask. */
enum err node_admit(struct app *app, struct str name, struct str print);

/* Asks to be let in: leaves the public half of a key and waits for what is sealed to it, then makes the
 * keyring out of it. ask is called once the row stands there. ERR_EXISTS where a keyring is there, ERR_BUSY
 * where nobody answered within wait_micros: then nothing of the key is left. */
struct node_join {
    const char *keyring, *mirror; /* mirror NULL: none */
    int64_t wait_micros;
    void (*ask)(void *context, struct str name, const char *print);
    void *context;
};
enum err node_join(struct app *app, const struct node_options *options, const struct node_join *join);

/* For the keyring's turn. How the nodes stand towards an epoch. */
struct node_turn {
    int64_t members; /* 0: nobody keeps a row, as in command-line verbs of a new house */
    bool held;       /* every member that is alive has the epoch */
    bool over;       /* every member has destroyed what was before it */
};
enum err node_turn_look(struct app *app, int64_t epoch, struct node_turn *ret_turn);
/* Makes the next epoch, once in the house, and seals it to every member whose key is known to be its own.
 * ERR_NONE where that is done already. */
enum err node_turn_spread(struct app *app, int64_t epoch);
/* Overwrites the epoch before the one that is written, once no read of this process sees it any more. The
 * turn and the signs of life both come here, each on its thread: ERR_NONE where the other has done it. */
enum err node_destroy_old(struct app *app);

#endif
