#include "base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { POOL_STACK_BYTES = 512 * 1024, POOL_IDLE_NICE = 19 };

struct pool_item {
    pool_work *work;
    void *context;
};

struct pool_worker {
    struct pool *pool;
    pthread_t id;
    pthread_cond_t wake;
    struct pool_worker *below; /* has waited for longer */
    bool called;
};

/* The last one to work is the next, since its stack, arenas and reader are warm. */
struct pool {
    pthread_mutex_t lock;
    struct pool_worker *idle, *workers;
    struct pool_item *ring;
    unsigned limit, first, count, threads;
    int nice;
    bool stopping;
    char name[16];
};

static void worker_wait(struct pool_worker *worker)
{
    struct pool *pool = worker->pool;
    worker->called = false;
    worker->below = pool->idle;
    pool->idle = worker;
    while (!worker->called)
        pthread_cond_wait(&worker->wake, &pool->lock);
}

/* Whom to wake, once the lock is open; NULL where all work. */
static struct pool_worker *pool_call(struct pool *pool)
{
    struct pool_worker *worker = pool->idle;
    if (worker != NULL) {
        pool->idle = worker->below;
        worker->called = true;
    }
    return worker;
}

static bool pool_take(struct pool_worker *worker, struct pool_item *ret_item)
{
    struct pool *pool = worker->pool;
    pthread_mutex_lock(&pool->lock);
    while (pool->count == 0 && !pool->stopping)
        worker_wait(worker);
    bool taken = pool->count != 0;
    if (taken) {
        *ret_item = pool->ring[pool->first];
        pool->first = (pool->first + 1) % pool->limit;
        pool->count--;
    }
    pthread_mutex_unlock(&pool->lock);
    return taken;
}

static void *pool_thread(void *context)
{
    struct pool_worker *worker = context;
    const struct pool *pool = worker->pool;
    struct pool_item item;
    pthread_setname_np(pthread_self(), pool->name);
    if (pool->nice != 0) /* on Linux the priority is the thread's own */
        setpriority(PRIO_PROCESS, (id_t)gettid(), pool->nice);
    if (pool->nice >= POOL_IDLE_NICE)
        sched_setscheduler(0, SCHED_IDLE, &(const struct sched_param){0});
    while (pool_take(worker, &item))
        item.work(item.context);
    return NULL;
}

static enum err pool_start_threads(struct pool *pool, unsigned threads)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, POOL_STACK_BYTES);
    while (pool->threads < threads) {
        struct pool_worker *worker = &pool->workers[pool->threads];
        worker->pool = pool;
        pthread_cond_init(&worker->wake, NULL);
        if (pthread_create(&worker->id, &attributes, pool_thread, worker) != 0)
            break;
        pool->threads++;
    }
    pthread_attr_destroy(&attributes);
    return pool->threads == threads ? ERR_NONE : ERR_MEMORY;
}

enum err pool_new(const char *name, unsigned threads, unsigned queue_limit, int nice, struct pool **ret_pool)
{
    struct pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL)
        return ERR_MEMORY;
    pthread_mutex_init(&pool->lock, NULL);
    pool->limit = queue_limit;
    pool->nice = nice;
    memcpy(pool->name, name, strnlen(name, sizeof pool->name - 1));
    pool->ring = calloc(queue_limit, sizeof *pool->ring);
    pool->workers = calloc(threads, sizeof *pool->workers);
    if (pool->ring == NULL || pool->workers == NULL || pool_start_threads(pool, threads) != ERR_NONE) {
        pool_free(pool);
        return ERR_MEMORY;
    }
    *ret_pool = pool;
    return ERR_NONE;
}

enum err pool_submit(struct pool *pool, pool_work *work, void *context)
{
    enum err result = ERR_NONE;
    struct pool_worker *called = NULL;
    pthread_mutex_lock(&pool->lock);
    if (pool->stopping)
        result = ERR_STOPPING;
    else if (pool->count == pool->limit)
        result = ERR_BUSY;
    else {
        pool->ring[(pool->first + pool->count) % pool->limit] = (struct pool_item){work, context};
        pool->count++;
        called = pool_call(pool);
    }
    pthread_mutex_unlock(&pool->lock);
    if (called != NULL)
        pthread_cond_signal(&called->wake);
    return result;
}

unsigned pool_room(struct pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    unsigned room = pool->limit - pool->count;
    pthread_mutex_unlock(&pool->lock);
    return room;
}

void pool_stop(struct pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    for (struct pool_worker *worker = pool_call(pool); worker != NULL; worker = pool_call(pool))
        pthread_cond_signal(&worker->wake);
    pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->threads; i++)
        pthread_join(pool->workers[i].id, NULL);
    pool->threads = 0;
}

void pool_free(struct pool *pool)
{
    if (pool == NULL)
        return;
    pool_stop(pool);
    pthread_mutex_destroy(&pool->lock);
    free(pool->ring);
    free(pool->workers);
    free(pool);
}
