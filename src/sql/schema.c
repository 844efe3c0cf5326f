#include "sql/engine.h"

#include <ctype.h>

static bool word_character(char character)
{
    return isalnum((unsigned char)character) || character == '_';
}

static const char *type_of(struct str word, const char *const types[3])
{
    static const char *const words[3] = {"int64", "text", "bytes"};
    for (size_t i = 0; i < 3; i++)
        if (str_is(word, words[i]))
            return types[i];
    return NULL;
}

void sql_schema_translate(struct str text, const char *const types[3], const char *table_end, struct buf *out)
{
    struct str line;
    while (str_split(&text, '\n', &line)) {
        size_t comment = str_find(line, STR("--"), 0);
        struct str code = str_part(line, 0, comment);
        size_t start = 0, words = 0, copied = 0;
        while (start < code.length && words < 2) {
            while (start < code.length && !word_character(code.data[start]))
                start++;
            size_t end = start;
            while (end < code.length && word_character(code.data[end]))
                end++;
            const char *type = words == 1 ? type_of(str_part(code, start, end - start), types) : NULL;
            if (type != NULL) {
                buf_add(out, str_part(code, copied, start - copied));
                buf_add_c(out, type);
                copied = end;
            }
            words++;
            start = end;
        }
        buf_add(out, str_part(code, copied, code.length));
        if (str_is(code, ");")) {
            out->length -= code.length;
            buf_add_c(out, table_end);
        }
        buf_add_char(out, '\n');
    }
}
