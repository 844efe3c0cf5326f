#include "app/steady.h"

#include "app/node.h"
#include "base/log.h"
#include "store/key.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { BOOT_ID_BYTES = 36 };

struct steady_job {
    char name[STEADY_NAME_BYTES];
    struct str text;
};

void steady_name(int64_t node_id, char ret_name[STEADY_NAME_BYTES])
{
    snprintf(ret_name, STEADY_NAME_BYTES, "clock_watch.%016llx", (unsigned long long)node_id);
}

/* Monotonic time counts from the boot: the kernel says which one this is. */
static struct str boot_id(char ret_text[BOOT_ID_BYTES])
{
    int file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t got = file >= 0 ? read(file, ret_text, BOOT_ID_BYTES) : -1;
    if (file >= 0)
        close(file);
    return str_bytes(ret_text, got == BOOT_ID_BYTES ? BOOT_ID_BYTES : 0);
}

static bool parse(struct str text, struct watch *ret_watch)
{
    char boot[BOOT_ID_BYTES];
    struct str piece;
    int64_t numbers[4];
    if (!str_split(&text, ' ', &piece) || piece.length == 0 || !str_equal(piece, boot_id(boot)))
        return false;
    for (size_t i = 0; i < 4; i++)
        if (!str_split(&text, ' ', &piece) || !str_to_int64(piece, &numbers[i]))
            return false;
    *ret_watch =
        (struct watch){.first = {numbers[0], numbers[1]}, .last = {numbers[2], numbers[3]}, .begun = true};
    return true;
}

static enum err load_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct steady *steady = context;
    struct str text;
    char name[STEADY_NAME_BYTES];
    (void)arena;
    steady_name(node_id(steady->app->node), name);
    enum err error = store_setting_get(tx, name, &text);
    if (error == ERR_NONE && !parse(text, &steady->watch))
        steady->watch = (struct watch){0};
    return error == ERR_NOT_FOUND ? ERR_NONE : error;
}

enum err steady_load(struct app *app, struct steady *ret_steady)
{
    struct arena *arena = arena_new(0);
    if (arena == NULL)
        return ERR_MEMORY;
    *ret_steady = (struct steady){.app = app};
    enum err error = sql_read(app->store, load_run, arena, ret_steady);
    arena_free(arena);
    return error;
}

static enum err keep_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct steady_job *job = context;
    (void)arena;
    return store_setting_put(tx, job->name, job->text);
}

static void keep(struct steady *steady)
{
    char text[160], boot[BOOT_ID_BYTES];
    const struct watch *watch = &steady->watch;
    struct str id = boot_id(boot);
    int length = snprintf(text, sizeof text, "%.*s %lld %lld %lld %lld", STR_ARG(id),
                          (long long)watch->first.wall, (long long)watch->first.monotonic,
                          (long long)watch->last.wall, (long long)watch->last.monotonic);
    struct steady_job job = {.text = str_bytes(text, (size_t)length)};
    steady_name(node_id(steady->app->node), job.name);
    enum err error = sql_call(steady->app->store, "clock_watch", keep_run, &job);
    if (error != ERR_NONE)
        log_warn("clock_watch", LOG_ERR(error));
}

void steady_observe(struct steady *steady)
{
    struct clock_reading now = clock_read();
    bool before = atomic_load(&steady->holds);
    bool holds = watch_observe(&steady->watch, now);
    atomic_store(&steady->holds, holds);
    if (holds == before && now.monotonic - steady->kept_at < MICROS_MINUTE)
        return;
    steady->kept_at = now.monotonic;
    keep(steady);
}
