/* Codes and services in hostile texts: whatever is found lies inside the text, and nothing runs away. Built
 * with -fsanitize=fuzzer it is a libFuzzer target; else fuzz.c drives it. */
#include "domain/message/code.h"
#include "domain/message/service.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(struct str part, struct str text)
{
    if (part.length != 0 && (part.data < text.data || part.data + part.length > text.data + text.length))
        abort();
}

/* The first line is the sender. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size + 1); /* of its own, so that a sanitizer sees a byte read too many */
    if (copy == NULL)
        return 0;
    memcpy(copy, data, size);
    struct str all = str_bytes(copy, size), sender = STR_NONE, text = all;
    size_t line = str_find(all, STR("\n"), 0);
    if (line != SIZE_MAX && line < 64) {
        sender = str_part(all, 0, line);
        text = str_part(all, line + 1, size);
    }
    struct message_code code;
    message_look_for_code(text, &code);
    check_inside(code.code, text);
    for (size_t i = 0; i < code.rejected_count; i++)
        check_inside(code.rejected[i].text, text);
    if (code.code.length > 17 || (code.code.length == 0) != (code.sureness == 0))
        abort();
    struct service_match match = service_match(NULL, sender, text, code.code.length != 0);
    if ((match.service == NULL) != (match.sureness == 0))
        abort();
    (void)service_by_name(NULL, text);
    free(copy);
    return 0;
}
