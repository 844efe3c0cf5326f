/* Worker threads with a bounded queue. */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include "base/err.h"

struct pool;
typedef void pool_work(void *context);

/* Starts `threads` threads named name (15 characters at most) that take work in order; nice 0..19 (19: they
 * run when nothing else wants to) is added to their priority. ERR_MEMORY without memory or threads. */
enum err pool_new(const char *name, unsigned threads, unsigned queue_limit, int nice, struct pool **ret_pool);
/* Queues work; ERR_BUSY when the queue is full, ERR_STOPPING after pool_stop. Never waits. */
enum err pool_submit(struct pool *pool, pool_work *work, void *context);
/* How much may be queued before pool_submit says ERR_BUSY; a promise only to the one thread that submits. */
unsigned pool_room(struct pool *pool);
/* Takes no more work, finishes what is queued and joins the threads. */
void pool_stop(struct pool *pool);
/* Stops and frees; accepts NULL. */
void pool_free(struct pool *pool);

#endif
