#include "app/closure_steps.h"

#include <string.h>

/* A row a move: what the verbs and the clock write into the journal where the state changes. */
static const struct {
    const char *event;
    enum closure_state from, to;
} moves[] = {
    {"approved_by_rule", CLOSURE_REVIEW, CLOSURE_COOLING},
    {"approved", CLOSURE_REVIEW, CLOSURE_COOLING},
    {"asked", CLOSURE_REVIEW, CLOSURE_QUESTION},
    {"refused", CLOSURE_REVIEW, CLOSURE_REFUSED},
    {"answered", CLOSURE_QUESTION, CLOSURE_REVIEW},
    {"answered", CLOSURE_REFUSED, CLOSURE_REVIEW},
    {"holder_proven", CLOSURE_REFUSED, CLOSURE_REVIEW},
    {"time", CLOSURE_REVIEW, CLOSURE_COOLING},
    {"time", CLOSURE_QUESTION, CLOSURE_REVIEW},
    {"time", CLOSURE_REFUSED, CLOSURE_REVIEW},
    {"time", CLOSURE_COOLING, CLOSURE_SETTLING},
    {"settled", CLOSURE_SETTLING, CLOSURE_DISCONNECTING},
    {"disconnected", CLOSURE_DISCONNECTING, CLOSURE_CLOSED},
    {"time", CLOSURE_CLOSED, CLOSURE_FORGETTING},
    {"forgotten", CLOSURE_FORGETTING, CLOSURE_FORGOTTEN},
};

void closure_steps(const struct store_journal_row *rows, size_t count, int64_t start_at,
                   int64_t ret_at[CLOSURE_STATES])
{
    enum closure_state state = CLOSURE_REVIEW;
    memset(ret_at, 0, CLOSURE_STATES * sizeof *ret_at);
    for (size_t i = 0; i < count; i++) {
        bool waits = str_is(rows[i].event, "approved") && rows[i].at < start_at;
        if (str_is(rows[i].event, "submitted"))
            ret_at[CLOSURE_REVIEW] = rows[i].at;
        for (size_t k = 0; k < sizeof moves / sizeof *moves && !waits; k++)
            if (moves[k].from == state && str_is(rows[i].event, moves[k].event)) {
                state = moves[k].to;
                ret_at[state] = rows[i].at;
                break;
            }
    }
}
