#include "app/service_entry.h"

/* What the directories call a kind of service, and what we call it; the first row that fits holds. */
static const struct {
    const char *theirs, *ours;
} kinds[] = {
    {"banking", "bank"},
    {"payments", "payment"},
    {"cryptocurrencies", "payment"},
    {"investing", "payment"},
    {"finance", "payment"},
    {"crowdfunding", "payment"},
    {"email", "mail"},
    {"identity", "identity"},
    {"security", "identity"},
    {"social", "social"},
    {"communication", "social"},
    {"government", "government"},
    {"legal", "government"},
    {"insurance", "government"},
    {"health", "health"},
    {"retail", "shop"},
    {"food", "shop"},
    {"postal", "shop"},
    {"tickets", "shop"},
    {"travel", "travel"},
    {"transport", "travel"},
    {"gaming", "leisure"},
    {"entertainment", "leisure"},
    {"betting", "leisure"},
    {"creativity", "leisure"},
    {"developer", "work"},
    {"cloud", "work"},
    {"hosting", "work"},
    {"domains", "work"},
    {"task", "work"},
    {"marketing", "work"},
    {"remote", "work"},
    {"backup", "work"},
};

static struct str at(struct arena *arena, size_t index, const char *name)
{
    return arena_printf(arena, "%zu.%s", index, name);
}

static bool has_word(struct arena *arena, const struct json_document *document, struct str path,
                     const char *word)
{
    struct str text;
    for (size_t i = 0; i < json_document_count(document, path); i++)
        if (json_document_text(document, arena, arena_printf(arena, "%.*s.%zu", STR_ARG(path), i), &text) &&
            str_is(text, word))
            return true;
    return false;
}

static const char *category_of(struct arena *arena, const struct json_document *document, size_t index)
{
    struct str path = at(arena, index, "categories");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (has_word(arena, document, path, kinds[i].theirs))
            return kinds[i].ours;
    return "other";
}

static void add_name(struct service_entry *entry, struct str name)
{
    name = str_trim(name);
    bool room = entry->names.count <= SERVICE_ENTRY_WORDS;
    if (name.length != 0 && !str_equal(name, entry->name) && room)
        entry->names.words[entry->names.count++] = name;
}

/* The ways to write a name: without "[US]", the part in brackets, both sides of a slash. */
static void add_names(struct service_entry *entry)
{
    enum { SHORTEST = 4 };
    struct str plain = str_trim(str_part(entry->name, 0, str_find(entry->name, STR("["), 0)));
    size_t open = str_find(plain, STR("("), 0),
           close = str_find(plain, STR(")"), open == SIZE_MAX ? 0 : open);
    struct str outer = str_trim(str_part(plain, 0, open));
    size_t slash = str_find(outer, STR("/"), 0);
    add_name(entry, plain);
    add_name(entry, outer);
    if (open != SIZE_MAX && close != SIZE_MAX && close - open > SHORTEST)
        add_name(entry, str_part(plain, open + 1, close - open - 1));
    if (slash != SIZE_MAX && slash >= SHORTEST && outer.length - slash > SHORTEST) {
        add_name(entry, str_part(outer, 0, slash));
        add_name(entry, str_part(outer, slash + 1, outer.length));
    }
}

static bool read_list(struct arena *arena, const struct json_document *document, struct str path,
                      struct service_entry_words *ret_words)
{
    size_t count = json_document_count(document, path);
    *ret_words =
        (struct service_entry_words){.words = ARENA_ARRAY(arena, SERVICE_ENTRY_WORDS + 8, struct str)};
    for (size_t i = 0; i < count && i < SERVICE_ENTRY_WORDS; i++) {
        struct str one_path = arena_printf(arena, "%.*s.%zu", STR_ARG(path), i);
        if (!json_document_is_text(document, one_path) ||
            !json_document_text(document, arena, one_path, &ret_words->words[ret_words->count++]))
            return false;
    }
    return count <= SERVICE_ENTRY_WORDS;
}

/* The directories have pages without TLS, which are not shown to people who are about to log in. */
static struct str read_page(struct arena *arena, const struct json_document *document, size_t index,
                            const char *name)
{
    struct str url = STR_NONE;
    (void)json_document_text(document, arena, at(arena, index, name), &url);
    url = str_trim(url);
    return str_starts(url, STR("https://")) ? url : STR_NONE;
}

static enum service_entry_fault read_domains(struct arena *arena, struct service_entry *entry)
{
    for (size_t i = 0; i < entry->domains.count; i++)
        if (!service_entry_domain(arena, entry->domains.words[i], &entry->domains.words[i]))
            return SERVICE_ENTRY_DOMAIN;
    return SERVICE_ENTRY_FINE;
}

enum service_entry_fault service_entry_public(struct arena *arena, const struct json_document *document,
                                              size_t index, struct service_entry *ret_entry)
{
    struct service_entry entry = {.category = category_of(arena, document, index)};
    struct str hardness = STR_NONE;
    if (!json_document_is_text(document, at(arena, index, "name")) ||
        !json_document_text(document, arena, at(arena, index, "name"), &entry.name))
        return SERVICE_ENTRY_NAME;
    if (!read_list(arena, document, at(arena, index, "aliases"), &entry.names) ||
        !read_list(arena, document, at(arena, index, "domains"), &entry.domains) ||
        !read_list(arena, document, at(arena, index, "senders"), &entry.senders))
        return SERVICE_ENTRY_MANY;
    (void)json_document_text(document, arena, at(arena, index, "close_difficulty"), &hardness);
    entry.name = str_trim(entry.name);
    entry.key = service_entry_key(arena, entry.name);
    entry.hardness = service_entry_hardness(hardness);
    entry.security_url = read_page(arena, document, index, "second_factor_url");
    entry.closing_url = read_page(arena, document, index, "close_url");
    add_names(&entry);
    enum service_entry_fault fault = read_domains(arena, &entry);
    *ret_entry = entry;
    return fault != SERVICE_ENTRY_FINE ? fault : service_entry_check(&entry);
}
