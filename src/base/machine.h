/* State machines as tables: rows of states and of edges. Whatever has no edge is refused. */
#ifndef BASE_MACHINE_H
#define BASE_MACHINE_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

struct machine_state {
    const char *name;     /* as it is stored in words, and in text ids */
    const char *deadline; /* what time does here, in words; NULL: nothing happens by itself */
    const char *enters;   /* what is done on entering, in words */
    bool final;
};

struct machine_edge {
    int from, event, to;
};

/* States and events are numbered from 1. */
struct machine {
    const char *name;
    const struct machine_state *states;
    int state_count;
    const char *const *events;
    int event_count;
    const struct machine_edge *edges;
    size_t edge_count;
    int first;
};

/* Where an event leads from a state; ERR_STATE where it is not allowed there. */
enum err machine_next(const struct machine *machine, int from, int event, int *ret_to);
/* The state's name; "?" for a number that is none. */
const char *machine_state_name(const struct machine *machine, int state);
/* Proves the table: names everywhere, edges between known states only and at most one for a state and an
 * event, every state reachable, every state that is not final has a way out and leads to a final one. Writes
 * the first fault into why. */
bool machine_is_total(const struct machine *machine, struct buf *why);
/* The picture as Mermaid. */
void machine_draw(const struct machine *machine, struct buf *out);

#endif
