/* Memory with one owner and one end: everything that a request or a command allocates is freed together. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/str.h"

#include <stdarg.h>
#include <stddef.h>

struct arena;

/* Makes an arena that refuses to grow past limit bytes (0: ARENA_LIMIT_DEFAULT). Returns NULL without memory.
 */
struct arena *arena_new(size_t limit);
/* Like arena_new, but every byte is wiped on reset and free: for arenas that hold keys or opened texts. */
struct arena *arena_new_wiped(size_t limit);
/* Frees the arena and all that was allocated from it; accepts NULL. */
void arena_free(struct arena *arena);
/* Forgets all allocations and keeps the first block. */
void arena_reset(struct arena *arena);
/* Zeroed memory of size bytes, aligned for any type. Where memory or the limit ends the process is not asked
 * to check every call: it returns a pointer always and aborts, with a log line, only past the limit; callers
 * bound their inputs by base/limits.h so that this cannot happen. */
void *arena_alloc(struct arena *arena, size_t size);
/* Zeroed memory for count items of size bytes each; aborts where the product overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size);
/* A copy that ends in a NUL byte (not counted in length). */
struct str arena_str(struct arena *arena, struct str text);
/* A copy as a C string. */
char *arena_cstr(struct arena *arena, struct str text);
/* printf into the arena; the result ends in a NUL byte (not counted). */
struct str arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Bytes handed out since the last reset. */
size_t arena_used(const struct arena *arena);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, count, type) ((type *)arena_array((arena), (count), sizeof(type)))

#endif
