#include "app/service_correct.h"

#include "app/service_catalogue.h"
#include "base/clock.h"
#include "base/limits.h"
#include "crypto/seal.h"
#include "domain/types.h"
#include "store/identity.h"
#include "store/keeping.h"
#include "store/service_entry.h"

#include <string.h>

struct correct_job {
    struct arena *arena;
    const struct actor *actor;
    struct store_service_entry row;
    int64_t now;
    struct service_entry *entries;
    size_t count;
};

static bool may_correct(const struct actor *actor)
{
    return actor->kind == ACTOR_OPERATOR || (actor->kind == ACTOR_STAFF && actor->role == ROLE_ADMIN);
}

/* The audit names a subject by a number. */
static int64_t subject_of(struct str key)
{
    uint8_t hash[32];
    int64_t subject;
    seal_hash(&key, 1, hash);
    memcpy(&subject, hash, sizeof subject);
    return subject & INT64_MAX;
}

static enum err list_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    enum { ROWS = 64 };
    struct correct_job *job = context;
    struct store_service_entry rows[ROWS];
    struct str after = STR_NONE;
    size_t found;
    (void)arena;
    job->count = 0;
    do {
        TRY(store_service_entry_list(tx, SERVICE_ENTRY_DESK, after, rows, ROWS, &found));
        for (size_t i = 0; i < found && job->count < SERVICE_CORRECTIONS; i++) {
            after = rows[i].key;
            TRY(service_entry_read(job->arena, rows[i].key, rows[i].value, &job->entries[job->count++]));
        }
    } while (found == ROWS && job->count < SERVICE_CORRECTIONS);
    return ERR_NONE;
}

enum err service_corrections(struct app *app, struct arena *arena, struct service_entry **ret_entries,
                             size_t *ret_count)
{
    struct correct_job job = {.arena = arena,
                              .entries = ARENA_ARRAY(arena, SERVICE_CORRECTIONS, struct service_entry)};
    TRY(sql_read(app->store, list_run, arena, &job));
    *ret_entries = job.entries;
    *ret_count = job.count;
    return ERR_NONE;
}

static enum err correct_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct correct_job *job = context;
    (void)arena;
    TRY(store_service_entry_put(tx, SERVICE_ENTRY_DESK, &job->row));
    TRY(store_keeping_put(tx, SERVICE_VERSION, job->now));
    return store_audit_insert(tx, job->now, job->actor->staff_id, "service_corrected", 0,
                              subject_of(job->row.key));
}

static void fill_domains(struct arena *arena, struct service_entry *entry, enum service_entry_fault *fault)
{
    for (size_t i = 0; i < entry->domains.count && i < SERVICE_ENTRY_WORDS; i++)
        if (!service_entry_domain(arena, entry->domains.words[i], &entry->domains.words[i]))
            *fault = SERVICE_ENTRY_DOMAIN;
}

enum err service_correct(struct app *app, struct arena *arena, const struct actor *actor,
                         struct service_entry *entry, enum service_entry_fault *ret_fault)
{
    struct service_entry *known;
    size_t count;
    if (!may_correct(actor))
        return ERR_FORBIDDEN;
    entry->name = str_trim(entry->name);
    if (entry->key.length == 0)
        entry->key = service_entry_key(arena, entry->name);
    *ret_fault = service_entry_check(entry);
    if (*ret_fault == SERVICE_ENTRY_FINE)
        fill_domains(arena, entry, ret_fault);
    if (*ret_fault != SERVICE_ENTRY_FINE)
        return ERR_INVALID;
    TRY(service_corrections(app, arena, &known, &count));
    if (count == SERVICE_CORRECTIONS)
        return ERR_POLICY;
    struct correct_job job = {.actor = actor, .now = clock_now()};
    job.row = (struct store_service_entry){entry->key, service_entry_write(arena, entry)};
    if (job.row.value.length == 0)
        return ERR_TOO_LARGE;
    TRY(sql_call(app->store, "service_correct", correct_run, &job));
    return service_catalogue_reload(app);
}

static enum err undo_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct correct_job *job = context;
    (void)arena;
    TRY(store_service_entry_delete(tx, SERVICE_ENTRY_DESK, job->row.key));
    TRY(store_keeping_put(tx, SERVICE_VERSION, job->now));
    return store_audit_insert(tx, job->now, job->actor->staff_id, "service_correction_undone", 0,
                              subject_of(job->row.key));
}

enum err service_correct_undo(struct app *app, const struct actor *actor, struct str key)
{
    struct correct_job job = {.actor = actor, .now = clock_now(), .row = {.key = key}};
    if (!may_correct(actor))
        return ERR_FORBIDDEN;
    TRY(sql_call(app->store, "service_correct_undo", undo_run, &job));
    return service_catalogue_reload(app);
}
