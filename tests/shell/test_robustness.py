"""The shell and input that nobody meant: it says what is wrong and exits, and does not die."""

from __future__ import annotations

import random

from tests.shell.guest import run_in_guest
from tests.shell.table import all_cases

PIECES = (
    *"'\"`$()\\;&|<>*?[]~=#%!{}\t\n\0\x7f\xff\x01",
    *(
        "$(",
        "${",
        "$((",
        "))",
        "<<E\n",
        "\nE\n",
        "<<-'E'\n",
        "&&",
        "||",
        ";;",
        ">&-",
        "<&0",
        "${x#",
        "${x:-",
        '"$@"',
        "$*",
    ),
    *(
        "if ",
        "then ",
        "else ",
        "fi\n",
        "do ",
        "done\n",
        "for i in ",
        "case x in ",
        "esac\n",
        "{ ",
        "! ",
        "f() ",
        "alias a=",
    ),
    *(
        "trap ",
        "eval ",
        "exec ",
        ". ",
        "set -",
        "local ",
        "read ",
        "unset ",
        "shift ",
        "printf '%",
        "test ",
        "cd ",
        "command ",
    ),
)
# These wait for something, go on for ever or end the shell by a signal, and rightly so.
UNFIT = ("while", "until", "kill", "mkfifo", "yes", "sleep", "f() { f", "&1", "-1")
SYNTAX_ERROR = 2


def mutants(count: int, seed: int) -> list[bytes]:
    """Snippets with some of their text lost, moved, doubled, exchanged or added."""
    rng = random.Random(seed)
    snippets = [case.snippet for case in all_cases()]
    made = []
    while len(made) < count:
        text = rng.choice(snippets)
        for _ in range(rng.randint(1, 5)):
            at, other = rng.randint(0, len(text)), rng.choice(snippets)
            start = rng.randint(0, len(other))
            text = rng.choice((
                text[:at] + text[at + rng.randint(1, 6) :],
                text[:at] + rng.choice(PIECES) + text[at:],
                text[:at] + other[start : start + rng.randint(1, 40)] + text[at:],
                text[:at] + chr(rng.randint(0, 255)) + text[at + 1 :],
            ))  # fmt: skip
        made.append(text.encode("latin-1"))
    return made


def test_parsing_anything() -> None:
    scripts = mutants(300, seed=1)
    for script, result in zip(scripts, run_in_guest(scripts, "ulimit -t 5", "-n"), strict=True):
        assert result.status in (0, SYNTAX_ERROR), script
        assert result.complains == (result.status != 0), script
        assert result.out == b"", script


def test_running_anything() -> None:
    scripts = [script for script in mutants(300, seed=2) if not any(word.encode() in script for word in UNFIT)]
    assert len(scripts) > 150
    limits = "ulimit -t 5; ulimit -f 100; exec >/dev/null"
    for script, result in zip(scripts, run_in_guest(scripts, limits), strict=True):
        assert result.status <= 128 or b"exit" in script or b"return" in script, (result.status, script)


def nested(opening: str, depth: int, inside: str = "", closing: str = "") -> bytes:
    return f"{opening * depth}{inside}{closing * depth}\n".encode()


def test_nesting_without_end() -> None:
    scripts = [
        nested("(", 20000),
        nested("{ ", 20000),
        nested("if ", 20000),
        nested("$(", 5000),
        b"echo " + nested("${x:-", 20000),
        b"echo " + nested('"${x:-', 20000, "", '}"'),
        b"echo $((" + nested("(", 20000, "1", ")"),
        b"echo $((" + nested("- ", 20000, "1") + b"))",
        b"test " + nested("\\( ", 5000, "a", " \\)"),
        b"f() { f; }; f",
        b"f() { eval f; }; f",
        b'f() { x=$1 f "$1$1"; }; f',
        b"echo '. ./s' >s; . ./s",
        b"trap 'exit' EXIT; f() { f; }; f",
    ]
    results = run_in_guest(scripts)
    for script, result in zip(scripts, results, strict=True):
        # Some of it the shell can do; then it must.
        assert result.status in (0, 1, SYNTAX_ERROR), (result, script[:60])
        assert result.complains == (result.status != 0), (result, script[:60])
    assert sum(result.complains for result in results) > 10


def test_long_inputs() -> None:
    scripts = [
        b"x=" + b"a" * 100000 + b"; echo ${#x}",
        b"true" + b"; true" * 5000 + b"; echo $?",
        b"case " + b"a" * 2000 + b" in " + b"*a" * 200 + b"b) echo yes;; *) echo no;; esac",
        b"set -- " + b"a " * 20000 + b"; echo $#",
        b"cat <<E | wc -c\n" + b"a line of some length\n" * 3000 + b"E\n",
        b"echo " + b"! " * 3000,
    ]
    outputs = [result.out.split()[-1] for result in run_in_guest(scripts)]
    assert outputs == [b"100000", b"0", b"no", b"20000", b"66000", b"!"]


def test_memory_running_out_is_reported() -> None:
    scripts = [
        b"x=aaaaaaaaaaaaaaaa; while :; do x=$x$x; done",
        b'set -- a; while :; do set -- "$@" "$@"; done',
        b'x=; while :; do x="$x (echo"; y=$x$x$x$x; eval ": \'$y$y$y$y\'"; x=$y; done',
    ]
    for result in run_in_guest(scripts, "ulimit -v 12000"):
        assert result.status == 2 and result.complains


def test_descriptors_do_not_leak() -> None:
    script = rb"""
ulimit -n 30
i=0
while [ $i -lt 100 ]; do
	i=$((i + 1))
	x=$(echo a | cat) y=`echo b`
	{ echo out; } >f 3>&1 4<f 5>&- 2>/dev/null
	read line <f
	command eval 'if' 2>/dev/null
	command . ./nowhere 2>/dev/null
	command eval 'echo lost >/nowhere/at/all' 2>/dev/null
	{ :; } </nowhere 2>/dev/null
	: | : | :
	echo "$i" | while read n; do :; done
	cat <<E >/dev/null
$x$y
E
	for j in *; do :; done
done
echo $i
"""
    (result,) = run_in_guest([script])
    assert (result.status, result.out) == (0, b"100\n")
