#include "domain/closure/preflight.h"

#include "base/clock.h"

#define API_USED_MICROS (30 * MICROS_DAY)

struct rule {
    const char *name;
    enum preflight_severity severity;
    bool one_number; /* also when one number closes: wallet, messages and account stay then */
    struct preflight_remedy remedies[PREFLIGHT_REMEDIES];
};

static const struct rule rules[PREFLIGHT_ROWS] = {
    [PREFLIGHT_BALANCE_POSITIVE] = {"balance_positive",
                                    PREFLIGHT_LOSS,
                                    false,
                                    {{REMEDY_REFUND_ORIGIN, PREFLIGHT_ON_SUBMIT},
                                     {REMEDY_REFUND_BANK, PREFLIGHT_ON_SUBMIT},
                                     {REMEDY_GIVE_UP, PREFLIGHT_ON_SUBMIT},
                                     {REMEDY_SPEND, PREFLIGHT_NOW}}},
    [PREFLIGHT_BALANCE_NEGATIVE] = {"balance_negative",
                                    PREFLIGHT_CARE,
                                    false,
                                    {{REMEDY_PAY, PREFLIGHT_NOW},
                                     {REMEDY_CLOSE_ANYWAY, PREFLIGHT_ON_SUBMIT}}},
    [PREFLIGHT_PAYMENT_PENDING] = {"payment_pending",
                                   PREFLIGHT_CARE,
                                   false,
                                   {{REMEDY_CLOSE_ANYWAY, PREFLIGHT_ON_SUBMIT}}},
    [PREFLIGHT_PAYMENT_LINKED] = {"payment_linked",
                                  PREFLIGHT_INFO,
                                  false,
                                  {{REMEDY_REMOVE_INSTRUMENTS, PREFLIGHT_BY_CLOSING}}},
    [PREFLIGHT_AUTO_TOP_UP] = {"auto_top_up",
                               PREFLIGHT_CARE,
                               false,
                               {{REMEDY_TOP_UP_OFF, PREFLIGHT_NOW},
                                {REMEDY_TOP_UP_OFF, PREFLIGHT_ON_SUBMIT}}},
    [PREFLIGHT_CALL_ACTIVE] = {"call_active", PREFLIGHT_INFO, true, {{REMEDY_HANG_UP, PREFLIGHT_NOW}}},
    [PREFLIGHT_NUMBER_LEAVING] = {"number_leaving",
                                  PREFLIGHT_INFO,
                                  true,
                                  {{REMEDY_FINISH_PORT, PREFLIGHT_BY_CLOSING}}},
    [PREFLIGHT_PORT_POSSIBLE] = {"port_possible", PREFLIGHT_INFO, true, {{REMEDY_PORT_OUT, PREFLIGHT_NOW}}},
    [PREFLIGHT_SERVICES_LINKED] = {"services_linked", PREFLIGHT_CARE, true, {{REMEDY_UNBIND, PREFLIGHT_NOW}}},
    [PREFLIGHT_MESSAGES_UNSAVED] = {"messages_unsaved",
                                    PREFLIGHT_CARE,
                                    false,
                                    {{REMEDY_SAVE, PREFLIGHT_NOW}}},
    [PREFLIGHT_CONTACT_UNREACHABLE] = {"contact_unreachable",
                                       PREFLIGHT_CARE,
                                       true,
                                       {{REMEDY_ADD_CONTACT, PREFLIGHT_NOW}}},
    [PREFLIGHT_SECOND_FACTOR_HERE] = {"second_factor_here",
                                      PREFLIGHT_LOSS,
                                      true,
                                      {{REMEDY_ADD_FACTOR, PREFLIGHT_NOW}}},
    [PREFLIGHT_TICKET_OPEN] = {"ticket_open", PREFLIGHT_INFO, false, {{REMEDY_SEE_TICKETS, PREFLIGHT_NOW}}},
    [PREFLIGHT_API_IN_USE] = {"api_in_use", PREFLIGHT_CARE, false, {{REMEDY_SEE_API, PREFLIGHT_NOW}}},
    [PREFLIGHT_HOLD_LEGAL] = {"hold_legal", PREFLIGHT_INFO, false, {{0}}},
};

static const char *const remedy_names[REMEDY_COUNT] = {
    [REMEDY_NONE] = "none",
    [REMEDY_REFUND_ORIGIN] = "refund_origin",
    [REMEDY_REFUND_BANK] = "refund_bank",
    [REMEDY_GIVE_UP] = "give_up",
    [REMEDY_SPEND] = "spend",
    [REMEDY_PAY] = "pay",
    [REMEDY_CLOSE_ANYWAY] = "close_anyway",
    [REMEDY_REMOVE_INSTRUMENTS] = "remove_instruments",
    [REMEDY_TOP_UP_OFF] = "top_up_off",
    [REMEDY_HANG_UP] = "hang_up",
    [REMEDY_FINISH_PORT] = "finish_port",
    [REMEDY_PORT_OUT] = "port_out",
    [REMEDY_UNBIND] = "unbind",
    [REMEDY_SAVE] = "save",
    [REMEDY_ADD_CONTACT] = "add_contact",
    [REMEDY_ADD_FACTOR] = "add_factor",
    [REMEDY_SEE_TICKETS] = "see_tickets",
    [REMEDY_SEE_API] = "see_api",
};

