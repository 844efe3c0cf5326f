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

static const struct service_name_row *find(const struct service_name_row *rows, size_t count,
                                           struct str wanted)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(wanted, service_text + rows[middle].offset);
        if (order == 0)
            return &rows[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const struct service *catalogue_service(const struct service_name_row *row)
{
    return row != NULL ? &service_rows[row->service] : NULL;
}

const struct service_name_row *catalogue_name(struct str name)
{
    return find(service_names, service_name_count, name);
}

const struct service *catalogue_host(struct str host)
{
    while (memchr(host.data, '.', host.length) != NULL) {
        const struct service_name_row *row = find(service_domains, service_domain_count, host);
        if (row != NULL)
            return catalogue_service(row);
        host = str_part(host, str_find(host, STR("."), 0) + 1, host.length);
    }
    return NULL;
}

/* A word ends where no ASCII letter or digit goes on; characters beyond ASCII need no space between words. */
static bool ends_word(struct str text, size_t end)
{
    char next = words_at(text, end);
    bool continues = words_is_letter(next) || words_is_digit(next) || ((unsigned char)next & 0xc0) == 0x80;
    return !continues || (unsigned char)words_at(text, end - 1) >= 0x80;
}

const struct service_name_row *catalogue_longest(struct str text, size_t index, size_t *ret_length)
{
    size_t most = text.length - index < NAME_BYTES_MAX ? text.length - index : NAME_BYTES_MAX;
    for (size_t length = most; length > 0; length--) {
        if (!ends_word(text, index + length))
            continue;
        struct str seen = str_part(text, index, length);
        const struct service_name_row *row = catalogue_name(seen);
        bool small = seen.data[0] >= 'a' && seen.data[0] <= 'z';
        if (row == NULL || row->generic || (small && !str_is(seen, service_text + row->offset)))
            continue;
        *ret_length = length;
        return row;
    }
    return NULL;
}
