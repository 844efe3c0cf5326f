#include "app/tombstones.h"

#include "base/encode.h"
#include "base/log.h"
#include "crypto/link.h"
#include "domain/types.h"
#include "store/closure.h"
#include "store/number.h"

enum { TOMBSTONE_PART = 48, TOMBSTONE_NUMBER_BYTES = 20, TOMBSTONE_LIST = 128 };

static void add_head(struct buf *record, const struct tombstone *tombstone)
{
    buf_printf(record, "closure %s %lld", tombstone->line_id != 0 ? "line" : "account",
               (long long)tombstone->account_id);
    if (tombstone->line_id != 0)
        buf_printf(record, "/%lld", (long long)tombstone->line_id);
    buf_printf(record, " %lld %.*s %lld", (long long)tombstone->closure_id, STR_ARG(tombstone->reference),
               (long long)tombstone->closed_at);
}

static void add_lists(struct buf *record, const struct tombstone *tombstone, size_t from)
{
    buf_add_c(record, " numbers:");
    for (size_t i = from; i < tombstone->number_count && i < from + TOMBSTONE_PART; i++)
        buf_printf(record, "%s%.*s@%lld", i != from ? "," : "", STR_ARG(tombstone->numbers[i].e164),
                   (long long)tombstone->numbers[i].disconnected_at);
    buf_add_c(record, " refunds:");
    for (size_t i = from; i < tombstone->refund_count && i < from + TOMBSTONE_PART; i++)
        buf_printf(record, "%s%lld:%lld:%lld", i != from ? "," : "",
                   (long long)tombstone->refunds[i].payment_id, (long long)tombstone->refunds[i].attempt,
                   (long long)tombstone->refunds[i].amount);
}

static void add_link(struct buf *record, struct arena *arena, const struct tombstone *tombstone)
{
    struct str hash = encode_hex(arena, tombstone->secret_hash),
               public_key = encode_hex(arena, tombstone->link_public);
    buf_printf(record, " link:%.*s:%.*s", STR_ARG(hash), STR_ARG(public_key));
}

/* One record, or several where the lists do not fit one. */
static enum err make_records(struct arena *arena, const struct tombstone *tombstone,
                             struct tombstone_records *ret_records)
{
    size_t most =
        tombstone->number_count > tombstone->refund_count ? tombstone->number_count : tombstone->refund_count;
    size_t parts = most == 0 ? 1 : (most + TOMBSTONE_PART - 1) / TOMBSTONE_PART;
    *ret_records = (struct tombstone_records){.records = ARENA_ARRAY(arena, parts, struct str)};
    for (size_t from = 0; ret_records->count < parts; from += TOMBSTONE_PART) {
        struct buf record = buf_new(0);
        add_head(&record, tombstone);
        add_lists(&record, tombstone, from);
        add_link(&record, arena, tombstone);
        bool failed = record.failed;
        ret_records->records[ret_records->count++] = arena_str(arena, buf_str(&record));
        buf_free(&record);
        if (failed)
            return ERR_MEMORY;
    }
    return ERR_NONE;
}

static enum err append_records(struct app *app, const struct tombstone_records *records)
{
    for (size_t i = 0; i < records->count; i++)
        TRY(logs_append(app->logs, LOGS_TOMBSTONES, records->records[i]));
    return ERR_NONE;
}

enum err tombstones_append(struct app *app, const struct tombstone *tombstone)
{
    struct tombstone_records records;
    struct arena *arena = arena_new(0);
    enum err error = arena != NULL ? make_records(arena, tombstone, &records) : ERR_MEMORY;
    if (error == ERR_NONE)
        error = append_records(app, &records);
    arena_free(arena);
    return error;
}

struct gather {
    struct arena *arena;
    int64_t account_id, closure_id, now;
    struct tombstone tombstone;
};

static enum err gather_numbers(struct gather *gather, struct sql_tx *tx)
{
    struct store_number *rows = ARENA_ARRAY(gather->arena, TOMBSTONE_LIST, struct store_number);
    struct tombstone_number *numbers = ARENA_ARRAY(gather->arena, TOMBSTONE_LIST, struct tombstone_number);
    struct tombstone *tombstone = &gather->tombstone;
    size_t count;
    TRY(store_number_list_account(tx, gather->account_id, rows, TOMBSTONE_LIST, &count));
    for (size_t i = 0; i < count; i++)
        if (tombstone->line_id == 0 || rows[i].line_id == tombstone->line_id)
            numbers[tombstone->number_count++] = (struct tombstone_number){
                arena_str(gather->arena, rows[i].e164), rows[i].leaving_at != 0 ? 0 : gather->now};
    tombstone->numbers = numbers;
    return ERR_NONE;
}

