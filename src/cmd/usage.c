#include "cmd/usage.h"

#include <stdint.h>

static const struct {
    const char *name, *value, *help;
} everywhere[] = {
    {"config", "FILE", "the configuration; else what VIOLET_CONFIG names"},
    {"data", "DIRECTORY", "the data directory, in place of server.data"},
    {"json", "", "data as JSON on standard output"},
    {"help", "", "what the command does, with an example"},
};

/* Cuts the next word off; its brackets are taken off, *ret_closed tells whether one closed behind it. */
static bool next_word(struct str *rest, struct str *ret_word, bool *ret_closed)
{
    *rest = str_trim(*rest);
    if (rest->length == 0)
        return false;
    size_t end = str_find(*rest, STR(" "), 0);
    struct str word = str_part(*rest, 0, end == SIZE_MAX ? rest->length : end);
    *rest = str_part(*rest, word.length, rest->length);
    if (str_starts(word, STR("[")))
        word = str_part(word, 1, word.length);
    *ret_closed = str_ends(word, STR("]"));
    *ret_word = str_part(word, 0, word.length - *ret_closed);
    return true;
}

/* A verb that names an option of every verb itself gets its explanation. */
static void add_option(struct usage *usage, struct str name, struct str value, const char *help)
{
    for (size_t i = 0; i < usage->option_count; i++)
        if (str_equal(usage->options[i].name, name)) {
            usage->options[i].help = help;
            return;
        }
    if (usage->option_count < USAGE_OPTIONS)
        usage->options[usage->option_count++] = (struct usage_option){name, value, help};
}

void usage_read(const struct cli_verb *verb, struct usage *ret_usage)
{
    struct str rest = str_from(verb->usage), word;
    bool closed;
    *ret_usage = (struct usage){0};
    for (int skipped = 0; skipped < (verb->verb[0] == '\0' ? 1 : 2); skipped++)
        next_word(&rest, &word, &closed);
    while (next_word(&rest, &word, &closed)) {
        if (!str_starts(word, STR("--"))) {
            if (ret_usage->word_count < CLI_WORDS)
                ret_usage->words[ret_usage->word_count++] = word;
            continue;
        }
        struct str name = str_part(word, 2, word.length), value = STR_NONE;
        if (!closed)
            next_word(&rest, &value, &closed);
        add_option(ret_usage, name, value, NULL);
    }
    for (size_t i = 0; i < sizeof everywhere / sizeof *everywhere; i++)
        add_option(ret_usage, str_from(everywhere[i].name), str_from(everywhere[i].value),
                   everywhere[i].help);
}

const struct usage_option *usage_find(const struct usage *usage, struct str name)
{
    for (size_t i = 0; i < usage->option_count; i++)
        if (str_equal(usage->options[i].name, name))
            return &usage->options[i];
    return NULL;
}

const struct usage_option *usage_nearest(const struct usage *usage, struct str name)
{
    size_t best = 0, fewest = SIZE_MAX;
    for (size_t i = 0; i < usage->option_count; i++) {
        size_t here = str_edits(usage->options[i].name, name);
        if (here < fewest) {
            best = i;
            fewest = here;
        }
    }
    return &usage->options[best];
}

bool usage_is_path(struct str value)
{
    static const char *const paths[] = {"FILE", "DIRECTORY", "RECEIPT", "BACKUP", "NEWEST-BACKUP"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (str_is(value, paths[i]))
            return true;
    return false;
}
