/* `violet sim carrier`: the simulated carrier by itself, to try an installation with. */
#include "cmd/cli.h"

#include "base/clock.h"
#include "base/ids.h"
#include "base/secret.h"
#include "cmd/service.h"
#include "demo/seed_texts.h"
#include "sim/carrier.h"

#include <signal.h>
#include <stdio.h>
#include <time.h>

enum { NUMBERS = 16, LOOK_NANOS = 50 * 1000 * 1000 };

/* Where the texts come from: the lines of a file, or the demo's. */
struct texts {
    struct str file, rest;       /* "FROM<tab>TEXT" in each line; empty: the demo's */
    struct str numbers[NUMBERS]; /* that they go to, in turn */
    size_t number_count, next;
    int64_t left; /* below 0: without end */
    uint64_t seed;
    struct demo_seed_message message;
};

#define WORD(name, word) word,
static const char *const charset_words[] = {SIM_CHARSET_TABLE(WORD) NULL};
static const char *const join_words[] = {SIM_JOIN_TABLE(WORD) NULL};
static const char *const parts_words[] = {SIM_PARTS_TABLE(WORD) NULL};
static const char *const fault_words[] = {SIM_FAULT_TABLE(WORD) NULL};
static const char *const receipt_words[] = {SIM_RECEIPT_TABLE(WORD) NULL};
#undef WORD

static bool take_line(struct texts *texts, struct sim_text *ret_text)
{
    struct str line, from;
    if (texts->rest.length == 0)
        texts->rest = texts->file;
    str_split(&texts->rest, '\n', &line);
    if (!str_split(&line, '\t', &from))
        return false;
    ret_text->from = from;
    ret_text->text = line;
    return true;
}

static bool next_text(void *context, struct sim_text *ret_text)
{
    struct texts *texts = context;
    if (texts->left == 0)
        return false;
    texts->left -= texts->left > 0;
    ret_text->to = texts->numbers[texts->next++ % texts->number_count];
    if (texts->file.length != 0)
        return take_line(texts, ret_text);
    demo_seed_arriving(texts->seed++, clock_now(), &texts->message);
    ret_text->from = str_from(texts->message.sender);
    ret_text->text = str_from(texts->message.text);
    return true;
}

static enum err number_option(struct cli *cli, const char *name, int64_t least, int64_t most,
                              int64_t otherwise, int64_t *ret_value)
{
    const char *text = cli_option(cli, name);
    *ret_value = otherwise;
    if (text != NULL && (!str_to_int64(str_from(text), ret_value) || *ret_value < least || *ret_value > most))
        return cli_fail(cli, ERR_USAGE, "--%s %s: give a number from %lld to %lld", name, text,
                        (long long)least, (long long)most);
    return ERR_NONE;
}

static const char *all_words(struct cli *cli, const char *const words[])
{
    struct buf list = buf_new(1024);
    for (size_t i = 0; words[i] != NULL; i++)
        buf_printf(&list, "%s%s", i == 0 ? "" : ", ", words[i]);
    struct str text = arena_str(cli->arena, buf_str(&list));
    buf_free(&list);
    return arena_printf(cli->arena, "%.*s", STR_ARG(text)).data;
}

/* A list of words with commas, as bits. */
static enum err words_option(struct cli *cli, const char *name, const char *const words[], unsigned *ret_bits)
{
    const char *text = cli_option(cli, name);
    struct str rest = str_from(text != NULL ? text : ""), piece;
    while (rest.length != 0) {
        size_t i = 0;
        str_split(&rest, ',', &piece);
        while (words[i] != NULL && !str_is(piece, words[i]))
            i++;
        if (words[i] == NULL)
            return cli_fail(cli, ERR_USAGE, "--%s %.*s: give one or several of %s, with commas between", name,
                            STR_ARG(piece), all_words(cli, words));
        *ret_bits |= 1U << i;
    }
    return ERR_NONE;
}

