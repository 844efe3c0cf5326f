#include "cmd/completion.h"

#include "cmd/usage.h"

#include <string.h>

static bool is_first_of_noun(size_t index)
{
    return index == 0 || strcmp(cli_verb_at(index)->noun, cli_verb_at(index - 1)->noun) != 0;
}

static bool is_last_of_noun(size_t index)
{
    const struct cli_verb *next = cli_verb_at(index + 1);
    return next == NULL || strcmp(next->noun, cli_verb_at(index)->noun) != 0;
}

static bool is_choice(struct str value)
{
    return str_find(value, STR("|"), 0) != SIZE_MAX;
}

/* "en|zh-CN" as words. */
static void add_choices(struct buf *out, struct str value)
{
    struct str piece;
    for (bool first = true; str_split(&value, '|', &piece); first = false)
        buf_printf(out, "%s%.*s", first ? "" : " ", STR_ARG(piece));
}

/* The full name of a verb, in quotes that stay open. */
static void add_name(struct buf *out, const struct cli_verb *verb)
{
    buf_printf(out, "'%s%s%s", verb->noun, verb->verb[0] != '\0' ? " " : "", verb->verb);
}

static void add_nouns(struct buf *out)
{
    const struct cli_verb *verb;
    for (size_t i = 0; (verb = cli_verb_at(i)) != NULL; i++)
        if (is_first_of_noun(i))
            buf_printf(out, "%s ", verb->noun);
}

/* "account) verbs='create list' ;;" for each noun that has verbs. */
static void bash_verbs(struct buf *out)
{
    const struct cli_verb *verb;
    for (size_t i = 0; (verb = cli_verb_at(i)) != NULL; i++) {
        if (verb->verb[0] == '\0')
            continue;
        if (is_first_of_noun(i))
            buf_printf(out, "    %s) verbs='", verb->noun);
        buf_printf(out, "%s%s", verb->verb, is_last_of_noun(i) ? "' ;;\n" : " ");
    }
}

/* What may follow one option of a verb: its choices, or nothing of ours, and the shell offers files. */
static void bash_value(struct buf *out, const struct cli_verb *verb, const struct usage_option *option)
{
    if (option->value.length == 0)
        return;
    buf_add_c(out, "        ");
    add_name(out, verb);
    buf_printf(out, " --%.*s') words='", STR_ARG(option->name));
    if (is_choice(option->value))
        add_choices(out, option->value);
    buf_add_c(out, "' ;;\n");
}

static void bash_words(struct buf *out, const struct cli_verb *verb)
{
    struct usage usage;
    usage_read(verb, &usage);
    for (size_t i = 0; i < usage.option_count; i++)
        bash_value(out, verb, &usage.options[i]);
    buf_add_c(out, "        ");
    add_name(out, verb);
    buf_add_c(out, " '*) words='");
    for (size_t i = 0; i < usage.option_count; i++)
        buf_printf(out, "--%.*s ", STR_ARG(usage.options[i].name));
    for (size_t i = 0; i < usage.word_count; i++)
        if (is_choice(usage.words[i]))
            add_choices(out, usage.words[i]);
    buf_add_c(out, "' ;;\n");
}

static void write_bash(struct buf *out)
{
    const struct cli_verb *verb;
    buf_add_c(out, "# Completion for bash, printed by `violet completion bash`.\n"
                   "_violet() {\n"
                   "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
                   "    local verb=${COMP_WORDS[1]} verbs= words=\n"
                   "    case $verb in\n");
    bash_verbs(out);
    buf_add_c(out, "    esac\n    if ((COMP_CWORD == 1)); then\n        words='");
    add_nouns(out);
    buf_add_c(out, "--help --version'\n"
                   "    elif ((COMP_CWORD == 2)) && [[ -n $verbs ]]; then\n        words=$verbs\n    else\n"
                   "        [[ -n $verbs ]] && verb=\"$verb ${COMP_WORDS[2]}\"\n"
                   "        case \"$verb $prev\" in\n");
    for (size_t i = 0; (verb = cli_verb_at(i)) != NULL; i++)
        bash_words(out, verb);
    buf_add_c(out, "        esac\n    fi\n"
                   "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
                   "}\ncomplete -o default -F _violet violet\n");
}

