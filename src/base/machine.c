#include "base/machine.h"

#include <string.h>

enum { STATES_MAX = 64 };

const struct machine_row *machine_row(const struct machine *machine, int state)
{
    for (size_t i = 0; i < machine->row_count; i++)
        if (machine->rows[i].state == state)
            return &machine->rows[i];
    return NULL;
}

const char *machine_state_name(const struct machine *machine, int state)
{
    const struct machine_row *row = machine_row(machine, state);
    return row != NULL ? row->name : "unknown";
}

const char *machine_event_name(const struct machine *machine, int event)
{
    return event > 0 && (size_t)event < machine->event_count ? machine->events[event] : "unknown";
}

bool machine_state_named(const struct machine *machine, struct str name, int *ret_state)
{
    for (size_t i = 0; i < machine->row_count; i++)
        if (str_is(name, machine->rows[i].name)) {
            *ret_state = machine->rows[i].state;
            return true;
        }
    return false;
}

static const struct machine_edge *edges_of(const struct machine *machine, int state)
{
    static const struct machine_edge none[] = {{0, 0}};
    const struct machine_row *row = machine_row(machine, state);
    return row != NULL && row->edges != NULL ? row->edges : none;
}

bool machine_answers(const struct machine *machine, int state, int event)
{
    for (const struct machine_edge *edge = edges_of(machine, state); edge->event != 0; edge++)
        if (edge->event == event)
            return true;
    return false;
}

bool machine_leads(const struct machine *machine, int state, int event, int next)
{
    for (const struct machine_edge *edge = edges_of(machine, state); edge->event != 0; edge++)
        if (edge->event == event && edge->next == next)
            return true;
    return false;
}

bool machine_is_final(const struct machine *machine, int state)
{
    for (const struct machine_edge *edge = edges_of(machine, state); edge->event != 0; edge++)
        if (edge->next != state)
            return false;
    return true;
}

static const char *edge_fault(const struct machine *machine, const struct machine_row *row)
{
    for (const struct machine_edge *edge = edges_of(machine, row->state); edge->event != 0; edge++) {
        if (edge->event < 0 || (size_t)edge->event >= machine->event_count)
            return "an edge of an unknown event";
        if (machine_row(machine, edge->next) == NULL)
            return "an edge to an unknown state";
    }
    return NULL;
}

static const char *row_fault(const struct machine *machine, size_t index)
{
    const struct machine_row *row = &machine->rows[index];
    if (row->state <= 0 || row->name == NULL || row->message_id == NULL)
        return "a state without number, name or message id";
    for (size_t i = 0; i < index; i++)
        if (machine->rows[i].state == row->state || strcmp(machine->rows[i].name, row->name) == 0)
            return "a state or a name twice";
    bool timed = machine->time != 0 && machine_answers(machine, row->state, machine->time);
    if (timed != (row->deadline != NULL))
        return timed ? "a state that time ends, without a deadline" : "a deadline that nothing answers";
    return edge_fault(machine, row);
}

/* Marks what can be reached from the marked rows (forward), or from where they can be reached (backward). */
static void spread(const struct machine *machine, bool marked[STATES_MAX], bool backward)
{
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t from = 0; from < machine->row_count; from++)
            for (const struct machine_edge *edge = edges_of(machine, machine->rows[from].state);
                 edge->event != 0; edge++) {
                size_t to = (size_t)(machine_row(machine, edge->next) - machine->rows);
                size_t source = backward ? to : from, target = backward ? from : to;
                if (marked[source] && !marked[target])
                    marked[target] = changed = true;
            }
    }
}

static const char *unmarked_fault(const struct machine *machine, const bool marked[STATES_MAX],
                                  const char *fault, int *ret_state)
{
    for (size_t i = 0; i < machine->row_count; i++)
        if (!marked[i]) {
            *ret_state = machine->rows[i].state;
            return fault;
        }
    return NULL;
}

const char *machine_fault(const struct machine *machine, int *ret_state)
{
    bool reached[STATES_MAX] = {false}, ends[STATES_MAX] = {false};
    *ret_state = machine->first;
    if (machine->row_count > STATES_MAX || machine_row(machine, machine->first) == NULL)
        return "too many states, or no first one";
    for (size_t i = 0; i < machine->row_count; i++) {
        const char *fault = row_fault(machine, i);
        *ret_state = machine->rows[i].state;
        if (fault != NULL)
            return fault;
        reached[i] = machine->rows[i].state == machine->first;
        ends[i] = machine_is_final(machine, machine->rows[i].state);
    }
    spread(machine, reached, false);
    spread(machine, ends, true);
    const char *fault = unmarked_fault(machine, reached, "a state that nothing leads to", ret_state);
    return fault != NULL ? fault : unmarked_fault(machine, ends, "a state that cannot end", ret_state);
}

/* All events that lead from one state to the other stand on one arrow. */
static void draw_arrow(const struct machine *machine, const struct machine_row *row, int next,
                       struct buf *diagram)
{
    const char *before = " : ";
    buf_printf(diagram, "    %s --> %s", row->name, machine_state_name(machine, next));
    for (const struct machine_edge *edge = row->edges; edge->event != 0; edge++)
        if (edge->next == next) {
            buf_printf(diagram, "%s%s", before, machine_event_name(machine, edge->event));
            before = ", ";
        }
    buf_add_char(diagram, '\n');
}

static void draw_row(const struct machine *machine, const struct machine_row *row, struct buf *diagram)
{
    for (size_t i = 0; i < machine->row_count; i++)
        for (const struct machine_edge *edge = edges_of(machine, row->state); edge->event != 0; edge++)
            if (edge->next == machine->rows[i].state) {
                draw_arrow(machine, row, edge->next, diagram);
                break;
            }
    if (row->deadline != NULL)
        buf_printf(diagram, "    note right of %s : %s\n", row->name, row->deadline);
    if (machine_is_final(machine, row->state))
        buf_printf(diagram, "    %s --> [*]\n", row->name);
}

void machine_draw(const struct machine *machine, struct buf *diagram)
{
    buf_printf(diagram, "stateDiagram-v2\n    [*] --> %s\n", machine_state_name(machine, machine->first));
    for (size_t i = 0; i < machine->row_count; i++)
        draw_row(machine, &machine->rows[i], diagram);
}
