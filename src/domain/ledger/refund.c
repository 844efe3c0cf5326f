#include "domain/ledger/refund.h"

#include "base/clock.h"
#include "base/limits.h"

#define EDGES(...) ((const struct machine_edge[]){__VA_ARGS__, {0, 0}})

static const char *const event_names[REFUND_EVENTS] = {
    [REFUND_EVENT_SEND] = "send",
    [REFUND_EVENT_SETTLE] = "settle",
    [REFUND_EVENT_FAIL] = "fail",
    [REFUND_EVENT_GIVE_UP] = "give_up",
};

static const struct machine_row rows[] = {
    {REFUND_OWED, "owed", "refund.state.owed", NULL, NULL,
     EDGES({REFUND_EVENT_SEND, REFUND_SENT}, {REFUND_EVENT_GIVE_UP, REFUND_GIVEN_UP})},
    {REFUND_SENT, "sent", "refund.state.sent", NULL, NULL,
     EDGES({REFUND_EVENT_SETTLE, REFUND_SETTLED}, {REFUND_EVENT_FAIL, REFUND_FAILED})},
    {REFUND_SETTLED, "settled", "refund.state.settled", NULL, NULL, NULL},
    {REFUND_FAILED, "failed", "refund.state.failed", NULL, NULL, NULL},
    {REFUND_GIVEN_UP, "given_up", "refund.state.given_up", NULL, NULL, NULL},
};

const struct machine refund_machine = {
    .name = "refund",
    .first = REFUND_OWED,
    .rows = rows,
    .row_count = sizeof rows / sizeof *rows,
    .events = event_names,
    .event_count = REFUND_EVENTS,
};

bool refund_tries_again(int64_t attempt)
{
    return attempt < LIMIT_REFUND_ATTEMPTS;
}

int64_t refund_with_you_by(int64_t sent_at)
{
    return clock_add_working_days(sent_at, LIMIT_REFUND_WORKING_DAYS);
}

int64_t refund_split(const struct refund_payment *payments, size_t count, int64_t amount, int64_t *ret_parts)
{
    int64_t left = amount > 0 ? amount : 0;
    for (size_t i = 0; i < count; i++) {
        int64_t open = payments[i].amount - payments[i].refunded;
        int64_t part = open < left ? open : left;
        ret_parts[i] = part > 0 ? part : 0;
        left -= ret_parts[i];
    }
    return left;
}
