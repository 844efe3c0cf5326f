#include "domain/account/account.h"

#define EDGES(...) ((const struct machine_edge[]){__VA_ARGS__, {0, 0}})

static const char *const event_names[ACCOUNT_EVENTS] = {
    [ACCOUNT_EVENT_SUSPEND] = "suspend", [ACCOUNT_EVENT_RESTORE] = "restore", [ACCOUNT_EVENT_CLOSE] = "close",
    [ACCOUNT_EVENT_UNDO] = "undo",       [ACCOUNT_EVENT_END] = "end",
};

static const struct machine_row rows[] = {
    {ACCOUNT_ACTIVE, "active", "account.state.active", NULL, NULL,
     EDGES({ACCOUNT_EVENT_SUSPEND, ACCOUNT_SUSPENDED}, {ACCOUNT_EVENT_CLOSE, ACCOUNT_CLOSING})},
    {ACCOUNT_SUSPENDED, "suspended", "account.state.suspended", NULL, NULL,
     EDGES({ACCOUNT_EVENT_RESTORE, ACCOUNT_ACTIVE}, {ACCOUNT_EVENT_CLOSE, ACCOUNT_CLOSING})},
    {ACCOUNT_CLOSING, "closing", "account.state.closing", NULL, NULL,
     EDGES({ACCOUNT_EVENT_UNDO, ACCOUNT_ACTIVE}, {ACCOUNT_EVENT_UNDO, ACCOUNT_SUSPENDED},
           {ACCOUNT_EVENT_END, ACCOUNT_CLOSED})},
    {ACCOUNT_CLOSED, "closed", "account.state.closed", NULL, NULL, NULL},
};

const struct machine account_machine = {
    .name = "account",
    .first = ACCOUNT_ACTIVE,
    .rows = rows,
    .row_count = sizeof rows / sizeof *rows,
    .events = event_names,
    .event_count = ACCOUNT_EVENTS,
};

const char *account_state_name(int64_t state)
{
    return machine_state_name(&account_machine, (int)state);
}
