#include "edge/web/pages.h"

#include "app/contact.h"
#include "app/declaration.h"
#include "app/settings.h"
#include "base/clock.h"
#include "base/limits.h"

enum { CANCEL_LINE_BYTES = 200, CANCEL_AHEAD_DAYS = 3650 };

/* What the declaration's form says, as typed; the second step repeats it. */
struct cancel_input {
    bool withdraw;
    struct str name, contract, mail, wished, reason;
    int64_t wished_at;
    enum text_id name_mistake, contract_mistake, mail_mistake, wished_mistake, reason_mistake;
};

static bool market(const struct visit *visit, unsigned bit)
{
    return (visit->app->settings->operator.markets & bit) != 0;
}

static void show_cancel(struct visit *visit, const struct cancel_input *input)
{
    char today[11];
    clock_format_day(visit->now, today);
    struct template_cancel page = {
        .frame = visit_frame(visit),
        .withdraw = input->withdraw,
        .withdraw_offered = market(visit, SETTINGS_MARKET_EU),
        .market_de = market(visit, SETTINGS_MARKET_DE),
        .name = input->name,
        .name_mistake = input->name_mistake,
        .contract = input->contract,
        .contract_mistake = input->contract_mistake,
        .mail = input->mail,
        .mail_mistake = input->mail_mistake,
        .wished = input->wished,
        .wished_mistake = input->wished_mistake,
        .today = str_from(today),
        .cause = input->reason.length != 0 || input->reason_mistake != TEXT_NONE,
        .reason = input->reason,
        .reason_mistake = input->reason_mistake,
        .close = visit->signed_in ? STR("/close") : STR_NONE,
    };
    VISIT_SHOW(visit, cancel, &page);
}

/* Who is logged in finds their own name there already. */
static enum err get_cancel(struct visit *visit)
{
    struct cancel_input input = {
        .withdraw =
            str_is(http_query(visit->request, "kind"), "withdraw") && market(visit, SETTINGS_MARKET_EU),
        .contract = visit->account.name,
    };
    show_cancel(visit, &input);
    return ERR_NONE;
}

static void mistake(struct visit *visit, const char *field, enum text_id message, enum text_id *ret_mistake)
{
    *ret_mistake = message;
    visit_set_mistake(visit, ERR_INVALID, field, message);
}

static bool is_line(struct str text)
{
    return text.length != 0 && text.length <= CANCEL_LINE_BYTES && str_is_utf8(text);
}

/* The earliest is today; a date is the start of its day in UTC. */
static bool read_wished(const struct visit *visit, struct str text, int64_t *ret_at)
{
    int64_t at;
    *ret_at = 0;
    if (text.length == 0)
        return true;
    if (!clock_parse(text, &at) || at < visit->now / MICROS_DAY * MICROS_DAY ||
        at > visit->now + CANCEL_AHEAD_DAYS * MICROS_DAY)
        return false;
    *ret_at = at > visit->now ? at : 0;
    return true;
}

static struct cancel_input read_input(struct visit *visit)
{
    struct http_request *request = visit->request;
    struct cancel_input input = {
        .withdraw = str_is(http_form(request, "kind"), "withdraw"),
        .name = str_trim(http_form(request, "name")),
        .contract = str_trim(http_form(request, "contract")),
        .mail = str_trim(http_form(request, "mail")),
        .wished = str_trim(http_form(request, "wished")),
        .reason = str_trim(http_form(request, "reason")),
    };
    if (!is_line(input.name))
        mistake(visit, "name", TEXT_MISTAKE_NAME, &input.name_mistake);
    if (!is_line(input.contract))
        mistake(visit, "contract", TEXT_MISTAKE_CONTRACT, &input.contract_mistake);
    if (!contact_mail_is_valid(input.mail))
        mistake(visit, "mail", TEXT_MISTAKE_MAIL, &input.mail_mistake);
    if (!read_wished(visit, input.wished, &input.wished_at))
        mistake(visit, "wished", TEXT_MISTAKE_DATE_PAST, &input.wished_mistake);
    if (input.reason.length > LIMIT_REASON_BYTES || !str_is_utf8(input.reason))
        mistake(visit, "reason", TEXT_MISTAKE_TEXT, &input.reason_mistake);
    return input;
}

/* Step 2. Its "change" button comes back to step 1 by the same address, with what was typed. */
static enum err post_cancel(struct visit *visit)
{
    struct cancel_input input = read_input(visit);
    if (visit->error != ERR_NONE || str_is(http_form(visit->request, "change"), "1")) {
        show_cancel(visit, &input);
        return ERR_NONE;
    }
    struct template_cancel_check page = {
        .frame = visit_frame(visit),
        .withdraw = input.withdraw,
        .market_de = market(visit, SETTINGS_MARKET_DE),
        .kind = input.withdraw ? STR("withdraw") : STR("cancel"),
        .name = input.name,
        .contract = input.contract,
        .mail = input.mail,
        .wished = input.wished,
        .wished_date = input.wished_at,
        .reason = input.reason,
    };
    page.frame.here = STR("/cancel");
    VISIT_SHOW(visit, cancel_check, &page);
    return ERR_NONE;
}

static void show_done(struct visit *visit, const struct cancel_input *input,
                      const struct declaration_new *declared)
{
    struct template_cancel_done page = {
        .frame = visit_frame(visit),
        .reference = str_from(declared->ret_reference),
        .withdraw = input->withdraw,
        .received = declared->ret_received_at,
        .name = input->name,
        .contract = input->contract,
        .mail = input->mail,
        .wished_date = input->wished_at,
        .reason = input->reason,
        .bought = declared->ret_term.bought_at,
        .last_day = declared->ret_term.last_day,
        .in_time = declared->ret_term.in_time,
        .mail_later = declared->ret_mail_later,
    };
    page.frame.here = STR("/cancel");
    VISIT_SHOW(visit, cancel_done, &page);
}

/* The answer is the acknowledgement itself: nothing lies between the button and it. */
static enum err post_confirm(struct visit *visit)
{
    struct cancel_input input = read_input(visit);
    struct declaration_new declared = {
        .kind = input.withdraw ? DECLARATION_WITHDRAW : DECLARATION_CANCEL,
        .name = input.name,
        .contract = input.contract,
        .mail = input.mail,
        .reason = input.reason,
        .language = visit->language,
        .wished_at = input.wished_at,
        .viewer_id = visit->signed_in ? visit->account.account_id : 0,
    };
    enum err error = visit->error;
    if (error == ERR_NONE)
        error = declaration_record(visit->app, visit->arena, http_client(visit->request), &declared);
    if (error == ERR_NONE) {
        show_done(visit, &input, &declared);
        return ERR_NONE;
    }
    if (error != ERR_INVALID && error != ERR_RATE)
        return error;
    if (visit->error == ERR_NONE)
        visit_set_failed(visit, error);
    show_cancel(visit, &input);
    return ERR_NONE;
}

enum { CANCEL_FLAGS = WEB_ROW_NO_TOKEN | HTTP_ROUTE_ANY_ORIGIN };

const struct web_row page_cancel_rows[] = {
    {"GET", "/cancel", HTTP_INLINE, WEB_ANYBODY, get_cancel, 0, 0},
    {"POST", "/cancel", HTTP_WORK, WEB_ANYBODY, post_cancel, CANCEL_FLAGS, 0},
    {"POST", "/cancel/confirm", HTTP_WORK, WEB_ANYBODY, post_confirm, CANCEL_FLAGS, 0},
    {0},
};
