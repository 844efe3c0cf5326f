#include "edge/api/rows.h"

#include "app/archive_make.h"
#include "app/archive_read.h"
#include "base/clock.h"

static enum err answer_archive(struct call *call, int64_t archive_id, int status)
{
    static const char *const states[] = {
        [ARCHIVE_MAKING] = "making", [ARCHIVE_READY] = "ready", [ARCHIVE_FAILED] = "failed"};
    struct archive_view view;
    TRY(archive_show(call->app, call->arena, call->actor.account_id, archive_id, &view));
    struct json *json = call_answer(call, status);
    call_json_id(call, "id", view.archive_id);
    json_text(json, "state", states[view.state]);
    json_time(json, "created_at", view.created_at);
    json_time(json, "done_at", view.done_at);
    json_int(json, "step", view.step);
    json_int(json, "steps", view.steps);
    json_int(json, "size", view.size);
    call_json_str(call, "content",
                  view.state == ARCHIVE_READY
                      ? arena_printf(call->arena, "/api/v1/archives/%lld/content", (long long)view.archive_id)
                      : STR_NONE);
    return call_done(call);
}

static enum err post_archive(struct call *call)
{
    int64_t id;
    TRY(archive_begin(call->app, &call->actor, &id));
    return answer_archive(call, id, 201);
}

static enum err get_archive(struct call *call)
{
    int64_t id;
    TRY(call_param_id(call, "id", &id));
    return answer_archive(call, id, 200);
}

static enum err get_content(struct call *call)
{
    struct archive_view view;
    struct archive_reader *reader;
    char day[11];
    int64_t id, size;
    TRY(call_param_id(call, "id", &id));
    TRY(archive_show(call->app, call->arena, call->actor.account_id, id, &view));
    TRY(archive_read(call->app, call->arena, call->actor.account_id, id, &reader, &size));
    clock_format_day(view.done_at, day);
    http_add_header(call->request, "Content-Disposition",
                    arena_printf(call->arena, "attachment; filename=\"violet-%s.zip\"", day));
    http_answer_stream(call->request, "application/zip", archive_reader_next, archive_reader_free, reader);
    return ERR_NONE;
}

const struct call_row rows_archive[] = {
    {"POST", "/api/v1/archives", HTTP_WORK, CALL_SUBSCRIBER, post_archive, {{0}}, 0},
    {"GET", "/api/v1/archives/{id}", HTTP_INLINE, CALL_SUBSCRIBER, get_archive, {{0}}, 0},
    {"GET", "/api/v1/archives/{id}/content", HTTP_WORK, CALL_SUBSCRIBER, get_content, {{0}}, 0},
    {0},
};
