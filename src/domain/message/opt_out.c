#include "domain/message/opt_out.h"

#include <stdbool.h>
#include <stddef.h>

static const struct {
    const char *word;
    enum opt_out means;
} words[] = {
    {"STOP", OPT_OUT_STOP},        {"STOPALL", OPT_OUT_STOP},  {"STOP ALL", OPT_OUT_STOP},
    {"UNSUBSCRIBE", OPT_OUT_STOP}, {"CANCEL", OPT_OUT_STOP},   {"END", OPT_OUT_STOP},
    {"QUIT", OPT_OUT_STOP},        {"REVOKE", OPT_OUT_STOP},   {"OPTOUT", OPT_OUT_STOP},
    {"OPT OUT", OPT_OUT_STOP},     {"T", OPT_OUT_STOP},        {"TD", OPT_OUT_STOP},
    {"退订", OPT_OUT_STOP},        {"取消订阅", OPT_OUT_STOP}, {"START", OPT_OUT_START},
    {"UNSTOP", OPT_OUT_START},     {"恢复", OPT_OUT_START},    {"订阅", OPT_OUT_START},
};

static struct str without_mark(struct str text)
{
    static const char *const marks[] = {".", "!", "。", "！"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (str_ends(text, str_from(marks[i])))
            return str_trim(str_part(text, 0, text.length - str_from(marks[i]).length));
    return text;
}

enum opt_out opt_out_of(struct str text)
{
    struct str said = without_mark(str_trim(text));
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_equal_nocase(said, str_from(words[i].word)))
            return words[i].means;
    return OPT_OUT_NOTHING;
}
