#include "edge/smpp/internal.h"

#include "app/message_receive.h"
#include "base/clock.h"

#include <stdlib.h>

struct came {
    int64_t content, at; /* at: microseconds UTC */
    uint64_t number;     /* counts texts; 0: of none that counts any more */
    bool stored;
};

struct candidate {
    int64_t content;
    uint64_t number; /* 0: it was found already */
};

struct repeats {
    pthread_mutex_t lock;
    bool loaded;
    uint64_t last;   /* the number of the newest text */
    int64_t lost_at; /* what candidates were gathered for */
    size_t candidate_count;
    struct candidate candidates[SMPP_REPEATS]; /* by content: those whose answer may have been lost */
    struct came came[SMPP_REPEATS];            /* a ring by number */
};

struct repeats *repeats_new(void)
{
    struct repeats *repeats = calloc(1, sizeof *repeats);
    if (repeats != NULL)
        pthread_mutex_init(&repeats->lock, NULL);
    return repeats;
}

void repeats_free(struct repeats *repeats)
{
    if (repeats == NULL)
        return;
    pthread_mutex_destroy(&repeats->lock);
    free(repeats);
}

static struct came *find(struct repeats *repeats, uint64_t number)
{
    struct came *came = &repeats->came[number % SMPP_REPEATS];
    return number != 0 && came->number == number ? came : NULL;
}

static uint64_t add(struct repeats *repeats, int64_t content, int64_t at, bool stored)
{
    uint64_t number = ++repeats->last;
    repeats->came[number % SMPP_REPEATS] = (struct came){content, at, number, stored};
    return number;
}

static enum err load(struct repeats *repeats, struct app *app, struct str carrier, int64_t now)
{
    struct store_carrier_note *notes = calloc(SMPP_REPEATS, sizeof *notes);
    size_t count = 0;
    if (notes == NULL)
        return ERR_MEMORY;
    enum err error =
        message_notes(app, carrier, now - SMPP_REPEAT_MINUTES * MICROS_MINUTE, notes, SMPP_REPEATS, &count);
    while (error == ERR_NONE && count > 0) {
        count--;
        add(repeats, notes[count].content, notes[count].at, true);
    }
    free(notes);
    return error;
}

enum err repeats_load(struct repeats *repeats, struct app *app, struct str carrier, int64_t now)
{
    enum err error = ERR_NONE;
    pthread_mutex_lock(&repeats->lock);
    if (!repeats->loaded)
        error = load(repeats, app, carrier, now);
    repeats->loaded = repeats->loaded || error == ERR_NONE;
    pthread_mutex_unlock(&repeats->lock);
    return error;
}

static int compare(const void *a, const void *b)
{
    const struct candidate *left = a, *right = b;
    if (left->content != right->content)
        return left->content < right->content ? -1 : 1;
    return left->number < right->number ? -1 : left->number > right->number;
}

/* When the last text came before the answer may have been lost. */
static int64_t last_before(const struct repeats *repeats, int64_t lost_at)
{
    int64_t last = 0;
    for (size_t i = 0; i < SMPP_REPEATS; i++)
        if (repeats->came[i].number != 0 && repeats->came[i].at <= lost_at && repeats->came[i].at > last)
            last = repeats->came[i].at;
    return last;
}

static void gather(struct repeats *repeats, int64_t lost_at)
{
    int64_t since = last_before(repeats, lost_at) - SMPP_DOUBT_SECONDS * MICROS_SECOND;
    repeats->lost_at = lost_at;
    repeats->candidate_count = 0;
    for (size_t i = 0; i < SMPP_REPEATS; i++) {
        const struct came *came = &repeats->came[i];
        if (came->number != 0 && came->at <= lost_at && came->at >= since)
            repeats->candidates[repeats->candidate_count++] = (struct candidate){came->content, came->number};
    }
    qsort(repeats->candidates, repeats->candidate_count, sizeof *repeats->candidates, compare);
}

/* The place of the first one of that content, or of the first behind it. */
static size_t first_of(const struct repeats *repeats, int64_t content)
{
    size_t low = 0, high = repeats->candidate_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (repeats->candidates[middle].content < content)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static enum repeat look(struct repeats *repeats, int64_t content, int64_t now)
{
    for (size_t i = first_of(repeats, content);
         i < repeats->candidate_count && repeats->candidates[i].content == content; i++) {
        struct came *came = find(repeats, repeats->candidates[i].number);
        if (came == NULL || came->at < now - SMPP_REPEAT_MINUTES * MICROS_MINUTE)
            continue;
        if (!came->stored)
            return REPEAT_UNDER_WAY;
        repeats->candidates[i].number = 0;
        came->at = now; /* the answer to this one may be lost as well */
        return REPEAT_STORED;
    }
    return REPEAT_NONE;
}

enum repeat repeats_look(struct repeats *repeats, int64_t content, int64_t now, int64_t lost_at,
                         uint64_t *ret_number)
{
    pthread_mutex_lock(&repeats->lock);
    if (lost_at != repeats->lost_at)
        gather(repeats, lost_at);
    enum repeat repeat = look(repeats, content, now);
    *ret_number = repeat == REPEAT_NONE ? add(repeats, content, now, false) : 0;
    pthread_mutex_unlock(&repeats->lock);
    return repeat;
}

void repeats_end(struct repeats *repeats, uint64_t number, bool stored)
{
    pthread_mutex_lock(&repeats->lock);
    struct came *came = find(repeats, number);
    if (came != NULL && stored)
        came->stored = true;
    else if (came != NULL)
        came->number = 0;
    pthread_mutex_unlock(&repeats->lock);
}
