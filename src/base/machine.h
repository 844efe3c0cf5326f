/* State machines as tables: one row a state, one edge for every way that an event may lead. The rules decide
 * which way is taken; the table says which ways there are, so that it can be proven and drawn. Whatever has
 * no edge is refused. */
#ifndef BASE_MACHINE_H
#define BASE_MACHINE_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/* An event and a state that it may lead to; the same event may have several edges. event 0 ends the list. */
struct machine_edge {
    int event, next;
};

struct machine_row {
    int state;                        /* above 0; what is stored */
    const char *name;                 /* stable, in API and journal */
    const char *message_id;           /* what a reader sees, in every catalogue */
    const char *deadline;             /* what time does here, in words; NULL: nothing happens by itself */
    const int *enters_with;           /* the subject's effects on entering, ends with 0; NULL: none */
    const struct machine_edge *edges; /* NULL: final */
};

struct machine {
    const char *name;
    int first; /* the state that a new one is in */
    int time;  /* the event "time passes"; 0 where the machine has none */
    const struct machine_row *rows;
    size_t row_count;
    const char *const *events; /* names, by event number from 1; [0] unused */
    size_t event_count;        /* one more than the highest event */
};

/* The row of a state; NULL for a number that is no state. */
const struct machine_row *machine_row(const struct machine *machine, int state);
/* The state's stored name; "unknown" for a number that is no state. */
const char *machine_state_name(const struct machine *machine, int state);
/* The event's name; "unknown" for a number that is no event. */
const char *machine_event_name(const struct machine *machine, int event);
/* The state of a stored name; false where there is none. */
bool machine_state_named(const struct machine *machine, struct str name, int *ret_state);
/* True where the state answers the event at all. */
bool machine_answers(const struct machine *machine, int state, int event);
/* True where the event may lead from one state to the other. */
bool machine_leads(const struct machine *machine, int state, int event, int next);
/* True for a state that nothing leaves. */
bool machine_is_final(const struct machine *machine, int state);
/* Proves the table: states and names are unique, every edge names a known event and state, every state can be
 * reached and can end, a state has a deadline exactly where it answers the time. Returns NULL, or what is
 * wrong, with the state in *ret_state. */
const char *machine_fault(const struct machine *machine, int *ret_state);
/* Draws it as a Mermaid state diagram (stateDiagram-v2), in the order of the rows. */
void machine_draw(const struct machine *machine, struct buf *diagram);

#endif