static enum err read_numbers(struct cli *cli, struct texts *texts)
{
    struct str rest = str_from(cli_option(cli, "to")), piece;
    while (rest.length != 0 && texts->number_count < NUMBERS) {
        str_split(&rest, ',', &piece);
        if (piece.length != 0)
            texts->numbers[texts->number_count++] = piece;
    }
    if (texts->number_count == 0 || rest.length != 0)
        return cli_fail(cli, ERR_USAGE,
                        "--to: give one to %d numbers such as +12025550143, with commas between", NUMBERS);
    return ERR_NONE;
}

/* Every line of the file has a sender and a text; ret_lines: how many there are. */
static enum err read_lines(struct cli *cli, struct texts *texts, int64_t *ret_lines)
{
    struct str rest = cli->input, line, from;
    *ret_lines = 0;
    while (rest.length != 0) {
        str_split(&rest, '\n', &line);
        ++*ret_lines;
        if (!str_split(&line, '\t', &from) || from.length == 0 || line.length == 0)
            return cli_fail(cli, ERR_USAGE, "line %lld of the texts: write the sender, a tab and the text",
                            (long long)*ret_lines);
    }
    texts->file = cli->input;
    return ERR_NONE;
}

static enum err read_texts(struct cli *cli, struct texts *texts)
{
    int64_t lines = -1, seed;
    uint64_t random;
    ids_random(&random, sizeof random);
    TRY(read_numbers(cli, texts));
    if (cli_has(cli, "text"))
        TRY(read_lines(cli, texts, &lines));
    if (lines == 0)
        return cli_fail(cli, ERR_USAGE, "--text: the file is empty");
    TRY(number_option(cli, "count", 1, INT32_MAX, lines, &texts->left));
    TRY(number_option(cli, "seed", 0, INT64_MAX, (int64_t)(random >> 1), &seed));
    texts->seed = (uint64_t)seed;
    return ERR_NONE;
}

static enum err read_receipts(struct cli *cli, struct sim_options *options)
{
    unsigned bits = 0, i = 0;
    TRY(words_option(cli, "receipts", receipt_words, &bits));
    while (bits > 1U << i)
        i++;
    if (bits != 0 && bits != 1U << i)
        return cli_fail(cli, ERR_USAGE, "--receipts: give one of %s", all_words(cli, receipt_words));
    options->receipts = (enum sim_receipt)i;
    return ERR_NONE;
}

static enum err read_password(struct cli *cli, struct sim_options *options)
{
    const char *path = cli_option(cli, "password-file");
    enum err error = path != NULL ? secret_read(path, cli->arena, &options->password) : ERR_NONE;
    if (error != ERR_NONE)
        return cli_fail(cli, error, "can't take the password from %s: one line, which others may not read",
                        path);
    return ERR_NONE;
}

static enum err read_options(struct cli *cli, struct sim_options *options)
{
    int64_t rate, window, every, failing;
    const char *listen = cli_option(cli, "listen"), *system_id = cli_option(cli, "system-id");
    options->listen = listen != NULL ? listen : "127.0.0.1:2775";
    options->system_id = system_id != NULL ? system_id : "";
    options->serials = true;
    TRY(number_option(cli, "rate", 1, SIM_RATE, 1, &rate));
    TRY(number_option(cli, "window", 1, SIM_WINDOW, 10, &window));
    TRY(number_option(cli, "every", 1, INT32_MAX / 2, 100, &every));
    TRY(number_option(cli, "failing", 0, 100, 0, &failing));
    options->rate = (unsigned)rate;
    options->window = (unsigned)window;
    options->every = (unsigned)every;
    options->failing = (unsigned)failing;
    TRY(words_option(cli, "charset", charset_words, &options->charsets));
    TRY(words_option(cli, "concat", join_words, &options->joins));
    TRY(words_option(cli, "parts", parts_words, &options->parts));
    TRY(words_option(cli, "fault", fault_words, &options->faults));
    TRY(read_receipts(cli, options));
    return read_password(cli, options);
}

/* Command and field names of the counts. */
#define COUNT_TABLE(X)                                                                                       \
    X(texts)                                                                                                 \
    X(acknowledged)                                                                                          \
    X(refused)                                                                                               \
    X(incomplete) X(sent) X(again) X(binds) X(refused_binds) X(losses) X(strays) X(submits) X(receipts)