static enum err gather_refunds(struct gather *gather, struct sql_tx *tx)
{
    struct store_refund *rows;
    size_t count;
    TRY(store_refund_list(tx, gather->arena, NULL, gather->account_id, gather->closure_id, &rows, &count));
    struct tombstone_refund *refunds = ARENA_ARRAY(gather->arena, count + 1, struct tombstone_refund);
    for (size_t i = 0; i < count; i++)
        refunds[i] = (struct tombstone_refund){rows[i].payment_id, rows[i].attempt, rows[i].amount};
    gather->tombstone.refunds = refunds;
    gather->tombstone.refund_count = count;
    return ERR_NONE;
}

static enum err gather_run(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct gather *gather = context;
    struct store_closure closure;
    (void)arena;
    TRY(store_closure_get(tx, gather->arena, gather->account_id, gather->closure_id, &closure));
    gather->tombstone = (struct tombstone){
        .account_id = gather->account_id,
        .closure_id = gather->closure_id,
        .line_id = closure.scope == CLOSURE_SCOPE_NUMBER ? closure.line_id : 0,
        .reference = closure.reference,
        .secret_hash = closure.secret_hash,
        .link_public = closure.link_public,
        .closed_at = closure.closed_at != 0 ? closure.closed_at : gather->now,
    };
    TRY(gather_numbers(gather, tx));
    return gather_refunds(gather, tx);
}

enum err tombstones_write(struct app *app, struct arena *arena, int64_t account_id, int64_t closure_id,
                          int64_t now, struct tombstone_records *ret_records)
{
    struct gather gather = {.arena = arena, .account_id = account_id, .closure_id = closure_id, .now = now};
    TRY(sql_read(app->store, gather_run, arena, &gather));
    TRY(make_records(arena, &gather.tombstone, ret_records));
    return append_records(app, ret_records);
}

/* The next piece before the separator as a number. */
static bool take_int(struct str *rest, char separator, int64_t *ret_value)
{
    struct str piece;
    return str_split(rest, separator, &piece) && str_to_int64(piece, ret_value);
}

static bool read_owner(struct str text, bool line, struct tombstone *tombstone)
{
    if (!line)
        return str_to_int64(text, &tombstone->account_id);
    return take_int(&text, '/', &tombstone->account_id) && str_to_int64(text, &tombstone->line_id);
}

static bool read_numbers(struct arena *arena, struct str text, struct tombstone *tombstone)
{
    struct tombstone_number *numbers = ARENA_ARRAY(arena, TOMBSTONE_LIST, struct tombstone_number);
    struct str piece;
    while (text.length != 0 && str_split(&text, ',', &piece)) {
        struct tombstone_number *number = &numbers[tombstone->number_count];
        if (tombstone->number_count == TOMBSTONE_LIST || !str_split(&piece, '@', &number->e164) ||
            number->e164.length > TOMBSTONE_NUMBER_BYTES || !str_to_int64(piece, &number->disconnected_at))
            return false;
        number->e164 = arena_str(arena, number->e164);
        tombstone->number_count++;
    }
    tombstone->numbers = numbers;
    return true;
}

static bool read_refunds(struct arena *arena, struct str text, struct tombstone *tombstone)
{
    struct tombstone_refund *refunds = ARENA_ARRAY(arena, TOMBSTONE_LIST, struct tombstone_refund);
    struct str piece;
    while (text.length != 0 && str_split(&text, ',', &piece)) {
        struct tombstone_refund *refund = &refunds[tombstone->refund_count];
        if (tombstone->refund_count == TOMBSTONE_LIST || !take_int(&piece, ':', &refund->payment_id) ||
            !take_int(&piece, ':', &refund->attempt) || !str_to_int64(piece, &refund->amount))
            return false;
        tombstone->refund_count++;
    }
    tombstone->refunds = refunds;
    return true;
}

