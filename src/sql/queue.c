#include "sql/engine.h"

#include <stdlib.h>

enum err sql_queue_new(unsigned limit, struct sql_queue *ret_queue)
{
    struct sql_queued *ring = calloc(limit, sizeof *ring);
    if (ring == NULL)
        return ERR_MEMORY;
    *ret_queue = (struct sql_queue){.ring = ring, .limit = limit};
    return ERR_NONE;
}

void sql_queue_free(struct sql_queue *queue)
{
    free(queue->ring);
    *queue = (struct sql_queue){0};
}

enum err sql_queue_put(struct sql_queue *queue, const struct sql_command *command, int64_t at)
{
    if (queue->count == queue->limit)
        return ERR_BUSY;
    queue->ring[(queue->first + queue->count) % queue->limit] = (struct sql_queued){*command, at};
    queue->count++;
    return ERR_NONE;
}

bool sql_queue_take(struct sql_queue *queue, struct sql_queued *ret_queued)
{
    if (queue->count == 0)
        return false;
    *ret_queued = queue->ring[queue->first];
    queue->first = (queue->first + 1) % queue->limit;
    queue->count--;
    return true;
}
