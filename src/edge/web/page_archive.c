#include "edge/web/page_archive.h"

#include "app/archive_make.h"
#include "app/archive_read.h"
#include "base/clock.h"
#include "edge/web/pages.h"

enum err page_archive_show(const struct visit *visit, const char *next,
                           const struct template_archive **ret_archive)
{
    struct archive_view view;
    *ret_archive = NULL;
    enum err error = archive_show(visit->app, visit->arena, visit->account.account_id, 0, &view);
    if (error == ERR_NOT_FOUND)
        return ERR_NONE;
    TRY(error);
    struct template_archive *archive = ARENA_NEW(visit->arena, struct template_archive);
    *archive = (struct template_archive){
        .making = view.state == ARCHIVE_MAKING,
        .ready = view.state == ARCHIVE_READY,
        .failed = view.state == ARCHIVE_FAILED,
        .step = view.step,
        .steps = view.steps,
        .done_at = view.done_at,
        .size = visit_size(visit, view.size),
        .download = arena_printf(visit->arena, "/settings/archive/%lld", (long long)view.archive_id),
        .next = str_from(next),
        .token = visit->token,
    };
    *ret_archive = archive;
    return ERR_NONE;
}

static enum err post_archive(struct visit *visit)
{
    int64_t archive_id;
    TRY(archive_begin(visit->app, &visit->actor, &archive_id));
    return visit_go(visit, visit_next(visit, http_form(visit->request, "next"), "/settings#archive"), NULL);
}

/* The name holds the day, so that several downloads can be told apart. */
static enum err get_archive(struct visit *visit)
{
    struct archive_reader *reader;
    struct archive_view view;
    char day[11];
    int64_t id, size, account_id = visit->account.account_id;
    TRY(visit_param_id(visit, "id", &id));
    TRY(archive_show(visit->app, visit->arena, account_id, id, &view));
    TRY(archive_read(visit->app, visit->arena, account_id, id, &reader, &size));
    clock_format_day(view.done_at, day);
    http_add_header(visit->request, "Content-Disposition",
                    arena_printf(visit->arena, "attachment; filename=\"violet-%s.zip\"", day));
    http_answer_stream(visit->request, "application/zip", archive_reader_next, archive_reader_free, reader);
    return ERR_NONE;
}

const struct web_row page_archive_rows[] = {
    {"POST", "/settings/archive", HTTP_WORK, WEB_SUBSCRIBER, post_archive, 0, 0},
    {"GET", "/settings/archive/{id}", HTTP_WORK, WEB_SUBSCRIBER, get_archive, 0, 0},
    {0},
};
