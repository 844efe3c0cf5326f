#include "crypto/logs_lines.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { CHECK_HASH_BYTES = 16, INDEX_START = 256 };

/* BLAKE2b-128; its first half is the line's check, the whole of it the index's key. */
static void record_hash(struct str record, uint8_t ret_hash[CHECK_HASH_BYTES])
{
    crypto_generichash(ret_hash, CHECK_HASH_BYTES, (const uint8_t *)record.data, record.length, NULL, 0);
}

static void record_check(struct str record, char ret_check[LINES_CHECK_BYTES + 1])
{
    uint8_t hash[CHECK_HASH_BYTES];
    record_hash(record, hash);
    sodium_bin2hex(ret_check, LINES_CHECK_BYTES + 1, hash, LINES_CHECK_BYTES / 2);
}

enum err lines_write(struct str record, char ret_line[LINES_BYTES], size_t *ret_length)
{
    if (record.length == 0 || record.length > LIMIT_LOGS_RECORD_BYTES ||
        memchr(record.data, '\n', record.length) != NULL || memchr(record.data, '\0', record.length) != NULL)
        return ERR_INVALID;
    record_check(record, ret_line);
    ret_line[LINES_CHECK_BYTES] = ' ';
    memcpy(ret_line + LINES_CHECK_BYTES + 1, record.data, record.length);
    *ret_length = LINES_CHECK_BYTES + 1 + record.length + 1;
    ret_line[*ret_length - 1] = '\n';
    return ERR_NONE;
}

enum err lines_next(struct str *rest, struct str *ret_record)
{
    char check[LINES_CHECK_BYTES + 1];
    struct str line;
    if (!str_split(rest, '\n', &line) || line.length <= LINES_CHECK_BYTES + 1 ||
        line.data[LINES_CHECK_BYTES] != ' ')
        return ERR_CORRUPT;
    struct str record = str_part(line, LINES_CHECK_BYTES + 1, line.length);
    record_check(record, check);
    if (memcmp(check, line.data, LINES_CHECK_BYTES) != 0)
        return ERR_CORRUPT;
    *ret_record = record;
    return ERR_NONE;
}

struct str lines_whole(struct str text)
{
    const char *last = text.length != 0 ? memrchr(text.data, '\n', text.length) : NULL;
    return str_part(text, 0, last != NULL ? (size_t)(last - text.data) + 1 : 0);
}

static bool sound(struct str text)
{
    struct str record;
    while (text.length != 0)
        if (lines_next(&text, &record) != ERR_NONE)
            return false;
    return true;
}

static size_t index_slot(const struct lines_index *index, struct lines_hash hash)
{
    size_t at = (size_t)hash.words[0] & (index->capacity - 1);
    while ((index->slots[at].words[0] | index->slots[at].words[1]) != 0 &&
           memcmp(&index->slots[at], &hash, sizeof hash) != 0)
        at = (at + 1) & (index->capacity - 1);
    return at;
}

static enum err index_grow(struct lines_index *index)
{
    struct lines_index bigger = {.capacity = index->capacity != 0 ? index->capacity * 2 : INDEX_START};
    bigger.count = index->count;
    bigger.slots = calloc(bigger.capacity, sizeof *bigger.slots);
    if (bigger.slots == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < index->capacity; i++)
        if ((index->slots[i].words[0] | index->slots[i].words[1]) != 0)
            bigger.slots[index_slot(&bigger, index->slots[i])] = index->slots[i];
    free(index->slots);
    *index = bigger;
    return ERR_NONE;
}

static struct lines_hash index_hash(struct str record)
{
    struct lines_hash hash;
    uint8_t bytes[CHECK_HASH_BYTES];
    record_hash(record, bytes);
    memcpy(&hash, bytes, sizeof hash);
    if ((hash.words[0] | hash.words[1]) == 0) /* stands for an empty slot */
        hash.words[0] = 1;
    return hash;
}

enum err lines_index_add(struct lines_index *index, struct str text)
{
    while (text.length != 0) {
        struct str record;
        TRY(lines_next(&text, &record));
        if (index->capacity == 0 || index->count >= index->capacity / 2)
            TRY(index_grow(index));
        struct lines_hash hash = index_hash(record);
        size_t at = index_slot(index, hash);
        if ((index->slots[at].words[0] | index->slots[at].words[1]) == 0)
            index->count++;
        index->slots[at] = hash;
    }
    return ERR_NONE;
}

bool lines_index_has(const struct lines_index *index, struct str line)
{
    struct str record;
    if (index->capacity == 0 || lines_next(&line, &record) != ERR_NONE)
        return false;
    struct lines_hash hash = index_hash(record);
    return memcmp(&index->slots[index_slot(index, hash)], &hash, sizeof hash) == 0;
}

void lines_index_free(struct lines_index *index)
{
    free(index->slots);
    *index = (struct lines_index){0};
}

/* Whether every line of damaged that is still sound stands in whole too. */
static enum err holds_all(struct str whole, struct str damaged)
{
    struct lines_index index = {0};
    enum err error = lines_index_add(&index, whole);
    while (error == ERR_NONE && damaged.length != 0) {
        struct str before = damaged, record;
        if (lines_next(&damaged, &record) == ERR_NONE && !lines_index_has(&index, before))
            error = ERR_CORRUPT;
    }
    lines_index_free(&index);
    return error;
}

enum err lines_merge(struct str first, struct str second, struct str *ret_text)
{
    bool first_sound = sound(first), second_sound = sound(second);
    if (first_sound && second_sound) {
        struct str longer = first.length >= second.length ? first : second;
        if (!str_starts(longer, longer.data == first.data ? second : first))
            return ERR_CORRUPT;
        *ret_text = longer;
        return ERR_NONE;
    }
    if (!first_sound && !second_sound)
        return ERR_CORRUPT;
    struct str whole = first_sound ? first : second;
    TRY(holds_all(whole, first_sound ? second : first));
    *ret_text = whole;
    return ERR_NONE;
}
