#include "app/message_parts.h"

#include "base/clock.h"
#include "base/limits.h"
#include "store/work.h"
#include "wire/sms_text.h"

#include <stdio.h>
#include <string.h>

enum { PARTS = 255, PRINT = 8 /* bytes of a hash */ };

/* "[2/3 …]" stands where part 2 of 3 is missing. */
static void add_mark(struct sms_out *out, int64_t number, int64_t total)
{
    char mark[32];
    int length = snprintf(mark, sizeof mark, "[%lld/%lld \xe2\x80\xa6]", (long long)number, (long long)total);
    sms_text_add(out, str_bytes(mark, (size_t)length));
}

/* Parts of one character set that follow each other are read as one: a cut may go through a character. Packed
 * ones begin anew each. */
static size_t run_of(const struct store_message_part *parts, size_t count)
{
    size_t run = 1;
    while (run < count && parts[run].number == parts[0].number + (int64_t)run &&
           parts[run].charset == parts[0].charset && parts[0].charset != SMS_CHARSET_GSM7_PACKED &&
           parts[0].charset != SMS_CHARSET_BINARY)
        run++;
    return run;
}

static void read_run(struct sms_out *out, struct arena *arena, const struct store_message_part *parts,
                     size_t run)
{
    struct buf bytes = buf_new(0);
    for (size_t i = 0; i < run; i++)
        buf_add(&bytes, parts[i].bytes);
    sms_text_read(out, arena_str(arena, buf_str(&bytes)), (enum sms_charset)parts[0].charset,
                  (unsigned)parts[0].fill_bits);
    buf_free(&bytes);
}

static struct str join(struct arena *arena, const struct store_message_part *parts, size_t count)
{
    struct sms_out out = {arena_alloc(arena, LIMIT_MESSAGE_BYTES), LIMIT_MESSAGE_BYTES - 16, 0, false};
    int64_t expected = 1, total = parts[0].total;
    for (size_t i = 0; i < count;) {
        for (; expected < parts[i].number; expected++)
            add_mark(&out, expected, total);
        size_t run = run_of(parts + i, count - i);
        read_run(&out, arena, parts + i, run);
        expected += (int64_t)run;
        i += run;
    }
    for (; expected <= total; expected++)
        add_mark(&out, expected, total);
    if (out.full) {
        out = (struct sms_out){out.data, LIMIT_MESSAGE_BYTES, out.length, false};
        sms_text_add(&out, STR("\xe2\x80\xa6"));
    }
    return str_bytes(out.data, out.length);
}

static enum err forget(struct sql_tx *tx, int64_t account_id, int64_t group_id)
{
    TRY(store_message_part_delete(tx, account_id, group_id));
    return store_queue_remove(tx, "parts", account_id, group_id);
}

static bool find(const struct store_message_part *parts, size_t count, int64_t number, size_t *ret_at)
{
    size_t at = 0;
    while (at < count && parts[at].number < number)
        at++;
    *ret_at = at;
    return at < count && parts[at].number == number;
}

static void print_of(struct str bytes, uint8_t ret_print[PRINT])
{
    uint8_t hash[32];
    seal_hash(&bytes, 1, hash);
    memcpy(ret_print, hash, PRINT);
}

/* What is left of parts that became a text: a carrier may send one of them once more. It stands as number 0,
 * with a print of each. */
static enum err keep_prints(struct sql_tx *tx, struct arena *arena, const struct account *account,
                            const struct store_message_part *parts, size_t count, int64_t now)
{
    struct store_message_part left = parts[0];
    uint8_t *prints = arena_alloc(arena, count * PRINT);
    for (size_t i = 0; i < count; i++)
        print_of(parts[i].bytes, prints + i * PRINT);
    left.number = 0;
    left.came_at = now;
    left.peer = left.to = STR_NONE;
    left.bytes = str_bytes(prints, count * PRINT);
    TRY(store_message_part_delete(tx, left.account_id, left.group_id));
    TRY(store_message_part_put(tx, arena, &account->key, &left));
    return store_queue_move(tx, "parts", left.account_id, left.group_id,
                            now + LIMIT_PARTS_MINUTES * MICROS_MINUTE);
}

/* Takes number 0 out of the parts, if it is there. */
static struct str take_prints(struct store_message_part *parts, size_t *count)
{
    if (*count == 0 || parts[0].number != 0)
        return STR_NONE;
    struct str prints = parts[0].bytes;
    (*count)--;
    memmove(parts, parts + 1, *count * sizeof *parts);
    return prints;
}

/* True where all of these parts stand in a text that was whole before. */
static bool are_repeated(struct str prints, const struct store_message_part *parts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint8_t print[PRINT];
        size_t at = (size_t)(parts[i].number - 1) * PRINT;
        print_of(parts[i].bytes, print);
        if (at + PRINT > prints.length || memcmp(prints.data + at, print, PRINT) != 0)
            return false;
    }
    return true;
}

enum err message_parts_take(struct sql_tx *tx, struct arena *arena, const struct account *account,
                            struct store_message_part *part, struct str what, struct str *ret_text)
{
    struct store_message_part *parts = ARENA_ARRAY(arena, PARTS + 2, struct store_message_part);
    size_t count, at;
    *ret_text = STR_NONE;
    part->group_id = store_message_part_group(&account->key, what);
    TRY(store_message_part_list(tx, arena, &account->key, part->account_id, part->group_id, parts, PARTS + 1,
                                &count));
    take_prints(parts, &count);
    if (find(parts, count, part->number, &at)) {
        if (!str_equal(parts[at].bytes, part->bytes))
            *ret_text = join(arena, part, 1);
        return ERR_NONE;
    }
    memmove(parts + at + 1, parts + at, (count - at) * sizeof *parts);
    parts[at] = *part;
    if ((int64_t)count + 1 == part->total) {
        *ret_text = join(arena, parts, count + 1);
        return keep_prints(tx, arena, account, parts, count + 1, part->came_at);
    }
    TRY(store_message_part_put(tx, arena, &account->key, part));
    return store_queue_move(tx, "parts", part->account_id, part->group_id,
                            part->came_at + LIMIT_PARTS_MINUTES * MICROS_MINUTE);
}

enum err message_parts_give_up(struct sql_tx *tx, struct arena *arena, const struct account *account,
                               int64_t group_id, struct store_message_part *ret_first, struct str *ret_text)
{
    struct store_message_part *parts = ARENA_ARRAY(arena, PARTS + 1, struct store_message_part);
    size_t count;
    int64_t account_id = account->row.account_id;
    TRY(store_message_part_list(tx, arena, &account->key, account_id, group_id, parts, PARTS + 1, &count));
    TRY(forget(tx, account_id, group_id));
    struct str prints = take_prints(parts, &count);
    if (are_repeated(prints, parts, count))
        return ERR_NOT_FOUND;
    *ret_first = parts[0];
    *ret_text = join(arena, parts, count);
    return ERR_NONE;
}
