#include "sql/sqlite.h"

#include <stdlib.h>

/* SQLite's own page cache, asked less. After each commit SQLite cuts off the pages behind the end of the
 * database. Its cache walks the whole of itself for that once a page was numbered that high, which every
 * split of a leaf does for a moment: two pages change numbers by way of the one that holds the lock byte
 * (btree.c, balance_nonroot), and that lies at 1 GiB. With a cache of 64 MiB the walk was a third of the
 * writer's time. Here it is known what is cached. */
struct page_cache {
    sqlite3_pcache *real;
    unsigned highest; /* no page but the strayed one is numbered higher */
    unsigned strayed; /* number of a page that was renumbered to above the others; 0: none */
};

static sqlite3_pcache_methods2 real;

static sqlite3_pcache *cache_create(int page_bytes, int extra_bytes, int purgeable)
{
    struct page_cache *cache = calloc(1, sizeof *cache);
    if (cache != NULL)
        cache->real = real.xCreate(page_bytes, extra_bytes, purgeable);
    if (cache != NULL && cache->real != NULL)
        return (sqlite3_pcache *)cache;
    free(cache);
    return NULL;
}

static void cache_size(sqlite3_pcache *base, int pages)
{
    real.xCachesize(((struct page_cache *)base)->real, pages);
}

static int cache_count(sqlite3_pcache *base)
{
    return real.xPagecount(((struct page_cache *)base)->real);
}

static sqlite3_pcache_page *cache_fetch(sqlite3_pcache *base, unsigned number, int create)
{
    struct page_cache *cache = (struct page_cache *)base;
    sqlite3_pcache_page *page = real.xFetch(cache->real, number, create);
    if (page != NULL && number > cache->highest && number != cache->strayed)
        cache->highest = number;
    return page;
}

static void cache_unpin(sqlite3_pcache *base, sqlite3_pcache_page *page, int discard)
{
    real.xUnpin(((struct page_cache *)base)->real, page, discard);
}

static void cache_renumber(sqlite3_pcache *base, sqlite3_pcache_page *page, unsigned from, unsigned to)
{
    struct page_cache *cache = (struct page_cache *)base;
    if (from == cache->strayed)
        cache->strayed = 0;
    if (to > cache->highest && cache->strayed == 0)
        cache->strayed = to;
    else if (to > cache->highest)
        cache->highest = to;
    real.xRekey(cache->real, page, from, to);
}

static void cache_truncate(sqlite3_pcache *base, unsigned limit)
{
    struct page_cache *cache = (struct page_cache *)base;
    if (cache->highest < limit && cache->strayed < limit)
        return;
    real.xTruncate(cache->real, limit);
    if (cache->highest >= limit)
        cache->highest = limit == 0 ? 0 : limit - 1;
    if (cache->strayed >= limit)
        cache->strayed = 0;
}

static void cache_destroy(sqlite3_pcache *base)
{
    real.xDestroy(((struct page_cache *)base)->real);
    free(base);
}

static void cache_shrink(sqlite3_pcache *base)
{
    real.xShrink(((struct page_cache *)base)->real);
}

void sqlite_page_cache(void)
{
    if (sqlite3_config(SQLITE_CONFIG_GETPCACHE2, &real) != SQLITE_OK)
        return;
    sqlite3_pcache_methods2 methods = real;
    methods.xCreate = cache_create;
    methods.xCachesize = cache_size;
    methods.xPagecount = cache_count;
    methods.xFetch = cache_fetch;
    methods.xUnpin = cache_unpin;
    methods.xRekey = cache_renumber;
    methods.xTruncate = cache_truncate;
    methods.xDestroy = cache_destroy;
    methods.xShrink = cache_shrink;
    sqlite3_config(SQLITE_CONFIG_PCACHE2, &methods);
}
