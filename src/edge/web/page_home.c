#include "edge/web/pages.h"

#include "app/closure_link.h"
#include "app/service_status.h"
#include "app/settings.h"
#include "base/encode.h"

static enum err get_home(struct visit *visit)
{
    if (visit->signed_in)
        return visit_go(visit, STR("/inbox"), NULL);
    struct template_home page = {.frame = visit_frame(visit),
                                 .undo_days = visit->app->settings->closing.undo_days};
    VISIT_SHOW(visit, home, &page);
    return ERR_NONE;
}

/* The ready mail names whoever is logged in. */
static enum err get_help(struct visit *visit)
{
    const struct settings *settings = visit->app->settings;
    struct template_help page = {
        .frame = visit_frame(visit),
        .support_mail = str_from(settings->operator.support_mail),
        .support_link = arena_printf(visit->arena, "mailto:%s?subject=%.*s", settings->operator.support_mail,
                                     STR_ARG(encode_percent(visit->arena, visit->account.name))),
        .complaint = str_from(settings->operator.complaint_body),
        .undo_days = settings->closing.undo_days,
    };
    VISIT_SHOW(visit, help, &page);
    return ERR_NONE;
}

static enum err get_status(struct visit *visit)
{
    struct service_status status;
    TRY(service_status(visit->app, visit->arena, &status));
    struct template_status page = {
        .frame = visit_frame(visit),
        .now = visit->now,
        .receiving = status.receiving,
        .last_text = status.last_text_at,
        .mail = status.mail_leaves,
        .closings_late = status.closings_late,
    };
    VISIT_SHOW(visit, status, &page);
    return ERR_NONE;
}

static void show_find(struct visit *visit, struct str reference, enum text_id mistake, bool sent)
{
    struct template_closure_find page = {
        .frame = visit_frame(visit), .reference = reference, .reference_mistake = mistake, .sent = sent};
    VISIT_SHOW(visit, closure_find, &page);
}

static enum err get_find(struct visit *visit)
{
    show_find(visit, http_query(visit->request, "reference"), TEXT_NONE, false);
    return ERR_NONE;
}

/* The same answer whether there is such a closure or not. */
static enum err post_find(struct visit *visit)
{
    struct str reference = str_trim(http_form(visit->request, "reference"));
    enum err error = closure_send_link(visit->app, visit->arena, reference, http_client(visit->request));
    if (error != ERR_NONE && error != ERR_NOT_FOUND && error != ERR_RATE)
        return error;
    enum text_id mistake = error == ERR_NOT_FOUND ? TEXT_MISTAKE_CLOSURE : TEXT_NONE;
    if (error == ERR_NOT_FOUND)
        visit_set_mistake(visit, ERR_INVALID, "reference", mistake);
    else if (error == ERR_RATE)
        visit_set_failed(visit, error);
    show_find(visit, error != ERR_NONE ? reference : STR_NONE, mistake, error == ERR_NONE);
    return ERR_NONE;
}

const struct web_row page_home_rows[] = {
    {"GET", "/", HTTP_INLINE, WEB_ANYBODY, get_home, 0, 0},
    {"GET", "/help", HTTP_INLINE, WEB_ANYBODY, get_help, 0, 0},
    {"GET", "/status", HTTP_INLINE, WEB_ANYBODY, get_status, 0, 0},
    {"GET", "/closure", HTTP_INLINE, WEB_ANYBODY, get_find, 0, 0},
    {"POST", "/closure", HTTP_WORK, WEB_ANYBODY, post_find, WEB_ROW_NO_TOKEN, 0},
    {0},
};
