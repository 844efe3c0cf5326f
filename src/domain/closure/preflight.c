#include "domain/closure/preflight.h"

/* The argument a row is about; a row applies where `applies` is above 0. */
struct measure {
    int64_t applies, amount, count, date;
};

typedef struct measure measure_function(const struct closure_facts *facts, int64_t now);

static struct measure balance_positive(const struct closure_facts *facts, int64_t now)
{
    (void)now;
    return (struct measure){.applies = facts->balance > 0, .amount = facts->balance};
}

static struct measure balance_negative(const struct closure_facts *facts, int64_t now)
{
    (void)now;
    bool applies = facts->balance < 0;
    return (struct measure){.applies = applies, .amount = applies ? -(facts->balance + 1) + 1 : 0};
}

static struct measure payment_pending(const struct closure_facts *facts, int64_t now)
{
    (void)now;
    return (struct measure){.applies = facts->payment_pending,
                            .amount = facts->payment_pending,
                            .date = facts->payment_pending_until};
}

static struct measure payment_linked(const struct closure_facts *facts, int64_t now)
{
    (void)now;
    return (struct measure){.applies = facts->instruments, .count = facts->instruments};
}

static struct measure auto_top_up(const struct closure_facts *facts, int64_t now)
{
    (void)now;
    return (struct measure){.applies = facts->auto_top_up};
}

static struct measure call_active(const struct closure_facts *facts, int64_t now)
{
    (void)now;
    return (struct measure){.applies = facts->calls_active, .count = facts->calls_active};
}

static struct measure number_leaving(const struct closure_facts *facts, int64_t now)
{
    (void)now;
    return (struct measure){.applies = facts->numbers_leaving, .count = facts->numbers_leaving};
}

static struct measure port_possible(const struct closure_facts *facts, int64_t now)
{
    (void)now;
    return (struct measure){.applies = facts->numbers_portable, .count = facts->numbers_portable};
}

static struct measure services_linked(const struct closure_facts *facts, int64_t now)
{
    (void)now;
    return (struct measure){.applies = facts->services_linked,
                            .count = facts->services_linked,
                            .date = facts->service_last_at};
}

static struct measure messages_unsaved(const struct closure_facts *facts, int64_t now)
{
    (void)now;
    return (struct measure){
        .applies = facts->messages_unsaved, .count = facts->messages_unsaved, .date = facts->archived_at};
}

static struct measure contact_unreachable(const struct closure_facts *facts, int64_t now)
{
    (void)now;
    return (struct measure){.applies = facts->contacts_outside == 0};
}

static struct measure second_factor_here(const struct closure_facts *facts, int64_t now)
{
    (void)now;
    return (struct measure){.applies = facts->factors_here, .count = facts->factors_here};
}

static struct measure ticket_open(const struct closure_facts *facts, int64_t now)
{
    (void)now;
    return (struct measure){.applies = facts->tickets_open, .count = facts->tickets_open};
}

static struct measure api_in_use(const struct closure_facts *facts, int64_t now)
{
    (void)now;
    return (struct measure){.applies = facts->api_used, .count = facts->api_used, .date = facts->api_last_at};
}

static struct measure hold_legal(const struct closure_facts *facts, int64_t now)
{
    (void)now;
    return (struct measure){.applies = facts->hold && !facts->hold_unspoken};
}

struct rule {
    const char *name;
    measure_function *measure;
    enum preflight_severity severity;
    bool one_number; /* applies to the closing of one number, too: wallet and messages stay there */
    struct preflight_remedy remedies[PREFLIGHT_REMEDIES];
};
