#include "wire/json_read.h"

#include <jansson.h>
#include <stdlib.h>

enum { PATH_PART_BYTES = 128 };

struct json_document {
    json_t *root;
};

enum err json_document_read(struct str text, struct json_document **ret_document)
{
    struct json_document *document = malloc(sizeof *document);
    if (document == NULL)
        return ERR_MEMORY;
    document->root =
        json_loadb(text.data != NULL ? text.data : "", text.length, JSON_REJECT_DUPLICATES, NULL);
    if (document->root == NULL) {
        free(document);
        return ERR_BAD_JSON;
    }
    *ret_document = document;
    return ERR_NONE;
}

void json_document_free(struct json_document *document)
{
    if (document == NULL)
        return;
    json_decref(document->root);
    free(document);
}

static const json_t *step(const json_t *at, struct str part)
{
    int64_t position;
    char name[PATH_PART_BYTES];
    if (json_is_array(at))
        return str_to_int64(part, &position) && position >= 0 ? json_array_get(at, (size_t)position) : NULL;
    if (!json_is_object(at) || part.length >= sizeof name)
        return NULL;
    for (size_t i = 0; i < part.length; i++)
        name[i] = part.data[i];
    name[part.length] = '\0';
    return json_object_get(at, name);
}

static const json_t *find(const struct json_document *document, struct str path)
{
    const json_t *at = document->root;
    struct str part;
    while (at != NULL && str_split(&path, '.', &part))
        at = step(at, part);
    return at;
}

bool json_document_text(const struct json_document *document, struct arena *arena, struct str path,
                        struct str *ret_text)
{
    const json_t *value = find(document, path);
    if (json_is_string(value))
        *ret_text = arena_str(arena, str_bytes(json_string_value(value), json_string_length(value)));
    else if (json_is_integer(value))
        *ret_text = arena_printf(arena, "%lld", (long long)json_integer_value(value));
    else if (json_is_boolean(value))
        *ret_text = json_is_true(value) ? STR("true") : STR("false");
    else
        return false;
    return true;
}

bool json_document_int(const struct json_document *document, struct str path, int64_t *ret_value)
{
    const json_t *value = find(document, path);
    if (!json_is_integer(value))
        return false;
    *ret_value = json_integer_value(value);
    return true;
}

bool json_document_bool(const struct json_document *document, struct str path, bool *ret_value)
{
    const json_t *value = find(document, path);
    if (!json_is_boolean(value))
        return false;
    *ret_value = json_is_true(value);
    return true;
}

size_t json_document_count(const struct json_document *document, struct str path)
{
    const json_t *value = find(document, path);
    return json_is_array(value) ? json_array_size(value) : 0;
}

bool json_document_is_object(const struct json_document *document)
{
    return json_is_object(document->root);
}

bool json_document_has(const struct json_document *document, struct str path)
{
    const json_t *value = find(document, path);
    return value != NULL && !json_is_null(value);
}

bool json_document_is_text(const struct json_document *document, struct str path)
{
    return json_is_string(find(document, path));
}

static bool is_known(struct str name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_is(name, names[i]))
            return true;
    return false;
}

bool json_document_unknown(const struct json_document *document, struct arena *arena,
                           const char *const *names, size_t count, size_t index, struct str *ret_name)
{
    for (void *at = json_object_iter(document->root); at != NULL;
         at = json_object_iter_next(document->root, at)) {
        struct str name = str_from(json_object_iter_key(at));
        if (is_known(name, names, count) || index-- != 0)
            continue;
        *ret_name = arena_str(arena, name);
        return true;
    }
    return false;
}
