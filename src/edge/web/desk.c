#include "edge/web/desk.h"

#include "app/refund.h"
#include "app/session.h"
#include "app/staff_show.h"
#include "base/limits.h"
#include "edge/web/cookies.h"
#include "edge/web/pages.h"

enum { STAFF_SECONDS = LIMIT_STAFF_SESSION_HOURS * 60 * 60 };

static bool has_role(const struct visit *visit, unsigned roles)
{
    return visit->signed_in && (1u << visit->actor.role & roles) != 0;
}

enum err desk_allow(const struct visit *visit, unsigned roles)
{
    return has_role(visit, roles) ? ERR_NONE : ERR_FORBIDDEN;
}

enum err desk_waiting(const struct visit *visit, const char *kind, struct store_desk_item **ret_items,
                      size_t *ret_count)
{
    *ret_items = ARENA_ARRAY(visit->arena, DESK_ROWS, struct store_desk_item);
    return desk_queue(visit->app, visit->arena, kind, *ret_items, DESK_ROWS, ret_count);
}

static int64_t count_waiting(const struct visit *visit, const char *kind)
{
    struct store_desk_item *items;
    size_t count;
    return desk_waiting(visit, kind, &items, &count) == ERR_NONE ? (int64_t)count : 0;
}

bool desk_is_mistake(enum err error)
{
    return error == ERR_INVALID || error == ERR_STATE || error == ERR_POLICY || error == ERR_CONFLICT ||
           error == ERR_CHANGED || error == ERR_RATE || error == ERR_EXISTS;
}

static enum text_id text_role(const struct visit *visit)
{
    static const char *const names[] = {"subscriber", "agent", "reviewer", "finance", "admin"};
    return visit->signed_in ? visit_text(visit, "role.", names[visit->actor.role]) : TEXT_NONE;
}

static struct str find_name(const struct visit *visit)
{
    struct str name = STR_NONE;
    if (visit->signed_in)
        (void)staff_show(visit->app, visit->arena, visit->actor.staff_id, &name);
    return name;
}

struct template_desk desk_frame(const struct visit *visit)
{
    struct template_frame frame = visit_frame(visit);
    struct template_desk desk = {
        .signed_in = visit->signed_in,
        .staff_name = find_name(visit),
        .role = text_role(visit),
        .token = visit->token,
        .here = frame.here,
        .demo = frame.demo,
        .demo_now = frame.demo_now,
        .may_review = has_role(visit, DESK_REVIEW),
        .may_money = has_role(visit, DESK_MONEY),
        .may_admin = has_role(visit, DESK_ADMIN),
        .done = frame.done,
        .failed = visit->mistake_count != 0 ? visit->mistakes[0].message : frame.failed,
        .failed_code = frame.failed_code,
    };
    if (!visit->signed_in)
        return desk;
    desk.reviews = count_waiting(visit, "review");
    desk.tickets = count_waiting(visit, "ticket");
    desk.declarations = count_waiting(visit, "declaration");
    (void)refund_count_waiting(visit->app, visit->arena, &desk.refunds);
    return desk;
}

static enum err get_desk(struct visit *visit)
{
    return visit_go(visit,
                    has_role(visit, DESK_REVIEW)  ? STR("/desk/reviews")
                    : has_role(visit, DESK_MONEY) ? STR("/desk/money")
                                                  : STR("/desk/tickets"),
                    NULL);
}

static void show_login(struct visit *visit, struct str name, struct str next)
{
    struct template_desk_login page = {.frame = desk_frame(visit), .name = name, .next = next};
    VISIT_SHOW(visit, desk_login, &page);
}

static enum err get_login(struct visit *visit)
{
    struct str next = visit_next(visit, http_query(visit->request, "next"), "/desk");
    if (visit->signed_in)
        return visit_go(visit, next, NULL);
    show_login(visit, STR_NONE, next);
    return ERR_NONE;
}

static enum err post_login(struct visit *visit)
{
    char token[SESSION_TOKEN_SIZE];
    struct actor actor;
    struct str name = http_form(visit->request, "name");
    struct str next = visit_next(visit, http_form(visit->request, "next"), "/desk");
    enum err error = session_login(visit->app, name, http_form(visit->request, "password"),
                                   http_client(visit->request), true, token, &actor);
    if (error == ERR_WRONG_LOGIN || error == ERR_RATE || error == ERR_BUSY) {
        visit_set_failed(visit, error);
        show_login(visit, name, next);
        return ERR_NONE;
    }
    TRY(error);
    http_set_cookie(visit->request, COOKIE_DESK, str_from(token), STAFF_SECONDS);
    return visit_go(visit, next, NULL);
}

static enum err post_logout(struct visit *visit)
{
    if (visit->signed_in)
        TRY(session_logout(visit->app, &visit->actor));
    http_set_cookie(visit->request, COOKIE_DESK, STR(""), 0);
    return visit_go(visit, STR("/desk/login"), "logged_out");
}

const struct web_row desk_rows[] = {
    {"GET", "/desk", HTTP_INLINE, WEB_DESK, get_desk, 0, 0},
    {"GET", "/desk/login", HTTP_INLINE, WEB_DESK_OPEN, get_login, 0, 0},
    {"POST", "/desk/login", HTTP_WORK, WEB_DESK_OPEN, post_login, WEB_ROW_NO_TOKEN, 0},
    {"POST", "/desk/logout", HTTP_WORK, WEB_DESK_OPEN, post_logout, 0, 0},
    {0},
};
