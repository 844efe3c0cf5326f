#include "base/machine.h"

#include <stdint.h>

enum err machine_next(const struct machine *machine, int from, int event, int *ret_to)
{
    for (size_t i = 0; i < machine->edge_count; i++)
        if (machine->edges[i].from == from && machine->edges[i].event == event) {
            *ret_to = machine->edges[i].to;
            return ERR_NONE;
        }
    return ERR_STATE;
}

const char *machine_state_name(const struct machine *machine, int state)
{
    return state >= 1 && state <= machine->state_count ? machine->states[state].name : "?";
}

/* Bits of the states that can be reached from a set by any number of edges (backwards where asked). */
static uint64_t spread(const struct machine *machine, uint64_t set, bool backwards)
{
    for (uint64_t before = 0; before != set;) {
        before = set;
        for (size_t i = 0; i < machine->edge_count; i++) {
            int from = backwards ? machine->edges[i].to : machine->edges[i].from;
            int to = backwards ? machine->edges[i].from : machine->edges[i].to;
            if ((set >> from & 1) != 0)
                set |= UINT64_C(1) << to;
        }
    }
    return set;
}

static bool edges_are_sound(const struct machine *machine, struct buf *why)
{
    for (size_t i = 0; i < machine->edge_count; i++) {
        const struct machine_edge *edge = &machine->edges[i];
        if (edge->from < 1 || edge->from > machine->state_count || edge->to < 1 ||
            edge->to > machine->state_count || edge->event < 1 || edge->event > machine->event_count) {
            buf_printf(why, "edge %zu names what is not there", i);
            return false;
        }
        for (size_t other = 0; other < i; other++)
            if (machine->edges[other].from == edge->from && machine->edges[other].event == edge->event) {
                buf_printf(why, "%s has two edges for %s", machine->states[edge->from].name,
                           machine->events[edge->event]);
                return false;
            }
    }
    return true;
}

bool machine_is_total(const struct machine *machine, struct buf *why)
{
    uint64_t finals = 0;
    if (!edges_are_sound(machine, why))
        return false;
    for (int state = 1; state <= machine->state_count; state++) {
        if (machine->states[state].name == NULL || machine->states[state].enters == NULL) {
            buf_printf(why, "state %d has no whole row", state);
            return false;
        }
        finals |= machine->states[state].final ? UINT64_C(1) << state : 0;
    }
    uint64_t reached = spread(machine, UINT64_C(1) << machine->first, false);
    uint64_t ending = spread(machine, finals, true);
    for (int state = 1; state <= machine->state_count; state++)
        if ((reached >> state & 1) == 0 || (ending >> state & 1) == 0) {
            buf_printf(why, "%s can't be reached, or never ends", machine->states[state].name);
            return false;
        }
    return true;
}

void machine_draw(const struct machine *machine, struct buf *out)
{
    buf_printf(out, "stateDiagram-v2\n    [*] --> %s\n", machine->states[machine->first].name);
    for (size_t i = 0; i < machine->edge_count; i++)
        buf_printf(out, "    %s --> %s: %s\n", machine->states[machine->edges[i].from].name,
                   machine->states[machine->edges[i].to].name, machine->events[machine->edges[i].event]);
    for (int state = 1; state <= machine->state_count; state++)
        if (machine->states[state].final)
            buf_printf(out, "    %s --> [*]\n", machine->states[state].name);
}
