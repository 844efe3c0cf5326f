#include "edge/api/document.h"
#include "edge/api/rows.h"

static enum err get_document(struct call *call)
{
    call->status = 200;
    call->content_type = "application/json";
    buf_add(&call->body, api_document);
    return ERR_NONE;
}

const struct call_row rows_document[] = {
    {"GET", "/api/v1/openapi.json", HTTP_INLINE, CALL_ANYBODY, get_document, {{0}}, 0},
    {0},
};
