#include "cmd/manual.h"

#include "cmd/config_table.h"
#include "cmd/usage.h"

#include <string.h>

/* Text for man(7): a minus that stays one, no escapes, no line that begins as a request. */
static void add_text(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.length; i++) {
        char character = text.data[i];
        bool begins = i == 0 || text.data[i - 1] == '\n';
        if (begins && (character == '.' || character == '\''))
            buf_add_c(out, "\\&");
        if (character == '\\')
            buf_add_c(out, "\\e");
        else if (character == '-')
            buf_add_c(out, "\\-");
        else
            buf_add_char(out, character);
    }
}

static void add_c(struct buf *out, const char *text)
{
    add_text(out, str_from(text));
}

static void add_line(struct buf *out, const char *request, const char *text)
{
    buf_add_c(out, request);
    add_c(out, text);
    buf_add_char(out, '\n');
}

static void add_option(struct buf *out, const struct usage_option *option)
{
    buf_add_c(out, ".TP\n\\fB\\-\\-");
    add_text(out, option->name);
    buf_add_c(out, "\\fR");
    if (option->value.length != 0) {
        buf_add_c(out, " \\fI");
        add_text(out, option->value);
        buf_add_c(out, "\\fR");
    }
    buf_add_char(out, '\n');
    add_line(out, "", option->help);
}

static void add_verbs(struct buf *out)
{
    const struct cli_verb *verb;
    buf_add_c(out, ".SH COMMANDS\n");
    for (size_t i = 0; (verb = cli_verb_at(i)) != NULL; i++) {
        add_line(out, ".TP\n.B violet ", verb->usage);
        add_line(out, "", verb->help);
        add_line(out, ".IP\n.EX\n", verb->example);
        buf_add_c(out, ".EE\n");
    }
}

static void add_common_options(struct buf *out)
{
    struct usage usage;
    usage_read(cli_verb_at(0), &usage);
    buf_add_c(out, ".SH OPTIONS OF EVERY COMMAND\n");
    for (size_t i = 0; i < usage.option_count; i++)
        if (usage.options[i].help != NULL)
            add_option(out, &usage.options[i]);
}

static void write_program(struct buf *out)
{
    buf_add_c(
        out,
        ".TH VIOLET 1 \"\" \"violet " VIOLET_VERSION "\" \"Violet\"\n"
        ".SH NAME\nviolet \\- a virtual\\-number service that people can leave\n"
        ".SH SYNOPSIS\n.B violet\n.I NOUN\n.RI [ VERB ]\n.RI [ WORD ...]\n.RB [ \\-\\-option\n.RI [ VALUE "
        "]]\n"
        ".SH DESCRIPTION\n"
        "One program serves web pages, REST, carriers and the operator's own commands.\n"
        "A command that needs the store goes to the serving process through a socket in the data directory;\n"
        "where none serves, the command opens the store itself.\n"
        "Data comes on standard output, talk on standard error.\n");
    add_verbs(out);
    add_common_options(out);
    buf_add_c(out,
              ".SH EXIT STATUS\n.TP\n0\nDone.\n.TP\n1\nFailed: the message says why.\n.TP\n2\n"
              "Usage: the command can't be read as it was written.\n.TP\n3\nNot found.\n.TP\n4\n"
              "Refused by policy or state.\n.TP\n5\nBusy or full: try later.\n"
              ".SH ENVIRONMENT\n.TP\nVIOLET_CONFIG\nThe configuration, where \\-\\-config is not given.\n"
              ".SH FILES\n.TP\n/etc/violet/violet.ini\nThe configuration, as the packages put it.\n"
              ".TP\nviolet.db, keyring/, signing/, control\n"
              "In the data directory: the store, the keyring that no backup may hold, the key that signs\n"
              "receipts, the socket of the serving process.\n"
              ".SH SEE ALSO\n.BR violet.conf (5),\n.BR minisign (1)\n");
}

static void add_values(struct buf *out, const struct config_row *row)
{
    add_c(out, row->unit);
    if (row->kind == CONFIG_INT)
        buf_printf(out, ", %lld to %lld", (long long)row->low, (long long)row->high);
    for (size_t i = 0; i < CONFIG_CHOICES && row->choices[i] != NULL; i++) {
        buf_add_c(out, i == 0 ? ": " : ", ");
        add_c(out, row->choices[i]);
    }
    if (row->required)
        buf_add_c(out, "; must be set");
    else if (row->fallback[0] == '\0')
        buf_add_c(out, "; empty by default");
    else {
        buf_add_c(out, "; default ");
        add_c(out, row->fallback);
    }
    buf_add_c(out, ".\n");
}

static void add_key(struct buf *out, const struct config_row *row)
{
    const char *name = strrchr(row->key, '.') + 1;
    add_line(out, ".TP\n.B ", name);
    add_values(out, row);
    add_line(out, ".br\n", row->explanation);
    add_line(out, ".br\nExample: ", row->example);
}

static void write_configuration(struct buf *out)
{
    struct str section = STR_NONE;
    buf_add_c(
        out,
        ".TH VIOLET.CONF 5 \"\" \"violet " VIOLET_VERSION "\" \"Violet\"\n"
        ".SH NAME\nviolet.conf \\- the configuration of violet\n"
        ".SH DESCRIPTION\n"
        "One INI file: sections in brackets, \\fIkey\\fR = \\fIvalue\\fR, one a line of at most 198 bytes;\n"
        "a line that begins with a space goes on with the value before it.\n"
        "A comment begins with ; or # at the start of a line, or with a space and ; after a value.\n"
        "Values take no quotes.\n"
        "An unknown key, a key given twice or a value out of range stops the start with file, line and\n"
        "remedy.\n"
        "Secrets never stand in the file: it names files that nobody else can read.\n");
    for (size_t i = 0; i < CONFIG_ROWS; i++) {
        const char *key = config_rows[i].key;
        struct str here = str_bytes(key, (size_t)(strrchr(key, '.') - key));
        if (!str_equal(here, section)) {
            buf_add_c(out, ".SH [");
            add_text(out, here);
            buf_add_c(out, "]\n");
        }
        section = here;
        add_key(out, &config_rows[i]);
    }
    buf_add_c(out, ".SH SEE ALSO\n.BR violet (1)\n");
}

enum err cmd_man(struct cli *cli)
{
    struct str page = str_from(cli->words[0]);
    if (str_is(page, "violet"))
        write_program(&cli->out);
    else if (str_is(page, "violet.conf"))
        write_configuration(&cli->out);
    else
        return cli_fail(cli, ERR_USAGE, "there are two pages: violet man violet, violet man violet.conf");
    return ERR_NONE;
}
