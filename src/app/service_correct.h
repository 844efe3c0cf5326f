/* The desk's additions to the list of services, and its corrections: they win over the shipped list and over
 * an imported one. Each change is audited. */
#ifndef APP_SERVICE_CORRECT_H
#define APP_SERVICE_CORRECT_H

#include "app/app.h"
#include "app/service_entry.h"

/* Adds or replaces the correction of a service; texts that come after the call are asked of it. entry->key
 * empty: made of the name. ERR_INVALID, and *ret_fault says what is wrong; ERR_POLICY past
 * SERVICE_CORRECTIONS; ERR_FORBIDDEN for whoever is no admin. */
enum err service_correct(struct app *app, struct arena *arena, const struct actor *actor,
                         struct service_entry *entry, enum service_entry_fault *ret_fault);
/* Takes a correction back; ERR_NOT_FOUND. */
enum err service_correct_undo(struct app *app, const struct actor *actor, struct str key);

enum { SERVICE_CORRECTIONS = 1000 };

/* All corrections, by key, in arena. */
enum err service_corrections(struct app *app, struct arena *arena, struct service_entry **ret_entries,
                             size_t *ret_count);

#endif
