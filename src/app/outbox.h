/* Effects on the world outside: read from committed rows, performed at least once under a stable key, each
 * result comes back as a new command. */
#ifndef APP_OUTBOX_H
#define APP_OUTBOX_H

#include "app/app.h"

struct effect {
    int64_t account_id, outbox_id, closure_id, created_at;
    struct str kind, effect_key, fields; /* fields: opened, in the arena */
};

enum effect_result {
    EFFECT_DONE,
    EFFECT_RETRY,  /* later, with back-off */
    EFFECT_FAILED, /* will never work */
};

/* Performs one effect; ret_result gets a short text without anything personal (static or in the arena). */
typedef enum effect_result effect_perform(void *context, struct arena *arena, const struct effect *effect,
                                          struct str *ret_result);

/* One row a kind of effect; cmd makes the table from what the edges offer. */
struct effect_kind {
    const char *kind;
    effect_perform *perform;
    void *context;
};

/* Sets the table; before the scheduler starts. kinds must stay alive. */
void outbox_register(const struct effect_kind *kinds, size_t count);
/* The scheduler's job "outbox": performs the row and records its result. */
enum err outbox_run(struct app *app, int64_t account_id, int64_t outbox_id);

#endif
