"""Every verb: its help has an example, its options and words are judged, and the manual page and the completions
that are made of the same table hold it."""
import json
import os
import re
import shlex
import shutil
import subprocess

from tap import contains, equal, eventually, lacks, run, table, test
from violet import BINARY, Service


def violet(*words):
    return subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=20,
                          env={**os.environ, "VIOLET_CONFIG": "/nowhere/violet.ini"})


def usages():
    """Verb ("account create") and usage line of all that `violet --help` lists."""
    found = {}
    for line in violet("--help").stdout.splitlines():
        if line.startswith("  violet "):
            words = line.split()[1:]
            alone = len(words) == 1 or re.match(r"[\[A-Z-]|\w+\|", words[1])
            found[" ".join(words[:1 if alone else 2])] = line.strip()
    return found


VERBS = usages()
EACH = [(verb, verb, usage) for verb, usage in VERBS.items()]


@test
def there_are_verbs():
    if len(VERBS) < 20:
        raise AssertionError(f"{VERBS}")


@table(EACH)
def help_has_the_usage_and_an_example(verb, usage):
    done = violet(*verb.split(), "--help")
    equal((done.returncode, done.stderr), (0, ""))
    contains(done.stdout, usage)
    contains(re.search(r"example: (.*)", done.stdout)[1], f"violet {verb}")


@table(EACH)
def the_example_is_one_that_the_usage_allows(verb, usage):
    example = re.search(r"example: (.*)", violet(*verb.split(), "--help").stdout)[1]
    ours = re.split(r" [|>] ", example[example.index("violet"):])[0]
    for option in re.findall(r"--[\w-]+", ours):
        if option not in usage and option not in ("--json", "--config", "--data"):
            raise AssertionError(f"{option} is not in {usage!r}")
    shlex.split(example)


@table(EACH)
def an_option_that_is_none_is_told_with_the_nearest(verb, usage):
    done = violet(*verb.split(), "--jsin")
    equal(done.returncode, 2, done.stderr)
    contains(done.stderr, "Did you mean --json?")
    equal(done.stdout, "")


@table(EACH)
def an_option_given_twice_and_a_word_too_many_are_refused(verb, usage):
    for words, says in ((["--json", "--json"], "stands there twice"), (["word"] * 9, "one word too many")):
        done = violet(*verb.split(), *words)
        equal(done.returncode, 2, done.stderr)
        contains(done.stderr, says)


@table([(verb, verb, usage) for verb, usage in VERBS.items() if re.search(r"--[\w-]+ [A-Z]", usage)])
def an_option_without_its_value_is_refused(verb, usage):
    name = re.search(r"(--[\w-]+) [A-Z]", usage)[1]
    done = violet(*verb.split(), name)
    equal(done.returncode, 2, done.stderr)
    contains(done.stderr, f"{name} wants a value")


@test
def a_noun_without_its_verb_lists_the_verbs():
    done = violet("closure")
    equal(done.returncode, 2)
    contains(done.stderr, "list, show, approve, refuse")


@table([("violet", "violet", 1), ("violet.conf", "violet.conf", 5)])
def the_manual_page_is_clean_and_whole(page, section):
    text = violet("man", page).stdout
    plain = text.replace("\\-", "-").replace("\\e", "\\").replace("\\&", "")
    wanted = VERBS.values() if section == 1 else \
        re.findall(r"^\| `(\w+)`", open("docs/operate/configuration.md", encoding="utf-8").read(), re.M)
    for one in wanted:
        contains(plain, one)
    if shutil.which("mandoc"):
        said = subprocess.run(["mandoc", "-T", "lint", "-W", "warning"], input=text, capture_output=True,
                              text=True).stdout
        equal([line for line in said.splitlines() if "missing date" not in line], [])


BASH = """source /dev/stdin <<< "$SCRIPT"
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _violet; printf '%s\\n' "${COMPREPLY[@]}" """


def completed(*words):
    done = subprocess.run(["bash", "-c", BASH, "bash", "violet", *words], capture_output=True, text=True,
                          env={**os.environ, "SCRIPT": violet("completion", "bash").stdout})
    equal(done.stderr, "")
    return done.stdout.split()


@table([
    ("a noun", ("clo",), ["closure"]),
    ("its verbs", ("closure", ""), ["list", "show", "approve", "refuse"]),
    ("a verb alone", ("doc",), ["doctor"]),
    ("options", ("account", "create", "ann", "--la"), ["--language"]),
    ("choices", ("account", "create", "ann", "--language", ""), ["en", "zh-CN"]),
    ("choices, begun", ("staff", "create", "--role", "f"), ["finance"]),
    ("a word that is a choice", ("completion", "z"), ["zsh"]),
    ("a file: left to the shell", ("account", "create", "--password-file", ""), []),
])
def bash_completes(words, expected):
    equal(completed(*words), expected)


@table(EACH)
def bash_offers_every_option(verb, usage):
    offered = completed(*verb.split(), "--")
    for option in re.findall(r"--[\w-]+", usage):
        if option not in offered:
            raise AssertionError(f"{option} is not in {offered}")


@test
def zsh_takes_its_completion():
    script = violet("completion", "zsh").stdout
    for verb in VERBS:
        contains(script, f"\n'{verb}') _arguments")
    if shutil.which("zsh"):
        done = subprocess.run(["zsh", "-n"], input=script, capture_output=True, text=True)
        equal((done.returncode, done.stderr), (0, ""))


@test
def serve_says_json_on_stdout_and_words_on_stderr():
    made = Service().init()
    try:
        made.start()
        port = int(made.url.rsplit(":", 1)[1])
        eventually(lambda: f"violet serves on port {port}" in made.stderr(), 20, "the words")
        equal(oct((made.data / "control").stat().st_mode & 0o777), "0o600", "the control socket")
        made.stop()
        made.arguments.remove("--json")
        made.start(wait=False)
        end = made.process.stdout
        eventually(lambda: made.stderr().count("violet serves on port") == 2, 20, "the words")
        made.process.terminate()
        equal(end.read(), b"", "standard output without --json")
        made.process.wait(20)
        made.process = None
    finally:
        made.close()


@test
def data_as_json_is_json_and_nothing_else():
    made = Service().init()
    try:
        for words in (["account", "list"], ["closure", "list"], ["keyring", "status"], ["check"]):
            json.loads(made.run(*words, "--json").stdout)
        done = made.run("doctor", "--json")
        json.loads(done.stdout)
        lacks(done.stderr, "{")
    finally:
        made.close()


run()
