#include "base/arena.h"

#include "base/log.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Blocks up to ARENA_KEPT_BYTES in all stay with an arena that is used again and again. */
enum { ARENA_FIRST_BLOCK = 8 * 1024, ARENA_KEPT_BYTES = 24 * 1024 };
static const size_t ARENA_LIMIT_DEFAULT = (size_t)64 * 1024 * 1024;

struct arena_block {
    struct arena_block *next;
    size_t size, used;
    alignas(max_align_t) unsigned char bytes[];
};

struct arena {
    struct arena_block *first, *current;
    size_t limit, used;
    bool wiped;
};

static struct arena_block *block_new(size_t size)
{
    struct arena_block *block = malloc(sizeof *block + size);
    if (block != NULL)
        *block = (struct arena_block){.size = size};
    return block;
}

static struct arena *arena_make(size_t limit, bool wiped)
{
    struct arena *arena = calloc(1, sizeof *arena);
    if (arena == NULL)
        return NULL;
    arena->first = block_new(ARENA_FIRST_BLOCK);
    if (arena->first == NULL) {
        free(arena);
        return NULL;
    }
    arena->current = arena->first;
    arena->limit = limit != 0 ? limit : ARENA_LIMIT_DEFAULT;
    arena->wiped = wiped;
    return arena;
}

struct arena *arena_new(size_t limit)
{
    return arena_make(limit, false);
}

struct arena *arena_new_wiped(size_t limit)
{
    return arena_make(limit, true);
}

static void arena_wipe(struct arena *arena)
{
    if (!arena->wiped)
        return;
    for (struct arena_block *block = arena->first; block != NULL; block = block->next)
        explicit_bzero(block->bytes, block->used);
}

static void blocks_free(struct arena_block *block)
{
    while (block != NULL) {
        struct arena_block *next = block->next;
        free(block);
        block = next;
    }
}

void arena_reset(struct arena *arena)
{
    arena_wipe(arena);
    struct arena_block *last = arena->first;
    size_t kept = last->size;
    last->used = 0;
    while (last->next != NULL && kept + last->next->size <= ARENA_KEPT_BYTES) {
        last = last->next;
        last->used = 0;
        kept += last->size;
    }
    blocks_free(last->next);
    last->next = NULL;
    arena->current = arena->first;
    arena->used = 0;
}

void arena_free(struct arena *arena)
{
    if (arena == NULL)
        return;
    arena_wipe(arena);
    blocks_free(arena->first);
    free(arena);
}

static void arena_grow(struct arena *arena, size_t size)
{
    struct arena_block *kept = arena->current->next;
    size_t wanted = arena->current->size * 2;
    if (kept != NULL && kept->size >= size) {
        arena->current = kept;
        return;
    }
    if (wanted < size)
        wanted = size;
    struct arena_block *block = block_new(wanted);
    if (block == NULL) {
        log_error("arena_out_of_memory", LOG_INT("bytes", (int64_t)wanted));
        abort();
    }
    block->next = kept;
    arena->current->next = block;
    arena->current = block;
}

/* As arena_alloc, but not zeroed: for what is filled at once. */
static void *arena_take(struct arena *arena, size_t size)
{
    const size_t align = alignof(max_align_t);
    if (size > arena->limit - arena->used || size > SIZE_MAX - align) {
        log_error("arena_limit", LOG_INT("bytes", (int64_t)size), LOG_INT("limit", (int64_t)arena->limit));
        abort();
    }
    size = (size + align - 1) / align * align;
    if (arena->current->size - arena->current->used < size)
        arena_grow(arena, size);
    void *result = arena->current->bytes + arena->current->used;
    arena->current->used += size;
    arena->used += size < arena->limit - arena->used ? size : arena->limit - arena->used;
    return result;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    return memset(arena_take(arena, size), 0, size);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total)) {
        log_error("arena_overflow", LOG_INT("count", (int64_t)count));
        abort();
    }
    return arena_alloc(arena, total);
}

char *arena_cstr(struct arena *arena, struct str text)
{
    char *copy = arena_take(arena, text.length + 1);
    if (text.length != 0)
        memcpy(copy, text.data, text.length);
    copy[text.length] = '\0';
    return copy;
}

struct str arena_str(struct arena *arena, struct str text)
{
    return (struct str){arena_cstr(arena, text), text.length};
}

struct str arena_printf(struct arena *arena, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        abort();
    char *text = arena_take(arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return (struct str){text, (size_t)length};
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}
