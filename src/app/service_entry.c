#include "app/service_entry.h"

#include "base/json.h"
#include "base/limits.h"

#include <string.h>

enum { URL_BYTES = 512, DOMAIN_BYTES = 128 };

static const char *const categories[] = {"bank",   "payment", "mail",   "identity", "social", "government",
                                         "health", "shop",    "travel", "leisure",  "work",   "other"};
static const char *const hardnesses[] = {"easy", "medium", "limited", "hard", "impossible"};

static const char *word_of(struct str word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_is(word, words[i]))
            return words[i];
    return NULL;
}

const char *service_entry_category(struct str word)
{
    return word_of(word, categories, sizeof categories / sizeof *categories);
}

const char *service_entry_hardness(struct str word)
{
    return word.length == 0 ? "" : word_of(word, hardnesses, sizeof hardnesses / sizeof *hardnesses);
}

static bool is_key_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static char small(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t character_bytes(char first)
{
    unsigned char lead = (unsigned char)first;
    return lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
}

/* The number of a UTF-8 character. */
static unsigned long character(struct str bytes)
{
    static const unsigned char masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    unsigned long number = (unsigned char)bytes.data[0] & masks[bytes.length];
    for (size_t i = 1; i < bytes.length; i++)
        number = number << 6 | ((unsigned char)bytes.data[i] & 0x3f);
    return number;
}

struct str service_entry_key(struct arena *arena, struct str name)
{
    char *key = arena_alloc(arena, name.length + 1);
    size_t length = 0;
    for (size_t i = 0; i < name.length; i++) {
        char c = small(name.data[i]);
        if (is_key_character(c))
            key[length++] = c;
        else if (length != 0 && key[length - 1] != '-')
            key[length++] = '-';
    }
    while (length != 0 && key[length - 1] == '-')
        length--;
    if (length != 0)
        return str_bytes(key, length);
    /* not a Latin letter: its characters by their numbers, as the shipped list has it */
    struct str spelled = STR("service");
    for (size_t i = 0; i < name.length;) {
        size_t bytes = character_bytes(name.data[i]);
        spelled = arena_printf(arena, "%.*s-%lx", STR_ARG(spelled), character(str_part(name, i, bytes)));
        i += bytes;
    }
    return spelled;
}

bool service_entry_domain(struct arena *arena, struct str text, struct str *ret_domain)
{
    size_t slash = str_find(text, STR("/"), 0);
    struct str host = str_part(text, 0, slash);
    char *domain = arena_alloc(arena, host.length + 1);
    bool dot = false;
    for (size_t i = 0; i < host.length; i++) {
        domain[i] = small(host.data[i]);
        dot = dot || (domain[i] == '.' && i != 0 && i + 1 != host.length);
        if (!is_key_character(domain[i]) && domain[i] != '.' && domain[i] != '-')
            return false;
    }
    *ret_domain = str_bytes(domain, host.length);
    return dot && host.length <= DOMAIN_BYTES;
}

static bool is_label(struct str text, size_t limit)
{
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7f)
            return false;
    return text.length != 0 && text.length <= limit && str_is_utf8(text);
}

static bool is_url(struct str url)
{
    for (size_t i = 0; i < url.length; i++)
        if ((unsigned char)url.data[i] <= 0x20 || strchr("\"<>\\^`{|}\x7f", url.data[i]) != NULL)
            return false;
    return url.length == 0 ||
           (str_starts(url, STR("https://")) && url.length <= URL_BYTES && str_is_utf8(url));
}

enum service_entry_fault service_entry_check(const struct service_entry *entry)
{
    if (!is_label(entry->name, LIMIT_LABEL_BYTES) || !is_label(entry->key, LIMIT_LABEL_BYTES))
        return SERVICE_ENTRY_NAME;
    if (entry->category == NULL)
        return SERVICE_ENTRY_CATEGORY;
    if (entry->hardness == NULL)
        return SERVICE_ENTRY_HARDNESS;
    if (!is_url(entry->security_url) || !is_url(entry->closing_url))
        return SERVICE_ENTRY_URL;
    if (entry->names.count > SERVICE_ENTRY_WORDS || entry->domains.count > SERVICE_ENTRY_WORDS ||
        entry->senders.count > SERVICE_ENTRY_WORDS)
        return SERVICE_ENTRY_MANY;
    for (size_t i = 0; i < entry->names.count; i++)
        if (!is_label(entry->names.words[i], LIMIT_LABEL_BYTES))
            return SERVICE_ENTRY_NAME;
    for (size_t i = 0; i < entry->senders.count; i++)
        if (!is_label(entry->senders.words[i], LIMIT_SENDER_BYTES))
            return SERVICE_ENTRY_SENDER;
    return SERVICE_ENTRY_FINE;
}

