#include "base/chance.h"
#include "base/clock.h"
#include "demo/seed_texts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void add_digits(uint64_t *state, unsigned count, char *text)
{
    for (unsigned i = 0; i < count; i++)
        text[i] = (char)('0' + chance_below(state, 10));
    text[count] = '\0';
}

/* Without letters and digits that are easily mistaken; at least one digit, so that it reads as a code. */
static void add_letters(uint64_t *state, char *text)
{
    static const char symbols[] = "ABCDEFGHJKMNPQRTVWXY2346789";
    for (unsigned i = 0; i < 5; i++)
        text[i] = symbols[chance_below(state, sizeof symbols - 1)];
    text[2] = (char)('2' + chance_below(state, 8));
    text[5] = '\0';
}

enum { WORD_BYTES = 40 };

static bool code_word(struct str name, uint64_t *state, char *word)
{
    char digits[16];
    if (name.length == 1 && name.data[0] >= '4' && name.data[0] <= '8') {
        add_digits(state, (unsigned)(name.data[0] - '0'), word);
    } else if (str_is(name, "split") || str_is(name, "split3")) {
        add_digits(state, 6, digits);
        snprintf(word, WORD_BYTES, "%.3s%s%.3s", digits, str_is(name, "split") ? " " : "-", digits + 3);
    } else if (str_is(name, "letters")) {
        add_letters(state, word);
    } else {
        return false;
    }
    return true;
}

static void other_word(struct str name, uint64_t *state, int64_t at, char *word)
{
    struct clock_date date = clock_date_of(at + (1 + chance_below(state, 20)) * MICROS_DAY, 0);
    word[0] = '\0';
    if (str_is(name, "tail"))
        add_digits(state, 4, word);
    else if (str_is(name, "order"))
        add_digits(state, 7, word);
    else if (str_is(name, "amount"))
        snprintf(word, WORD_BYTES, "%u.%02u", 3 + chance_below(state, 180), chance_below(state, 100));
    else if (str_is(name, "hour"))
        snprintf(word, WORD_BYTES, "%u:%02u", 9 + chance_below(state, 11), 5 * chance_below(state, 12));
    else if (str_is(name, "day"))
        snprintf(word, WORD_BYTES, "%d/%d", date.month, date.day);
    else if (str_is(name, "small"))
        snprintf(word, WORD_BYTES, "%u", 10 + 5 * chance_below(state, 9));
}

/* Replaces each {name}; {same} repeats the code. */
static void fill(const char *text, uint64_t *state, struct demo_seed_message *message)
{
    size_t length = 0;
    for (const char *at = text; *at != '\0' && length + WORD_BYTES < sizeof message->text;) {
        const char *end = *at == '{' ? strchr(at, '}') : NULL;
        if (end == NULL) {
            message->text[length++] = *at++;
            continue;
        }
        char word[WORD_BYTES];
        struct str name = str_bytes(at + 1, (size_t)(end - at - 1));
        if (str_is(name, "same"))
            snprintf(word, sizeof word, "%s", message->code);
        else if (code_word(name, state, word))
            snprintf(message->code, sizeof message->code, "%.15s", word);
        else
            other_word(name, state, message->at, word);
        length += (size_t)snprintf(message->text + length, sizeof message->text - length, "%s", word);
        at = end + 1;
    }
    message->text[length] = '\0';
}

static const struct demo_seed_text *pick(uint64_t *state)
{
    size_t count;
    unsigned sum = 0;
    const struct demo_seed_text *texts = demo_seed_texts(&count);
    for (size_t i = 0; i < count; i++)
        sum += texts[i].weight;
    unsigned at = chance_below(state, sum);
    while (at >= texts->weight)
        at -= (texts++)->weight;
    return texts;
}

static void make(uint64_t *state, int64_t at, struct demo_seed_message *ret_message)
{
    const struct demo_seed_text *text = pick(state);
    *ret_message = (struct demo_seed_message){.sender = text->sender, .kind = text->kind, .at = at};
    ret_message->line = text->line == DEMO_LINE_ANY ? (int)chance_below(state, 2) : (int)text->line;
    fill(text->text, state, ret_message);
}

void demo_seed_message(size_t index, uint64_t random, int64_t now, struct demo_seed_message *ret_message)
{
    uint64_t state = random ^ (index + 1) * UINT64_C(0xd1342543de82ef95);
    int64_t slot = 365 * MICROS_DAY / DEMO_SEED_YEAR;
    int64_t left = (int64_t)(DEMO_SEED_YEAR - index);
    int64_t at = now - left * slot + (int64_t)(chance_next(&state) % (uint64_t)(slot - MICROS_HOUR));
    make(&state, at, ret_message);
}

void demo_seed_arriving(uint64_t random, int64_t now, struct demo_seed_message *ret_message)
{
    uint64_t state = random;
    make(&state, now, ret_message);
}
