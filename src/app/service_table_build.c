#include "app/service_table_build.h"

#include "domain/message/catalogue.h"

#include <stdlib.h>
#include <string.h>

/* A name, domain or sender before it gets its place in the table's text. */
struct word {
    struct str text;
    size_t service;
};

struct words {
    struct word *rows;
    size_t count;
};

static int fold(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static int compare_texts(struct str a, struct str b)
{
    for (size_t i = 0; i < a.length && i < b.length; i++)
        if (fold(a.data[i]) != fold(b.data[i]))
            return fold(a.data[i]) - fold(b.data[i]);
    return a.length < b.length ? -1 : a.length > b.length;
}

static int compare_words(const void *a, const void *b)
{
    const struct word *left = a, *right = b;
    int order = compare_texts(left->text, right->text);
    return order != 0 ? order : left->service < right->service ? -1 : left->service > right->service;
}

static int compare_entries(const void *a, const void *b)
{
    const struct service_entry *left = a, *right = b;
    size_t common = left->key.length < right->key.length ? left->key.length : right->key.length;
    int order = memcmp(left->key.data, right->key.data, common);
    return order != 0 ? order : left->key.length < right->key.length ? -1 : 1;
}

static void add_words(struct words *words, const struct service_entry_words *more, size_t service)
{
    for (size_t i = 0; i < more->count; i++)
        words->rows[words->count++] = (struct word){more->words[i], service};
}

/* What a name means in the shipped list, it means here; one or two letters count as a common word. */
static enum service_name_use use_of(struct str name)
{
    struct catalogue_name shipped = catalogue_name(NULL, name);
    if (shipped.service != NULL)
        return shipped.use;
    return name.length <= 2 ? SERVICE_NAME_TITLE : SERVICE_NAME_PLAIN;
}

/* Sorts, leaves doubles out and gives each its place behind *end of the text. */
static const struct service_name_row *place(struct arena *arena, struct words *words, bool names, char *text,
                                            size_t *end, size_t *ret_count)
{
    struct service_name_row *rows = ARENA_ARRAY(arena, words->count + 1, struct service_name_row);
    size_t count = 0;
    if (words->count != 0)
        qsort(words->rows, words->count, sizeof *words->rows, compare_words);
    for (size_t i = 0; i < words->count; i++) {
        struct str word = words->rows[i].text;
        if (i != 0 && compare_texts(word, words->rows[i - 1].text) == 0)
            continue;
        rows[count].offset = (uint32_t)*end;
        rows[count].service = words->rows[i].service & (SERVICE_TABLE_ROWS - 1);
        rows[count++].use = (names ? use_of(word) : SERVICE_NAME_PLAIN) & 3;
        memcpy(text + *end, word.data, word.length);
        *end += word.length + 1;
    }
    *ret_count = count;
    return rows;
}

static size_t bytes_of(const struct words *words)
{
    size_t bytes = 0;
    for (size_t i = 0; i < words->count; i++)
        bytes += words->rows[i].text.length + 1;
    return bytes;
}

static struct service service_of(struct arena *arena, const struct service_entry *entry)
{
    return (struct service){
        .key = arena_cstr(arena, entry->key),
        .name = arena_cstr(arena, entry->name),
        .category = entry->category,
        .security_url = arena_cstr(arena, entry->security_url),
        .closing_url = arena_cstr(arena, entry->closing_url),
        .hardness = entry->hardness,
        .dangerous = service_category_is_dangerous(str_from(entry->category)),
        .hidden = entry->hidden,
    };
}

static struct words room_for(struct arena *arena, size_t count)
{
    return (struct words){.rows = ARENA_ARRAY(arena, count + 1, struct word)};
}

const struct service_table *service_table_build(struct arena *arena, struct service_entry *entries,
                                                size_t count)
{
    struct service_table *table = ARENA_NEW(arena, struct service_table);
    size_t name_count = 0, domain_count = 0, sender_count = 0, end = 0;
    if (count > SERVICE_TABLE_ROWS)
        count = SERVICE_TABLE_ROWS;
    if (count != 0)
        qsort(entries, count, sizeof *entries, compare_entries);
    for (size_t i = 0; i < count; i++) {
        name_count += entries[i].names.count + 1;
        domain_count += entries[i].domains.count;
        sender_count += entries[i].senders.count;
    }
    struct words names = room_for(arena, name_count), domains = room_for(arena, domain_count),
                 senders = room_for(arena, sender_count);
    struct service *rows = ARENA_ARRAY(arena, count, struct service);
    for (size_t i = 0; i < count; i++) {
        rows[i] = service_of(arena, &entries[i]);
        names.rows[names.count++] = (struct word){entries[i].name, i};
        add_words(&names, &entries[i].names, i);
        add_words(&domains, &entries[i].domains, i);
        add_words(&senders, &entries[i].senders, i);
    }
    char *text = arena_alloc(arena, bytes_of(&names) + bytes_of(&domains) + bytes_of(&senders) + 1);
    table->names = place(arena, &names, true, text, &end, &table->name_count);
    table->domains = place(arena, &domains, false, text, &end, &table->domain_count);
    table->senders = place(arena, &senders, false, text, &end, &table->sender_count);
    table->rows = rows;
    table->row_count = count;
    table->text = text;
    return table;
}