static bool read_link(struct arena *arena, struct str text, struct tombstone *tombstone)
{
    struct str hash;
    return str_split(&text, ':', &hash) &&
           encode_hex_read(arena, hash, &tombstone->secret_hash) == ERR_NONE &&
           encode_hex_read(arena, text, &tombstone->link_public) == ERR_NONE &&
           (tombstone->secret_hash.length == 0 || tombstone->secret_hash.length == LINK_HASH_BYTES) &&
           (tombstone->link_public.length == 0 || tombstone->link_public.length == LINK_PUBLIC_BYTES);
}

/* The piece after its label. */
static bool take_list(struct str *rest, struct str label, struct str *ret_list)
{
    struct str piece;
    if (!str_split(rest, ' ', &piece) || !str_starts(piece, label))
        return false;
    *ret_list = str_part(piece, label.length, piece.length);
    return true;
}

enum err tombstones_read(struct arena *arena, struct str record, struct tombstone *ret_tombstone)
{
    struct tombstone tombstone = {0};
    struct str word, scope, owner, numbers, refunds, link;
    bool is_one =
        str_split(&record, ' ', &word) && str_is(word, "closure") && str_split(&record, ' ', &scope) &&
        (str_is(scope, "line") || str_is(scope, "account")) && str_split(&record, ' ', &owner) &&
        read_owner(owner, str_is(scope, "line"), &tombstone) &&
        take_int(&record, ' ', &tombstone.closure_id) && str_split(&record, ' ', &tombstone.reference) &&
        take_int(&record, ' ', &tombstone.closed_at) && take_list(&record, STR("numbers:"), &numbers) &&
        take_list(&record, STR("refunds:"), &refunds) && take_list(&record, STR("link:"), &link) &&
        record.length == 0 && read_numbers(arena, numbers, &tombstone) &&
        read_refunds(arena, refunds, &tombstone) && read_link(arena, link, &tombstone);
    if (!is_one)
        return ERR_CORRUPT;
    tombstone.reference = arena_str(arena, tombstone.reference);
    *ret_tombstone = tombstone;
    return ERR_NONE;
}

struct walk {
    struct arena *arena;
    enum err (*each)(const struct tombstone *tombstone, void *context);
    void *context;
};

static enum err walk_one(struct str record, void *context)
{
    struct walk *walk = context;
    struct tombstone tombstone;
    arena_reset(walk->arena);
    enum err error = tombstones_read(walk->arena, record, &tombstone);
    if (error != ERR_NONE) {
        log_error("tombstone_unreadable", LOG_ERR(error));
        return error;
    }
    return walk->each(&tombstone, walk->context);
}

enum err tombstones_walk(struct app *app, enum err (*each)(const struct tombstone *tombstone, void *context),
                         void *context)
{
    struct walk walk = {.arena = arena_new(0), .each = each, .context = context};
    if (walk.arena == NULL)
        return ERR_MEMORY;
    enum err error = logs_walk(app->logs, LOGS_TOMBSTONES, walk_one, &walk);
    arena_free(walk.arena);
    return error;
}

struct check {
    struct app *app;
    struct arena *arena;
    const struct tombstone *tombstone;
    bool known;
    int64_t missing;
};

/* From settling on nothing brings an account back: a case in an earlier state is an older copy's. */
static enum err check_known(struct sql_tx *tx, struct arena *arena, void *context)
{
    struct check *check = context;
    struct store_closure closure;
    enum err error =
        store_closure_get(tx, arena, check->tombstone->account_id, check->tombstone->closure_id, &closure);
    check->known = error == ERR_NONE && closure.state >= CLOSURE_SETTLING;
    return error == ERR_NOT_FOUND ? ERR_NONE : error;
}

static enum err check_one(const struct tombstone *tombstone, void *context)
{
    struct check *check = context;
    check->tombstone = tombstone;
    arena_reset(check->arena);
    TRY(sql_read(check->app->store, check_known, check->arena, check));
    if (!check->known)
        check->missing++;
    return ERR_NONE;
}

enum err tombstones_check(struct app *app, int64_t *ret_missing)
{
    struct check check = {.app = app, .arena = arena_new(0)};
    if (check.arena == NULL)
        return ERR_MEMORY;
    enum err error = tombstones_walk(app, check_one, &check);
    arena_free(check.arena);
    if (error == ERR_NONE && ret_missing != NULL)
        *ret_missing = check.missing;
    if (error == ERR_NONE && check.missing != 0) {
        log_error("tombstones_unknown", LOG_INT("closings", check.missing));
        error = ERR_CONFLICT;
    }
    return error;
}
