#include "domain/declaration/declaration.h"

#define EDGES(...) ((const struct machine_edge[]){__VA_ARGS__, {0, 0}})

static const char *const event_names[DECLARATION_EVENTS] = {
    [DECLARATION_EVENT_MATCH] = "match", [DECLARATION_EVENT_MISS] = "miss",
    [DECLARATION_EVENT_END] = "end",     [DECLARATION_EVENT_OBJECT] = "object",
    [DECLARATION_EVENT_TIME] = "time",   [DECLARATION_EVENT_PROOF] = "proof",
};

/* ended is answered with object where the closure that it came with is undone: it is revoked with it. */
static const struct machine_row rows[] = {
    {DECLARATION_RECEIVED, "received", "declaration.state.received", NULL, NULL,
     EDGES({DECLARATION_EVENT_MATCH, DECLARATION_MATCHED}, {DECLARATION_EVENT_MISS, DECLARATION_UNMATCHED},
           {DECLARATION_EVENT_END, DECLARATION_ENDED})},
    {DECLARATION_MATCHED, "matched", "declaration.state.matched", "a closure that a person reviews", NULL,
     EDGES({DECLARATION_EVENT_OBJECT, DECLARATION_OBJECTED}, {DECLARATION_EVENT_TIME, DECLARATION_ENDED},
           {DECLARATION_EVENT_PROOF, DECLARATION_ENDED})},
    {DECLARATION_UNMATCHED, "unmatched", "declaration.state.unmatched", "ends unmatched after 30 days", NULL,
     EDGES({DECLARATION_EVENT_MATCH, DECLARATION_MATCHED}, {DECLARATION_EVENT_END, DECLARATION_ENDED},
           {DECLARATION_EVENT_TIME, DECLARATION_ENDED_UNMATCHED})},
    {DECLARATION_ENDED, "ended", "declaration.state.ended", NULL, NULL,
     EDGES({DECLARATION_EVENT_OBJECT, DECLARATION_OBJECTED})},
    {DECLARATION_ENDED_UNMATCHED, "ended_unmatched", "declaration.state.ended_unmatched", NULL, NULL, NULL},
    {DECLARATION_OBJECTED, "objected", "declaration.state.objected", NULL, NULL, NULL},
};

const struct machine declaration_machine = {
    .name = "declaration",
    .first = DECLARATION_RECEIVED,
    .time = DECLARATION_EVENT_TIME,
    .rows = rows,
    .row_count = sizeof rows / sizeof *rows,
    .events = event_names,
    .event_count = DECLARATION_EVENTS,
};

enum err declaration_decide(int64_t state, enum declaration_event event, int64_t *ret_next)
{
    for (int next = DECLARATION_RECEIVED; next <= DECLARATION_OBJECTED; next++)
        if (machine_leads(&declaration_machine, (int)state, (int)event, next)) {
            *ret_next = next;
            return ERR_NONE;
        }
    return ERR_STATE;
}

int64_t declaration_effective_at(int64_t received_at, int64_t wished_at)
{
    return wished_at > received_at ? wished_at : received_at;
}

int64_t declaration_withdraw_last_day(int64_t bought_at)
{
    int64_t day = bought_at / MICROS_DAY + DECLARATION_WITHDRAW_DAYS;
    int64_t weekday = (day + 4) % 7; /* 1970-01-01 was a Thursday; 0 is Sunday */
    day += weekday == 6 ? 2 : weekday == 0 ? 1 : 0;
    return day * MICROS_DAY;
}

bool declaration_withdraws_in_time(int64_t received_at, int64_t bought_at)
{
    return bought_at != 0 && received_at < declaration_withdraw_last_day(bought_at) + MICROS_DAY;
}

int64_t declaration_deadline(int64_t state, int64_t effective_at, int64_t now)
{
    int64_t end = now + DECLARATION_OBJECTION_MICROS;
    if (state == DECLARATION_MATCHED)
        return effective_at > end ? effective_at : end;
    return state == DECLARATION_UNMATCHED ? end : 0;
}