/* Inside single quotes, where colons part one piece from the next. */
static void zsh_text(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == '\'')
            buf_add_c(out, "'\\'");
        else if (strchr(":[]\\", text.data[i]) != NULL)
            buf_add_char(out, '\\');
        buf_add_char(out, text.data[i]);
    }
}

static void zsh_pair(struct buf *out, const char *word, const char *help)
{
    buf_printf(out, "'%s:", word);
    zsh_text(out, str_from(help));
    buf_add_c(out, "' ");
}

static void zsh_nouns(struct buf *out)
{
    const struct cli_verb *verb;
    for (size_t i = 0; (verb = cli_verb_at(i)) != NULL; i++)
        if (is_first_of_noun(i))
            zsh_pair(out, verb->noun, verb->verb[0] == '\0' ? verb->help : verb->noun);
}

static void zsh_verbs(struct buf *out)
{
    const struct cli_verb *verb;
    for (size_t i = 0; (verb = cli_verb_at(i)) != NULL; i++) {
        if (verb->verb[0] == '\0')
            continue;
        if (is_first_of_noun(i))
            buf_printf(out, "%s) verbs=(", verb->noun);
        zsh_pair(out, verb->verb, verb->help);
        if (is_last_of_noun(i))
            buf_add_c(out, ") ;;\n");
    }
}

/* ":what it is:what to offer" */
static void zsh_value(struct buf *out, struct str value)
{
    buf_add_char(out, ':');
    zsh_text(out, value);
    buf_add_char(out, ':');
    if (is_choice(value)) {
        buf_add_char(out, '(');
        add_choices(out, value);
        buf_add_char(out, ')');
    } else {
        buf_add_c(out, usage_is_path(value) ? "_files" : " ");
    }
}

static void zsh_words(struct buf *out, const struct cli_verb *verb)
{
    struct usage usage;
    usage_read(verb, &usage);
    add_name(out, verb);
    buf_add_c(out, "') _arguments -S :");
    for (size_t i = 0; i < usage.option_count; i++) {
        const struct usage_option *option = &usage.options[i];
        buf_printf(out, " '--%.*s", STR_ARG(option->name));
        if (option->help != NULL) {
            buf_add_char(out, '[');
            zsh_text(out, str_from(option->help));
            buf_add_char(out, ']');
        }
        if (option->value.length != 0)
            zsh_value(out, option->value);
        buf_add_char(out, '\'');
    }
    for (size_t i = 0; i < usage.word_count; i++) {
        buf_printf(out, " '%zu", i + 1);
        zsh_value(out, usage.words[i]);
        buf_add_char(out, '\'');
    }
    buf_add_c(out, " ;;\n");
}

static void write_zsh(struct buf *out)
{
    const struct cli_verb *verb;
    buf_add_c(out, "#compdef violet\n# Completion for zsh, printed by `violet completion zsh`.\n"
                   "local -a nouns verbs\nlocal verb=$words[2]\nnouns=(");
    zsh_nouns(out);
    buf_add_c(out, ")\nif (( CURRENT == 2 )); then\n    _describe -t commands command nouns\n    return\nfi\n"
                   "case $verb in\n");
    zsh_verbs(out);
    buf_add_c(out, "esac\nif (( $#verbs )); then\n    if (( CURRENT == 3 )); then\n"
                   "        _describe -t commands command verbs\n        return\n    fi\n"
                   "    verb=\"$verb $words[3]\"\n    words=(violet \"${(@)words[4,-1]}\")\n"
                   "    (( CURRENT -= 2 ))\n"
                   "else\n    words=(violet \"${(@)words[3,-1]}\")\n    (( CURRENT -= 1 ))\nfi\n"
                   "case $verb in\n");
    for (size_t i = 0; (verb = cli_verb_at(i)) != NULL; i++)
        zsh_words(out, verb);
    buf_add_c(out, "esac\n");
}

enum err cmd_completion(struct cli *cli)
{
    struct str shell = str_from(cli->words[0]);
    if (str_is(shell, "bash"))
        write_bash(&cli->out);
    else if (str_is(shell, "zsh"))
        write_zsh(&cli->out);
    else
        return cli_fail(cli, ERR_USAGE, "give a shell: violet completion bash, violet completion zsh");
    return ERR_NONE;
}
