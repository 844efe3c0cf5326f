#include "edge/api/repeat.h"

#include "app/idempotency.h"
#include "base/failpoint.h"
#include "base/log.h"

/* Keys of callers without a session are theirs alone: by the link's secret, else by address. */
static struct str scope_of(const struct call *call)
{
    struct str secret = http_query(call->request, "key");
    if (call->signed_in)
        return STR_NONE;
    return call->row->access == CALL_HOLDER && secret.length != 0 ? secret : http_client(call->request);
}

static enum err give_again(struct call *call, const struct idempotency *request)
{
    call->status = (int)request->ret_status;
    call->content_type = "application/json";
    buf_add(&call->body, request->ret_answer);
    http_add_header(call->request, "Idempotency-Replayed", STR("true"));
    return ERR_NONE;
}

/* The effect is durable already: where the answer can't be kept, it is given all the same. */
static void keep(struct call *call, struct idempotency *request)
{
    enum err error = idempotency_finish(call->app, request, call->status, buf_str(&call->body));
    if (error != ERR_NONE)
        log_warn("idempotency_not_kept", LOG_TEXT("path", call->row->path), LOG_ERR(error));
}

enum err repeat_answer(struct call *call, struct str key)
{
    struct idempotency request = {
        .account_id = call->signed_in ? call->actor.account_id : 0,
        .scope = scope_of(call),
        .key = key,
        .target = http_target(call->request),
        .body = http_body(call->request),
    };
    enum err error = idempotency_begin(call->app, call->arena, &request);
    if (error == ERR_INVALID)
        return call_fault(call, "Idempotency-Key", "invalid");
    TRY(error);
    if (request.ret_done)
        return give_again(call, &request);
    call->repeat = &request;
    error = call->row->handle(call);
    call->repeat = NULL;
    FAILPOINT("api.before_keep");
    if (error == ERR_NONE)
        keep(call, &request);
    else if (idempotency_release(call->app, &request) != ERR_NONE)
        log_warn("idempotency_not_released", LOG_TEXT("path", call->row->path));
    return error;
}
