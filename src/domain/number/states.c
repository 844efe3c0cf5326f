#include "domain/number/states.h"

#define EDGES(...) ((const struct machine_edge[]){__VA_ARGS__, {0, 0}})
#define ON(event, next)                                                                                      \
    {                                                                                                        \
        NUMBER_EVENT_##event, NUMBER_##next                                                                  \
    }

static const unsigned event_by[NUMBER_EVENTS] = {
    [NUMBER_EVENT_ASSIGN] = NUMBER_BY_ADMIN,
    [NUMBER_EVENT_PARK] = NUMBER_BY_AGENT | NUMBER_BY_ADMIN,
    [NUMBER_EVENT_UNPARK] = NUMBER_BY_AGENT | NUMBER_BY_ADMIN,
    [NUMBER_EVENT_DISCONNECT] = NUMBER_BY_SYSTEM,
    [NUMBER_EVENT_TIME] = NUMBER_BY_SYSTEM,
    [NUMBER_EVENT_RETURN] = NUMBER_BY_ADMIN,
    [NUMBER_EVENT_LEAVE] = NUMBER_BY_AGENT | NUMBER_BY_ADMIN,
    [NUMBER_EVENT_STAY] = NUMBER_BY_AGENT | NUMBER_BY_ADMIN,
    [NUMBER_EVENT_LEFT] = NUMBER_BY_AGENT | NUMBER_BY_ADMIN,
};

static const char *const event_names[NUMBER_EVENTS] = {
    [NUMBER_EVENT_ASSIGN] = "assign",         [NUMBER_EVENT_PARK] = "park", [NUMBER_EVENT_UNPARK] = "unpark",
    [NUMBER_EVENT_DISCONNECT] = "disconnect", [NUMBER_EVENT_TIME] = "time", [NUMBER_EVENT_RETURN] = "return",
    [NUMBER_EVENT_LEAVE] = "leave",           [NUMBER_EVENT_STAY] = "stay", [NUMBER_EVENT_LEFT] = "left",
};

/* A number that is leaving while its line ends waits, parked, for its new carrier; called off then, it goes
 * the way of every number that was disconnected. An available number is disconnected where a restored copy
 * does not know yet that it was assigned. */
static const struct machine_row rows[] = {
    {NUMBER_AVAILABLE, "available", "number.state.available", NULL, NULL,
     EDGES(ON(ASSIGN, ASSIGNED), ON(DISCONNECT, AGING), ON(DISCONNECT, RETURNED), ON(DISCONNECT, PARKED),
           ON(RETURN, RETURNED))},
    {NUMBER_ASSIGNED, "assigned", "number.state.assigned", NULL, NULL,
     EDGES(ON(PARK, PARKED), ON(DISCONNECT, AGING), ON(DISCONNECT, RETURNED), ON(DISCONNECT, PARKED),
           ON(LEAVE, ASSIGNED), ON(STAY, ASSIGNED), ON(LEFT, PORTED_OUT))},
    {NUMBER_PARKED, "parked", "number.state.parked", NULL, NULL,
     EDGES(ON(UNPARK, ASSIGNED), ON(DISCONNECT, AGING), ON(DISCONNECT, RETURNED), ON(DISCONNECT, PARKED),
           ON(LEAVE, PARKED), ON(STAY, PARKED), ON(STAY, AGING), ON(STAY, RETURNED), ON(LEFT, PORTED_OUT))},
    {NUMBER_AGING, "aging", "number.state.aging", "available when it has rested and was reported", NULL,
     EDGES(ON(TIME, AGING), ON(TIME, AVAILABLE), ON(RETURN, RETURNED))},
    {NUMBER_RETURNED, "returned", "number.state.returned", NULL, NULL, NULL},
    {NUMBER_PORTED_OUT, "ported_out", "number.state.ported_out", NULL, NULL, NULL},
};

const struct machine number_machine = {
    .name = "number",
    .first = NUMBER_AVAILABLE,
    .time = NUMBER_EVENT_TIME,
    .rows = rows,
    .row_count = sizeof rows / sizeof *rows,
    .events = event_names,
    .event_count = NUMBER_EVENTS,
};

bool number_may(enum number_event event, unsigned by)
{
    return event > 0 && event < NUMBER_EVENTS && (event_by[event] & by) != 0;
}
