/* What the files of the nodes share. */
#ifndef APP_NODE_INSIDE_H
#define APP_NODE_INSIDE_H

#include "app/log_share.h"
#include "app/node.h"
#include "store/node.h"

#include <pthread.h>

enum { NODE_NAME_SIZE = 80 };

struct node {
    struct app *app;
    int64_t id, started_at;
    char name[NODE_NAME_SIZE], version[32];
    _Atomic bool well, company;
    _Atomic int64_t company_at; /* when it last had company, microseconds UTC; 0: never */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct log_share share; /* of the thread, once that runs */
    bool alone, running, stopping;
};

/* What a node does for the keyring with what it has read. */
struct node_look {
    struct app *app;
    int64_t now, writes, over, turn_epoch;
    struct store_node *rows, *self;
    size_t count;
};
/* Reads all of it into the arena; self is NULL where the node has no row. */
enum err node_look(struct node *node, struct arena *arena, struct node_look *ret_look);
/* Takes, destroys, offers and seals as the look wants it; ret_changed: the turn may go on. */
enum err node_keep_up(struct node *node, struct arena *arena, const struct node_look *look,
                      bool *ret_changed);

#endif
