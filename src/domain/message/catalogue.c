#include "domain/message/catalogue.h"

#include "domain/message/words.h"

#include <string.h>

enum { NAME_BYTES_MAX = 64 };

static unsigned char fold(char c)
{
    return (unsigned char)(words_is_upper(c) ? c - 'A' + 'a' : c);
}

static int compare(struct str wanted, const char *name)
{
    for (size_t i = 0; i < wanted.length; i++) {
        int difference = fold(wanted.data[i]) - fold(name[i]);
        if (difference != 0 || name[i] == '\0')
            return difference != 0 ? difference : 1;
    }
    return name[wanted.length] == '\0' ? 0 : -1;
}

static const struct service_table *table_at(const struct service_list *list, size_t index)
{
    if (index == SERVICE_TABLES - 1)
        return &service_shipped;
    return list != NULL ? list->tables[index] : NULL;
}

static const struct service *row_of_key(const struct service_table *table, struct str key)
{
    size_t low = 0, high = table->row_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct str here = str_from(table->rows[middle].key);
        size_t common = here.length < key.length ? here.length : key.length;
        int order = memcmp(key.data != NULL ? key.data : "", here.data, common);
        if (order == 0 && here.length == key.length)
            return &table->rows[middle];
        if (order < 0 || (order == 0 && key.length < here.length))
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const struct service *service_by_key(const struct service_list *list, struct str key)
{
    for (size_t i = 0; i < SERVICE_TABLES; i++) {
        const struct service_table *table = table_at(list, i);
        const struct service *found = table != NULL && key.length != 0 ? row_of_key(table, key) : NULL;
        if (found != NULL)
            return found->hidden ? NULL : found;
    }
    return NULL;
}

/* The row behind a name, as the list that wins has it. */
static const struct service *service_of(const struct service_list *list, const struct service_table *table,
                                        const struct service_name_row *row)
{
    const struct service *service = &table->rows[row->service];
    return list == NULL ? service : service_by_key(list, str_from(service->key));
}

static const struct service_name_row *
find(const struct service_table *table, const struct service_name_row *rows, size_t count, struct str wanted)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(wanted, table->text + rows[middle].offset);
        if (order == 0)
            return &rows[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static struct catalogue_name name_of(const struct service_list *list, const struct service_table *table,
                                     const struct service_name_row *row, size_t length)
{
    return (struct catalogue_name){
        .service = service_of(list, table, row),
        .name = table->text + row->offset,
        .use = (enum service_name_use)row->use,
        .length = length,
    };
}

struct catalogue_name catalogue_name(const struct service_list *list, struct str name)
{
    for (size_t i = 0; i < SERVICE_TABLES && name.length != 0; i++) {
        const struct service_table *table = table_at(list, i);
        const struct service_name_row *row =
            table != NULL ? find(table, table->names, table->name_count, name) : NULL;
        if (row != NULL)
            return name_of(list, table, row, name.length);
    }
    return (struct catalogue_name){.use = SERVICE_NAME_NEVER};
}

const struct service *catalogue_sender(const struct service_list *list, struct str sender)
{
    for (size_t i = 0; i < SERVICE_TABLES && sender.length != 0; i++) {
        const struct service_table *table = table_at(list, i);
        const struct service_name_row *row =
            table != NULL ? find(table, table->senders, table->sender_count, sender) : NULL;
        if (row != NULL)
            return service_of(list, table, row);
    }
    return NULL;
}

static const struct service *host_in(const struct service_list *list, const struct service_table *table,
                                     struct str host)
{
    while (memchr(host.data, '.', host.length) != NULL) {
        const struct service_name_row *row = find(table, table->domains, table->domain_count, host);
        if (row != NULL)
            return service_of(list, table, row);
        host = str_part(host, str_find(host, STR("."), 0) + 1, host.length);
    }
    return NULL;
}

const struct service *catalogue_host(const struct service_list *list, struct str host)
{
    if (host.length == 0 || host.length > NAME_BYTES_MAX)
        return NULL;
    for (size_t i = 0; i < SERVICE_TABLES; i++) {
        const struct service_table *table = table_at(list, i);
        const struct service *found = table != NULL ? host_in(list, table, host) : NULL;
        if (found != NULL)
            return found;
    }
    return NULL;
}

/* A word ends where no ASCII letter or digit goes on; characters beyond ASCII need no space between words. */
static bool ends_word(struct str text, size_t end)
{
    char next = words_at(text, end), last = words_at(text, end - 1);
    if (((unsigned char)next & 0xc0) == 0x80)
        return false; /* inside a character */
    bool continues = words_is_letter(next) || words_is_digit(next);
    return !continues || (unsigned char)last >= 0x80;
}

/* The rows whose first length + 1 bytes are those of the text, of which the first length ones are known. */
static void narrow(const struct service_table *table, size_t *low, size_t *high, size_t length, char next)
{
    unsigned char wanted = fold(next);
    size_t from = *low, end = *high;
    for (size_t top = *high; from < top;) {
        size_t middle = from + (top - from) / 2;
        if (fold(table->text[table->names[middle].offset + length]) < wanted)
            from = middle + 1;
        else
            top = middle;
    }
    for (size_t bottom = from; bottom < end;) {
        size_t middle = bottom + (end - bottom) / 2;
        if (fold(table->text[table->names[middle].offset + length]) <= wanted)
            bottom = middle + 1;
        else
            end = middle;
    }
    *low = from;
    *high = end;
}

/* As many steps as the longest name that begins like the text has bytes. */
static struct catalogue_name longest_in(const struct service_list *list, const struct service_table *table,
                                        struct str text, size_t index, bool any_case)
{
    struct catalogue_name found = {.use = SERVICE_NAME_NEVER};
    size_t low = 0, high = table->name_count;
    for (size_t length = 0; length < NAME_BYTES_MAX && index + length < text.length && low < high; length++) {
        narrow(table, &low, &high, length, text.data[index + length]);
        if (low == high)
            break;
        const char *name = table->text + table->names[low].offset;
        struct str seen = str_part(text, index, length + 1);
        bool whole = name[length + 1] == '\0' && ends_word(text, index + length + 1);
        bool small = seen.data[0] >= 'a' && seen.data[0] <= 'z' && !any_case && !str_is(seen, name);
        if (whole && !small)
            found = name_of(list, table, &table->names[low], length + 1);
    }
    return found;
}

struct catalogue_name catalogue_longest(const struct service_list *list, struct str text, size_t index,
                                        bool any_case)
{
    struct catalogue_name found = {.use = SERVICE_NAME_NEVER};
    for (size_t i = 0; i < SERVICE_TABLES; i++) {
        const struct service_table *table = table_at(list, i);
        if (table == NULL)
            continue;
        struct catalogue_name here = longest_in(list, table, text, index, any_case);
        if (here.length > found.length)
            found = here;
    }
    return found;
}
