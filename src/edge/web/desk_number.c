#include "app/number_list.h"
#include "app/number_park.h"
#include "app/number_port.h"
#include "edge/web/desk.h"
#include "edge/web/pages.h"
#include "wire/phone.h"

/* The route's digits, with the '+' that a path does without. */
static struct str number_of(const struct visit *visit)
{
    return arena_printf(visit->arena, "+%.*s", STR_ARG(http_param(visit->request, "digits")));
}

static enum err find(const struct visit *visit, struct number_detail *ret_number)
{
    enum err error = number_find(visit->app, visit->arena, number_of(visit), ret_number);
    return error == ERR_INVALID ? ERR_NOT_FOUND : error;
}

static struct str number_path(const struct visit *visit)
{
    return arena_printf(visit->arena, "/desk/numbers/%.*s", STR_ARG(http_param(visit->request, "digits")));
}

static void show_ways(const struct visit *visit, const struct number_detail *number,
                      struct template_desk_number *page)
{
    bool held = number->account_id != 0, leaving = number->leaving_at != 0;
    page->may_park = held && number->state == NUMBER_ASSIGNED;
    page->may_unpark = held && number->state == NUMBER_PARKED;
    page->may_ask = held && !leaving;
    page->may_settle = leaving;
    page->may_return = (number->state == NUMBER_AVAILABLE || number->state == NUMBER_AGING) &&
                       desk_allow(visit, DESK_ADMIN) == ERR_NONE;
}

static enum err show_number(struct visit *visit, enum port_answer answer)
{
    struct number_detail number;
    TRY(find(visit, &number));
    struct template_desk_number page = {
        .frame = desk_frame(visit),
        .digits = str_part(number.e164, 1, number.e164.length),
        .number = phone_show(visit->arena, number.e164),
        .state = visit_text(visit, "number.state.", number_state_word(number.state)),
        .carrier = number.carrier,
        .account_id = number.account_id != 0 ? visit_id(visit, number.account_id) : STR_NONE,
        .assigned = number.assigned_at,
        .leaving = number.leaving_at,
        .disconnected = number.account_id == 0 ? number.disconnected_at : 0,
        .rests_until = number.state == NUMBER_AGING ? number.rests_until : 0,
        .rested_days = number.rested_days,
        .rested = number.rested_days > 0,
        .texts = number.texts,
        .counted = number.disconnected_at != 0,
        .accepted = answer == PORT_ACCEPTED,
        .account_number = str_trim(http_form(visit->request, "account_number")),
    };
    if (answer != 0)
        page.answer = visit_text(visit, "port.answer.", port_answer_word(answer));
    show_ways(visit, &number, &page);
    VISIT_SHOW(visit, desk_number, &page);
    return ERR_NONE;
}

static enum err get_number(struct visit *visit)
{
    return show_number(visit, 0);
}

/* Back to the number, with a word of what was done or with what was wrong. */
static enum err done(struct visit *visit, enum err error, const char *word)
{
    if (error == ERR_NONE)
        return visit_go(visit, number_path(visit), word);
    if (!desk_is_mistake(error) && error != ERR_FORBIDDEN)
        return error;
    visit_set_failed(visit, error);
    return show_number(visit, 0);
}

static enum err post_park(struct visit *visit)
{
    return done(visit, number_park(visit->app, &visit->actor, number_of(visit), true), "number_parked");
}

static enum err post_unpark(struct visit *visit)
{
    return done(visit, number_park(visit->app, &visit->actor, number_of(visit), false), "number_unparked");
}

static enum err post_return(struct visit *visit)
{
    return done(visit, number_return(visit->app, &visit->actor, number_of(visit)), "number_returned");
}

static struct number_port port_of(const struct visit *visit)
{
    return (struct number_port){.e164 = number_of(visit),
                                .account_number = str_trim(http_form(visit->request, "account_number")),
                                .pin = str_trim(http_form(visit->request, "pin"))};
}

static enum err post_check(struct visit *visit)
{
    struct number_port port = port_of(visit);
    enum err error = number_port_check(visit->app, &visit->actor, &port);
    return error == ERR_NONE ? show_number(visit, port.ret_answer) : done(visit, error, NULL);
}

static enum err post_start(struct visit *visit)
{
    struct number_port port = port_of(visit);
    enum err error = number_port_start(visit->app, &visit->actor, &port);
    if (error == ERR_NONE && port.ret_answer != PORT_ACCEPTED)
        return show_number(visit, port.ret_answer);
    return done(visit, error, "port_started");
}

static enum err post_complete(struct visit *visit)
{
    return done(visit, number_port_complete(visit->app, &visit->actor, number_of(visit)), "port_completed");
}

static enum err post_cancel(struct visit *visit)
{
    return done(visit, number_port_cancel(visit->app, &visit->actor, number_of(visit)), "port_cancelled");
}

const struct web_row desk_number_rows[] = {
    {"GET", "/desk/numbers/{digits}", HTTP_WORK, WEB_DESK, get_number, 0, 0},
    {"POST", "/desk/numbers/{digits}/park", HTTP_WORK, WEB_DESK, post_park, 0, 0},
    {"POST", "/desk/numbers/{digits}/unpark", HTTP_WORK, WEB_DESK, post_unpark, 0, 0},
    {"POST", "/desk/numbers/{digits}/return", HTTP_WORK, WEB_DESK, post_return, 0, 0},
    {"POST", "/desk/numbers/{digits}/port/check", HTTP_WORK, WEB_DESK, post_check, 0, 0},
    {"POST", "/desk/numbers/{digits}/port/start", HTTP_WORK, WEB_DESK, post_start, 0, 0},
    {"POST", "/desk/numbers/{digits}/port/complete", HTTP_WORK, WEB_DESK, post_complete, 0, 0},
    {"POST", "/desk/numbers/{digits}/port/cancel", HTTP_WORK, WEB_DESK, post_cancel, 0, 0},
    {0},
};
