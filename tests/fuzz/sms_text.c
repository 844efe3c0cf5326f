/* Hostile bytes in one character set (FUZZ_CHARSET), and as a text to be sent: what comes out is UTF-8 that
 * can be stored, and the parts of a text make the text again. */
#include "wire/sms_text.h"
#include "wire/sms_header.h"
#include "wire/sms_split.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char text[64 * 1024], again[64 * 1024];

static void check_parts(struct str utf8)
{
    struct sms_split split;
    struct sms_out out = {again, sizeof again, 0, false};
    if (sms_split(utf8, utf8.length % 2 == 0, &split) != ERR_NONE)
        return;
    for (unsigned i = 1; i <= split.parts; i++) {
        uint8_t bytes[SMS_SPLIT_BYTES];
        struct sms_header header = {0};
        size_t length = sms_split_part(&split, utf8, i, 0x1234, bytes);
        if (length > sizeof bytes ||
            (split.parts > 1 &&
             (!sms_header_read(str_bytes(bytes, length), &header) || header.part.number != i)))
            abort();
        sms_text_read(&out, str_bytes(bytes + header.length, length - header.length),
                      split.wide ? SMS_CHARSET_UTF16 : SMS_CHARSET_GSM7, 0);
    }
    struct str joined = str_bytes(again, out.length);
    if (!str_equal(joined, utf8) && str_find(utf8, STR("\xef\xbb\xbf"), 0) == SIZE_MAX)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size + 1);
    struct sms_out out = {text, size % 3 == 0 ? 16 : sizeof text, 0, false};
    if (copy == NULL)
        return 0;
    memcpy(copy, data, size);
    struct str bytes = str_bytes(copy, size);
    sms_text_read(&out, bytes, FUZZ_CHARSET, (unsigned)(size % 7));
    if (out.length > out.capacity || !str_is_utf8(str_bytes(text, out.length)))
        abort();
    check_parts(str_bytes(text, out.length));
    check_parts(bytes);
    free(copy);
    return 0;
}