const char *service_entry_fault_word(enum service_entry_fault fault)
{
    static const char *const words[] = {"fine", "name",     "category", "domain",
                                        "url",  "hardness", "sender",   "many"};
    return words[fault];
}

struct service_entry_words service_entry_split(struct arena *arena, struct str text)
{
    struct service_entry_words found = {.words = ARENA_ARRAY(arena, SERVICE_ENTRY_WORDS + 1, struct str)};
    struct str line, word;
    while (str_split(&text, '\n', &line))
        while (str_split(&line, ',', &word)) {
            word = str_trim(word);
            if (word.length != 0 && found.count <= SERVICE_ENTRY_WORDS)
                found.words[found.count++] = word;
        }
    return found;
}

static void write_words(struct json *json, const char *name, const struct service_entry_words *words)
{
    json_array(json, name);
    for (size_t i = 0; i < words->count; i++)
        json_str(json, NULL, words->words[i]);
    json_array_end(json);
}

struct str service_entry_write(struct arena *arena, const struct service_entry *entry)
{
    struct buf out = buf_new(LIMIT_BOX_BYTES);
    struct json json = json_new(&out);
    json_object(&json, NULL);
    json_str(&json, "name", entry->name);
    json_text(&json, "category", entry->category);
    json_str(&json, "security_url", entry->security_url);
    json_str(&json, "closing_url", entry->closing_url);
    json_text(&json, "hardness", entry->hardness);
    json_bool(&json, "hidden", entry->hidden);
    write_words(&json, "names", &entry->names);
    write_words(&json, "domains", &entry->domains);
    write_words(&json, "senders", &entry->senders);
    json_object_end(&json);
    struct str value = out.failed ? STR_NONE : arena_str(arena, buf_str(&out));
    buf_free(&out);
    return value;
}

/* The texts of an array; one that is no text reads as empty and is refused by the check. */
static struct service_entry_words read_words(struct arena *arena, const struct json_document *document,
                                             struct str path)
{
    struct service_entry_words found = {.count = json_document_count(document, path)};
    if (found.count > SERVICE_ENTRY_WORDS)
        return found;
    found.words = ARENA_ARRAY(arena, found.count, struct str);
    for (size_t i = 0; i < found.count; i++)
        json_document_text(document, arena, arena_printf(arena, "%.*s.%zu", STR_ARG(path), i),
                           &found.words[i]);
    return found;
}

static struct str read_text(struct arena *arena, const struct json_document *document, const char *path)
{
    struct str text = STR_NONE;
    (void)json_document_text(document, arena, str_from(path), &text);
    return text;
}

enum err service_entry_read(struct arena *arena, struct str key, struct str value,
                            struct service_entry *ret_entry)
{
    struct json_document *document;
    if (json_document_read(value, &document) != ERR_NONE)
        return ERR_CORRUPT;
    struct service_entry entry = {
        .key = arena_str(arena, key),
        .name = read_text(arena, document, "name"),
        .category = service_entry_category(read_text(arena, document, "category")),
        .security_url = read_text(arena, document, "security_url"),
        .closing_url = read_text(arena, document, "closing_url"),
        .hardness = service_entry_hardness(read_text(arena, document, "hardness")),
        .names = read_words(arena, document, STR("names")),
        .domains = read_words(arena, document, STR("domains")),
        .senders = read_words(arena, document, STR("senders")),
    };
    (void)json_document_bool(document, STR("hidden"), &entry.hidden);
    json_document_free(document);
    *ret_entry = entry;
    return service_entry_check(&entry) == SERVICE_ENTRY_FINE ? ERR_NONE : ERR_CORRUPT;
}
