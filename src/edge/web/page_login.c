#include "edge/web/cookies.h"
#include "edge/web/pages.h"

#include "app/account_language.h"
#include "app/session.h"
#include "base/limits.h"

enum { DAY_SECONDS = 24 * 60 * 60, LANGUAGE_SECONDS = 365 * DAY_SECONDS };

static void show_login(struct visit *visit, struct str name, struct str next)
{
    static const char *const roles[] = {"subscriber", "agent", "reviewer", "finance", "admin"};
    const struct web *web = visit->web;
    struct template_login_demo_login *logins =
        ARENA_ARRAY(visit->arena, web->login_count + 1, struct template_login_demo_login);
    size_t count = 0;
    for (size_t i = 0; i < web->login_count; i++)
        logins[count++] = (struct template_login_demo_login){
            .role = visit_text(visit, "role.", roles[web->logins[i].role]),
            .name = str_from(web->logins[i].name),
            .password = str_from(web->logins[i].password),
        };
    struct template_login page = {
        .frame = visit_frame(visit), .name = name, .next = next, .logins = logins, .logins_count = count};
    VISIT_SHOW(visit, login, &page);
}

static enum err get_login(struct visit *visit)
{
    struct str next = visit_next(visit, http_query(visit->request, "next"), "/inbox");
    if (visit->signed_in)
        return visit_go(visit, next, NULL);
    show_login(visit, STR_NONE, next);
    return ERR_NONE;
}

static bool login_is_mistake(enum err error)
{
    return error == ERR_WRONG_LOGIN || error == ERR_RATE || error == ERR_BUSY;
}

static enum err post_login(struct visit *visit)
{
    char token[SESSION_TOKEN_SIZE];
    struct actor actor;
    struct str name = http_form(visit->request, "name");
    struct str next = visit_next(visit, http_form(visit->request, "next"), "/inbox");
    enum err error = session_login(visit->app, name, http_form(visit->request, "password"),
                                   http_client(visit->request), false, token, &actor);
    if (login_is_mistake(error)) {
        visit_set_failed(visit, error);
        show_login(visit, name, next);
        return ERR_NONE;
    }
    TRY(error);
    http_set_cookie(visit->request, COOKIE_SUBSCRIBER, str_from(token), LIMIT_SESSION_DAYS * DAY_SECONDS);
    return visit_go(visit, next, NULL);
}

static enum err post_logout(struct visit *visit)
{
    if (visit->signed_in)
        TRY(session_logout(visit->app, &visit->actor));
    http_set_cookie(visit->request, COOKIE_SUBSCRIBER, STR(""), 0);
    return visit_go(visit, STR("/login"), "logged_out");
}

/* A page that was asked for in one language by its address must not stay in it. */
static struct str without_language(struct visit *visit, struct str next)
{
    size_t at = str_find(next, STR("lang="), 0);
    if (at == SIZE_MAX || at == 0)
        return next;
    size_t end = str_find(next, STR("&"), at);
    struct str tail = end == SIZE_MAX ? STR("") : str_part(next, end + 1, next.length);
    return arena_printf(visit->arena, "%.*s%.*s", (int)(tail.length != 0 ? at : at - 1), next.data,
                        STR_ARG(tail));
}

/* Mails follow the choice; strangers may change the cookie only. */
static enum err post_language(struct visit *visit)
{
    enum language language;
    struct str next = visit_next(visit, http_form(visit->request, "next"), "/");
    if (!i18n_read_tag(http_form(visit->request, "language"), &language))
        return ERR_INVALID;
    http_set_cookie(visit->request, COOKIE_LANGUAGE, i18n_tag(language), LANGUAGE_SECONDS);
    if (visit->signed_in && !visit->desk && visit_token_is_right(visit))
        TRY(account_set_language(visit->app, &visit->actor, language));
    return visit_go(visit, without_language(visit, next), NULL);
}

const struct web_row page_login_rows[] = {
    {"GET", "/login", HTTP_INLINE, WEB_ANYBODY, get_login, 0, 0},
    {"POST", "/login", HTTP_WORK, WEB_ANYBODY, post_login, WEB_ROW_NO_TOKEN, 0},
    {"POST", "/logout", HTTP_WORK, WEB_ANYBODY, post_logout, 0, 0},
    {"POST", "/language", HTTP_WORK, WEB_ANYBODY, post_language, WEB_ROW_NO_TOKEN, 0},
    {0},
};
