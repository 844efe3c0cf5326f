#include "base/log.h"
#include "http/internal.h"

#include <stdlib.h>
#include <string.h>

/* An answer made piece by piece. Either the event thread owns it (it sends what there is) or, while the
 * connection is suspended, a worker (it asks for the next piece); never both. */
struct stream {
    struct http_request *request;
    struct arena *arena; /* of the present piece */
    struct str rest;
    bool ended, failed;
    http_stream_next *next;
    void (*release)(void *context);
    void *context;
};

static void stream_work(void *context)
{
    struct stream *stream = context;
    while (stream->rest.length == 0 && !stream->ended && !stream->failed) {
        arena_reset(stream->arena);
        enum err error = stream->next(stream->context, stream->arena, &stream->rest, &stream->ended);
        stream->failed = error != ERR_NONE;
        if (stream->failed)
            log_error("http_stream_failed", LOG_ERR(error));
    }
    MHD_resume_connection(stream->request->connection);
}

static ssize_t stream_read(void *context, uint64_t position, char *ret_bytes, size_t max)
{
    (void)position;
    struct stream *stream = context;
    if (stream->failed)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (stream->rest.length != 0) {
        size_t count = stream->rest.length < max ? stream->rest.length : max;
        memcpy(ret_bytes, stream->rest.data, count);
        stream->rest = str_part(stream->rest, count, stream->rest.length);
        return (ssize_t)count;
    }
    if (stream->ended)
        return MHD_CONTENT_READER_END_OF_STREAM;
    MHD_suspend_connection(stream->request->connection);
    if (pool_submit(stream->request->server->pool, stream_work, stream) != ERR_NONE) {
        stream->failed = true;
        MHD_resume_connection(stream->request->connection);
    }
    return 0;
}

static struct stream *stream_new(struct http_request *request)
{
    struct stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL)
        return NULL;
    stream->request = request;
    stream->arena = arena_new_wiped(0);
    if (stream->arena != NULL)
        return stream;
    free(stream);
    return NULL;
}

static enum err stream_begin(struct http_request *request, const char *content_type)
{
    if (request->response != NULL)
        return ERR_INTERNAL;
    if (request->head) {
        /* with no body: the library would end a chunked one even after HEAD */
        http_answer(request, 200, content_type, STR(""));
        return ERR_NONE;
    }
    request->stream = stream_new(request);
    if (request->stream == NULL)
        return ERR_MEMORY;
    answer_keep(
        request, 200, content_type,
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 1024, stream_read, request->stream, NULL));
    return ERR_NONE;
}

void http_answer_stream(struct http_request *request, const char *content_type, http_stream_next *next,
                        void (*release)(void *context), void *context)
{
    enum err error = stream_begin(request, content_type);
    if (error == ERR_NONE && request->stream != NULL) {
        request->stream->next = next;
        request->stream->release = release;
        request->stream->context = context;
        return;
    }
    if (error != ERR_NONE)
        http_fail(request, error);
    if (release != NULL)
        release(context);
}

void stream_leave(struct http_request *request)
{
    struct stream *stream = request->stream;
    if (stream == NULL)
        return;
    if (stream->release != NULL)
        stream->release(stream->context);
    arena_free(stream->arena);
    free(stream);
    request->stream = NULL;
}
