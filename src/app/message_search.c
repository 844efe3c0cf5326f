#include "app/message_search.h"

#include "app/message_rows.h"
#include "base/limits.h"

enum { BATCH_ROWS = 100, WORDS = 8 };

struct search_job {
    struct app *app;
    struct arena *arena, *batch; /* batch: of the rows that are looked into */
    int64_t account_id;
    struct message_search search;
    struct str words[WORDS];
    size_t word_count;
    struct message_hits hits;
};

static bool holds(struct str text, struct str word)
{
    for (size_t i = 0; i + word.length <= text.length; i++)
        if (str_equal_nocase(str_part(text, i, word.length), word))
            return true;
    return false;
}

static bool fits(const struct search_job *job, const struct message_view *view)
{
    for (size_t i = 0; i < job->word_count; i++) {
        struct str word = job->words[i];
        if (!holds(view->text, word) && !holds(view->peer, word) && !holds(view->code, word) &&
            !holds(view->service, word))
            return false;
    }
    return true;
}

static struct message_view keep(struct arena *arena, struct message_view view)
{
    view.peer = arena_str(arena, view.peer);
    view.text = arena_str(arena, view.text);
    view.code = arena_str(arena, view.code);
    view.service = arena_str(arena, view.service);
    return view;
}

/* Looks into one batch; true where there may be older ones and room for them. */
static enum err search_batch(struct search_job *job, struct sql_tx *tx, const struct account *account,
                             struct message_names *names, bool *ret_more)
{
    struct message_hits *hits = &job->hits;
    struct store_message rows[BATCH_ROWS];
    size_t count;
    arena_reset(job->batch);
    names->arena = job->batch;
    TRY(store_message_list(tx, job->batch, &account->key, job->account_id, job->search.line_id, hits->next,
                           rows, BATCH_ROWS, &count));
    *ret_more = count == BATCH_ROWS;
    for (size_t i = 0; i < count; i++) {
        struct message_view view = message_view_of(names, &rows[i]);
        hits->next = view.message_id;
        hits->searched++;
        if (fits(job, &view))
            hits->messages[hits->count++] = keep(job->arena, view);
        if (hits->count == job->search.limit && (i + 1 < count || *ret_more))
            return ERR_NONE;
    }
    if (!*ret_more)
        hits->next = 0;
    return ERR_NONE;
}

static enum err search_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct search_job *job = context;
    struct account *account;
    struct message_names names;
    bool more = true;
    (void)arena;
    TRY(account_load(job->app, tx, job->arena, job->account_id, &account));
    TRY(message_names_load(job->app, tx, job->arena, account, NULL, 0, &names));
    while (more && job->hits.searched < LIMIT_SEARCH_ROWS && job->hits.count < job->search.limit)
        TRY(search_batch(job, tx, account, &names, &more));
    return message_views_add_sent(tx, job->account_id, job->hits.messages, job->hits.count);
}

static enum err split_words(struct search_job *job)
{
    struct str rest = str_trim(job->search.words), word;
    if (rest.length == 0 || rest.length > LIMIT_SEARCH_BYTES || !str_is_utf8(rest))
        return ERR_INVALID;
    while (str_split(&rest, ' ', &word))
        if (word.length != 0 && job->word_count < WORDS)
            job->words[job->word_count++] = word;
    return ERR_NONE;
}

enum err message_search(struct app *app, struct arena *arena, int64_t account_id,
                        const struct message_search *search, struct message_hits *ret_hits)
{
    struct search_job job = {.app = app, .arena = arena, .account_id = account_id, .search = *search};
    TRY(split_words(&job));
    if (job.search.limit == 0 || job.search.limit > LIMIT_PAGE_ROWS)
        job.search.limit = LIMIT_PAGE_ROWS;
    job.hits.next = job.search.before > 0 ? job.search.before : INT64_MAX;
    job.hits.messages = ARENA_ARRAY(arena, job.search.limit, struct message_view);
    job.batch = arena_new_wiped(0);
    if (job.batch == NULL)
        return ERR_MEMORY;
    enum err error = sql_read(app->store, search_run, arena, &job);
    arena_free(job.batch);
    TRY(error);
    *ret_hits = job.hits;
    return ERR_NONE;
}
