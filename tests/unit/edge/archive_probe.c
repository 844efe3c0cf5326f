/* Makes an archive of texts that are hard to carry, writes it to a file and prints what the sink saw; the
 * test's hand. With "many" as second argument it has 20,000 messages, with "changed" it changes while it is
 * walked, with "stop" the sink fails. */
#include "base/clock.h"
#include "base/limits.h"
#include "edge/archive/make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *peer, *text;
    size_t length; /* 0: to the NUL */
} hard[] = {
    {"+15550100001", "Your code is 123456"},
    {"Bank", "验证码 4821，5 分钟内有效。\xf0\x9f\x94\x90\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb"},
    {"+97225550100", "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d \xe2\x80\xae"
                     "rtl"},
    {"12345", ""},
    {"ctl",
     "a\x01"
     "b\x1b[31mc\x7f\x00"
     "d",
     12},
    {"xml", "<a b='c' d=\"e\">&amp;]]></a>\r\nline\ttab\nend \xef\xbf\xbe\xef\xbf\xbf"},
    {"csv", "=HYPERLINK(\"http://x\",\"y\")"},
    {"csv", "+1, \"quoted\"\r\nnew line"},
    {"csv", "-1"},
    {"csv", "@SUM(A1)"},
    {"csv", "\ttab"},
    {"csv", "\rcr"},
    {"csv", "'apostrophe"},
    {"csv", "\xef\xbc\x9d"
            "wide"},
    {"=cmd|' /C calc'!A0", "sender as formula"},
    {"bytes", "broken \xff\xc3 utf-8"},
};

enum { HARD = sizeof hard / sizeof *hard };

struct probe {
    FILE *file;
    int64_t messages, calls;
    bool changed, stop;
    size_t chunks, full, last;
};

static enum err messages(void *context, struct arena *arena, int64_t cursor,
                         struct archive_message *ret_messages, size_t limit, size_t *ret_count)
{
    struct probe *probe = context;
    size_t count = 0;
    (void)arena;
    probe->calls++;
    for (int64_t id = cursor + 1; id <= probe->messages && count < limit; id++) {
        size_t row = (size_t)(id - 1) % HARD;
        struct str text =
            hard[row].length != 0 ? str_bytes(hard[row].text, hard[row].length) : str_from(hard[row].text);
        if (probe->changed && probe->calls > 2)
            text = STR("other");
        ret_messages[count++] = (struct archive_message){.id = id,
                                                         .at = INT64_C(1795392371000000) + id * MICROS_SECOND,
                                                         .sent = id % 7 == 0,
                                                         .read = id % 2 == 0,
                                                         .number = STR("+15550100999"),
                                                         .peer = str_from(hard[row].peer),
                                                         .text = text,
                                                         .code = row == 0 ? STR("123456") : STR_NONE,
                                                         .service = STR("Example")};
    }
    *ret_count = count;
    return ERR_NONE;
}

static enum err transfers(void *context, struct arena *arena, int64_t cursor,
                          struct archive_transfer *ret_transfers, size_t limit, size_t *ret_count)
{
    (void)context;
    (void)arena;
    (void)limit;
    *ret_count = 0;
    if (cursor >= 2)
        return ERR_NONE;
    ret_transfers[(*ret_count)++] =
        (struct archive_transfer){cursor + 1,      INT64_C(1795392371000000), STR("VO-1"),
                                  STR("line_fee"), STR("月租, \"七月\""),     -12400000};
    return ERR_NONE;
}

static enum err chunk(void *context, struct str bytes)
{
    struct probe *probe = context;
    if (probe->stop && probe->chunks == 1)
        return ERR_FULL;
    probe->chunks++;
    probe->full += bytes.length == LIMIT_ARCHIVE_CHUNK_BYTES;
    probe->last = bytes.length;
    return fwrite(bytes.data, 1, bytes.length, probe->file) == bytes.length ? ERR_NONE : ERR_IO;
}

static void step(void *context, int done)
{
    (void)context;
    printf("step %d\n", done);
}

int main(int count, char **arguments)
{
    const char *mode = count > 2 ? arguments[2] : "";
    struct probe probe = {.messages = strcmp(mode, "") == 0 ? HARD : 20000,
                          .changed = strcmp(mode, "changed") == 0,
                          .stop = strcmp(mode, "stop") == 0};
    const struct archive_number numbers[] = {{STR("+15550100999"), INT64_C(1795392371000000), 0}};
    const struct archive_contact contacts[] = {
        {STR("mail"), STR("ann@example.net"), INT64_C(1795392371000000)}};
    const struct archive_service services[] = {{STR("=Evil Bank"), 1795392371000000, 1795392371000000, 0, 3,
                                                0, STR("https://example.com/a,b"), STR_NONE}};
    const struct archive_source source = {
        .user_name = STR("ann"),
        .state = STR("active"),
        .currency = STR("USD"),
        .language = STR("zh-CN"),
        .operator_name = STR("示例电信"),
        .created_at = INT64_C(1795392371000000),
        .balance = 12400000,
        .now = INT64_C(1795392371000000),
        .numbers = numbers,
        .number_count = 1,
        .contacts = contacts,
        .contact_count = 1,
        .services = services,
        .service_count = 1,
        .messages = messages,
        .transfers = transfers,
        .context = &probe,
    };
    const struct archive_sink sink = {chunk, step, &probe};
    probe.file = fopen(arguments[1], "wb");
    if (probe.file == NULL)
        return 1;
    enum err error = archive_make(&source, &sink);
    fclose(probe.file);
    printf("%s chunks %zu full %zu last %zu\n", err_code(error), probe.chunks, probe.full, probe.last);
    return 0;
}