/* What a row is about; it applies where the first is true. */
struct measure {
    bool applies;
    int64_t amount, count, date;
};

static struct measure measure(enum preflight_row row, const struct closure_facts *facts, int64_t now)
{
    const struct measure measures[PREFLIGHT_ROWS] = {
        [PREFLIGHT_BALANCE_POSITIVE] = {facts->balance > 0, facts->balance, 0, 0},
        [PREFLIGHT_BALANCE_NEGATIVE] = {facts->balance<0, facts->balance> INT64_MIN ? -facts->balance
                                                                                    : INT64_MAX,
                                        0, 0},
        [PREFLIGHT_PAYMENT_PENDING] = {facts->payment_pending > 0, facts->payment_pending, 0,
                                       facts->payment_pending_until},
        [PREFLIGHT_PAYMENT_LINKED] = {facts->instruments > 0, 0, facts->instruments, 0},
        [PREFLIGHT_AUTO_TOP_UP] = {facts->auto_top_up, 0, 0, 0},
        [PREFLIGHT_CALL_ACTIVE] = {facts->calls_active > 0, 0, facts->calls_active, 0},
        [PREFLIGHT_NUMBER_LEAVING] = {facts->numbers_leaving > 0, 0, facts->numbers_leaving, 0},
        [PREFLIGHT_PORT_POSSIBLE] = {facts->numbers_portable > 0, 0, facts->numbers_portable, 0},
        [PREFLIGHT_SERVICES_LINKED] = {facts->services_linked > 0, 0, facts->services_linked,
                                       facts->service_last_at},
        [PREFLIGHT_MESSAGES_UNSAVED] = {facts->messages_unsaved > 0, 0, facts->messages_unsaved,
                                        facts->archived_at},
        [PREFLIGHT_CONTACT_UNREACHABLE] = {facts->contacts_outside == 0, 0, 0, 0},
        [PREFLIGHT_SECOND_FACTOR_HERE] = {facts->factors_here > 0, 0, facts->factors_here, 0},
        [PREFLIGHT_TICKET_OPEN] = {facts->tickets_open > 0, 0, facts->tickets_open, 0},
        [PREFLIGHT_API_IN_USE] = {facts->api_used > 0 && now - facts->api_last_at < API_USED_MICROS, 0,
                                  facts->api_used, facts->api_last_at},
        [PREFLIGHT_HOLD_LEGAL] = {facts->hold && !facts->hold_unspoken, 0, 0, 0},
    };
    return measures[row];
}

/* A dangerous service (bank, payment, mail) makes the row graver: who gets the number gets into these. */
static enum preflight_severity severity_of(enum preflight_row row, const struct closure_facts *facts)
{
    bool dangerous = row == PREFLIGHT_SERVICES_LINKED && facts->services_dangerous > 0;
    return dangerous ? PREFLIGHT_LOSS : rules[row].severity;
}

static struct preflight_finding finding(enum preflight_row row, const struct closure_facts *facts,
                                        const struct measure *measure)
{
    struct preflight_finding found = {
        .row = row,
        .severity = severity_of(row, facts),
        .amount = measure->amount,
        .count = measure->count,
        .date = measure->date,
    };
    for (size_t i = 0; i < PREFLIGHT_REMEDIES; i++)
        found.remedies[i] = rules[row].remedies[i];
    return found;
}

static bool is_possible(enum preflight_row row, enum closure_scope scope)
{
    return scope == CLOSURE_SCOPE_ACCOUNT || rules[row].one_number;
}

size_t closure_preflight(const struct closure_facts *facts, int64_t now,
                         struct preflight_finding ret_findings[PREFLIGHT_ROWS])
{
    size_t count = 0;
    for (enum preflight_row row = PREFLIGHT_BALANCE_POSITIVE; row < PREFLIGHT_ROWS; row++) {
        struct measure measured = measure(row, facts, now);
        if (measured.applies && is_possible(row, facts->scope))
            ret_findings[count++] = finding(row, facts, &measured);
    }
    return count;
}

size_t closure_preflight_possible(enum closure_scope scope)
{
    size_t count = 0;
    for (enum preflight_row row = PREFLIGHT_BALANCE_POSITIVE; row < PREFLIGHT_ROWS; row++)
        count += is_possible(row, scope);
    return count;
}

const char *closure_preflight_name(enum preflight_row row)
{
    return row >= PREFLIGHT_BALANCE_POSITIVE && row < PREFLIGHT_ROWS ? rules[row].name : "unknown";
}

const char *closure_remedy_name(enum preflight_remedy_kind kind)
{
    return (unsigned)kind < REMEDY_COUNT ? remedy_names[kind] : "unknown";
}
