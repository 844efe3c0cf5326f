#include "app/service_import.h"

#include "app/service_catalogue.h"
#include "base/clock.h"
#include "base/limits.h"
#include "domain/message/table.h"
#include "store/identity.h"
#include "store/keeping.h"
#include "store/service_entry.h"

#include <stdlib.h>
#include <string.h>

struct import_job {
    struct arena *arena;
    const struct actor *actor;
    struct service_import *import;
    struct service_entry *entries;
    struct store_service_entry *rows;
    size_t count, from, until; /* from, until: the rows of one batch */
    int64_t generation, pruned;
};

static void add_error(struct import_job *job, size_t index, enum service_entry_fault fault, struct str name)
{
    struct service_import *import = job->import;
    if (import->ret_error_count < LIMIT_IMPORT_ERRORS)
        import->ret_errors[import->ret_error_count] =
            (struct service_import_error){index + 1, fault, str_part(name, 0, LIMIT_LABEL_BYTES)};
    import->ret_error_count++;
}

/* What we know better of a shipped one: the directories know no kind of many. */
static void keep_category(struct service_entry *entry)
{
    const struct service *shipped = service_by_key(NULL, entry->key);
    const char *category = shipped != NULL ? service_entry_category(str_from(shipped->category)) : NULL;
    if (category != NULL && strcmp(category, "other") != 0)
        entry->category = category;
}

static void read_rows(struct import_job *job, const struct json_document *document, size_t count)
{
    job->entries = ARENA_ARRAY(job->arena, count, struct service_entry);
    for (size_t i = 0; i < count; i++) {
        struct service_entry *entry = &job->entries[job->count];
        enum service_entry_fault fault = service_entry_public(job->arena, document, i, entry);
        if (fault != SERVICE_ENTRY_FINE) {
            add_error(job, i, fault, entry->name);
            continue;
        }
        keep_category(entry);
        entry->row = i;
        job->count++;
    }
}

static int compare_keys(const void *a, const void *b)
{
    const struct service_entry *left = a, *right = b;
    size_t common = left->key.length < right->key.length ? left->key.length : right->key.length;
    int order = memcmp(left->key.data, right->key.data, common);
    if (order == 0 && left->key.length == right->key.length)
        return left->row < right->row ? -1 : 1;
    return order != 0 ? order : left->key.length < right->key.length ? -1 : 1;
}

static void append(struct arena *arena, struct service_entry_words *words,
                   const struct service_entry_words *more)
{
    struct str *all = ARENA_ARRAY(arena, words->count + more->count + 1, struct str);
    size_t count = 0;
    for (size_t i = 0; i < words->count; i++)
        all[count++] = words->words[i];
    for (size_t i = 0; i < more->count && count < SERVICE_ENTRY_WORDS; i++)
        all[count++] = more->words[i];
    *words = (struct service_entry_words){all, count};
}

/* Two rows of one name are one service: the first one's texts hold, all names and domains count. */
static void merge_doubles(struct import_job *job)
{
    size_t count = 0;
    if (job->count != 0)
        qsort(job->entries, job->count, sizeof *job->entries, compare_keys);
    for (size_t i = 0; i < job->count; i++) {
        struct service_entry *last = count != 0 ? &job->entries[count - 1] : NULL, *here = &job->entries[i];
        if (last == NULL || !str_equal(last->key, here->key)) {
            job->entries[count++] = *here;
            continue;
        }
        append(job->arena, &last->names, &here->names);
        append(job->arena, &last->domains, &here->domains);
        append(job->arena, &last->senders, &here->senders);
        if (last->security_url.length == 0)
            last->security_url = here->security_url;
        if (last->closing_url.length == 0)
            last->closing_url = here->closing_url;
    }
    job->count = count;
}

static enum err read_file(struct import_job *job)
{
    struct json_document *document;
    if (job->import->json.length > LIMIT_IMPORT_BYTES)
        return ERR_TOO_LARGE;
    TRY(json_document_read(job->import->json, &document));
    size_t count = json_document_count(document, STR_NONE);
    if (count > SERVICE_TABLE_ROWS || count == 0) {
        json_document_free(document);
        return count == 0 ? ERR_BAD_JSON : ERR_TOO_LARGE;
    }
    read_rows(job, document, count);
    json_document_free(document);
    return job->import->ret_error_count != 0 ? ERR_INVALID : ERR_NONE;
}

static enum err write_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct import_job *job = context;
    (void)arena;
    for (size_t i = job->from; i < job->until; i++)
        TRY(store_service_entry_put(tx, job->generation, &job->rows[i]));
    return ERR_NONE;
}

static enum err publish_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    const struct import_job *job = context;
    (void)arena;
    TRY(store_keeping_put(tx, SERVICE_GENERATION, job->generation));
    TRY(store_keeping_put(tx, SERVICE_VERSION, job->generation));
    return store_audit_insert(tx, job->generation, job->actor->staff_id, "services_imported", 0,
                              (int64_t)job->count);
}

static enum err prune_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct import_job *job = context;
    (void)arena;
    return store_service_entry_prune(tx, job->generation, LIMIT_BULK_ROWS, &job->pruned);
}

/* Rows of a generation that nobody reads yet; then one setting makes them the list. */
static enum err write_all(struct app *app, struct import_job *job)
{
    for (job->from = 0; job->from < job->count; job->from = job->until) {
        job->until = job->from + LIMIT_BULK_ROWS < job->count ? job->from + LIMIT_BULK_ROWS : job->count;
        TRY(sql_call_bulk(app->store, "service_import", write_run, job));
    }
    TRY(sql_call(app->store, "service_import_publish", publish_run, job));
    do
        TRY(sql_call_bulk(app->store, "service_import_prune", prune_run, job));
    while (job->pruned == LIMIT_BULK_ROWS);
    return service_catalogue_reload(app);
}

enum err service_import(struct app *app, struct arena *arena, const struct actor *actor,
                        struct service_import *import)
{
    struct import_job job = {.arena = arena, .actor = actor, .import = import, .generation = clock_now()};
    import->ret_errors = ARENA_ARRAY(arena, LIMIT_IMPORT_ERRORS, struct service_import_error);
    TRY(read_file(&job));
    merge_doubles(&job);
    import->ret_services = job.count;
    job.rows = ARENA_ARRAY(arena, job.count, struct store_service_entry);
    for (size_t i = 0; i < job.count; i++) {
        import->ret_new += service_by_key(NULL, job.entries[i].key) == NULL;
        job.rows[i] =
            (struct store_service_entry){job.entries[i].key, service_entry_write(arena, &job.entries[i])};
        if (job.rows[i].value.length == 0)
            return ERR_TOO_LARGE;
    }
    return import->dry_run ? ERR_NONE : write_all(app, &job);
}
