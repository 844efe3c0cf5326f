#include "edge/web/pages.h"

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

const struct web_row page_home_rows[] = {
    {"GET", "/", HTTP_INLINE, WEB_ANYBODY, get_home, 0, 0},
    {"GET", "/help", HTTP_INLINE, WEB_ANYBODY, get_help, 0, 0},
    {0},
};