static void print_answers(struct json *json, const struct sim_counts *counts)
{
    char name[16];
    json_object(json, "answers");
    for (size_t i = 0; i <= SIM_STATUSES; i++) {
        snprintf(name, sizeof name, i < SIM_STATUSES ? "0x%02zx" : "other", i);
        if (counts->answers[i] != 0)
            json_int(json, name, counts->answers[i]);
    }
    json_object_end(json);
    json_object(json, "faults");
    for (size_t i = 0; i < SIM_FAULTS; i++)
        if (counts->faults[i] != 0)
            json_int(json, fault_words[i], counts->faults[i]);
    json_object_end(json);
}

static void print_counts(struct cli *cli, struct sim_carrier *sim)
{
    struct sim_counts counts;
    sim_carrier_counts(sim, &counts);
    if (!cli->json) {
        buf_printf(&cli->out,
                   "%lld texts, %lld acknowledged, %lld refused, %lld deliver_sm, %lld of them again\n",
                   (long long)counts.texts, (long long)counts.acknowledged, (long long)counts.refused,
                   (long long)counts.sent, (long long)counts.again);
        return;
    }
    struct json json = json_new(&cli->out);
    json_object(&json, NULL);
#define COUNT(name) json_int(&json, #name, counts.name);
    COUNT_TABLE(COUNT)
#undef COUNT
    print_answers(&json, &counts);
    json_object_end(&json);
    buf_add_char(&cli->out, '\n');
}

static void say_port(struct cli *cli, const struct sim_options *options, struct sim_carrier *sim)
{
    struct json json = json_new(&cli->out);
    unsigned port = sim_carrier_port(sim);
    if (!cli->json) {
        buf_printf(&cli->out,
                   "A simulated carrier waits for a bind at port %u (--listen %s). Stop with Ctrl-C.\n", port,
                   options->listen);
    } else {
        json_object(&json, NULL);
        json_int(&json, "port", port);
        json_object_end(&json);
        buf_add_char(&cli->out, '\n');
    }
    cli_say(cli);
}

/* Until a signal, or until all texts were answered. */
static void wait_for_end(struct sim_carrier *sim, bool stays)
{
    const struct timespec look = {.tv_nsec = LOOK_NANOS};
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    while (sigtimedwait(&set, NULL, &look) < 0 && (stays || !sim_carrier_done(sim)))
        continue;
}

static enum err run_carrier(struct cli *cli)
{
    struct texts texts = {0};
    struct sim_options options = {.source = next_text, .source_context = &texts};
    struct sim_carrier *sim;
    TRY(read_texts(cli, &texts));
    TRY(read_options(cli, &options));
    options.seed = texts.seed;
    service_block_signals();
    enum err error = sim_carrier_start(&options, &sim);
    if (error != ERR_NONE)
        return cli_fail(cli, error, "can't listen at %s; give a free one with --listen ADDRESS:PORT",
                        options.listen);
    say_port(cli, &options, sim);
    wait_for_end(sim, cli_has(cli, "stay"));
    print_counts(cli, sim);
    sim_carrier_stop(sim);
    return ERR_NONE;
}

const struct cli_verb cli_verbs_sim[] = {
    {"sim", "carrier",
     "sim carrier --to NUMBERS [--listen ADDRESS:PORT] [--system-id ID] [--password-file FILE] [--text FILE] "
     "[--count N] [--stay] [--rate N] [--window N] [--charset LIST] [--concat LIST] [--parts LIST] [--fault "
     "LIST] "
     "[--every N] [--receipts both|tlv|text|none] [--failing PERCENT] [--seed N]",
     "plays a carrier's SMSC (SMPP 3.4): texts to these numbers at a rate, in character sets, in parts and "
     "with "
     "faults as told; prints its counts at the end",
     "violet sim carrier --to +12025550143 --rate 20 --charset gsm,ucs2 --fault reset,duplicate --every 50",
     CLI_TEXT, run_carrier},
    {0},
};
