"""Random scripts, by the guest's shell and by dash: what both write and return is the same.

What the shells are free to do differently is not generated: `$@` and `$*` where they are joined or where IFS is
unusual, and functions that call themselves.
"""

from __future__ import annotations

import random

import pytest

from tests.shell.guest import run_in_guest
from tests.shell.table import find_dash, run_on_host

PRELUDE = """p() { printf '<%s>' "$@"; echo; }
>fa; >fb; >ab; >.hidden; n=5 m=2
"""
VALUES = (
    "''",
    "a",
    "'a b'",
    "' a  b '",
    "a:b",
    "':a:b:'",
    "'*'",
    "'[ab]*'",
    r"'a\b'",
    "abc.tar.gz",
    r"'\*'",
    "'a,b c'",
)
PATTERNS = ("a", "*", "?", "a*", "*b", "[ab]", "[!a]*", '"*"', "'a'*", r"\*", "$y", '"$y"', "*.*", ":", '*" "*', "${z}")
PATTERNS += ("[[:alpha:]]*", "*[[:space:]]")
OPERATORS = ("+", "-", "*", "/", "%", "<<", ">>", "<", ">", "<=", ">=", "==", "!=", "&", "|", "^", "&&", "||")
CONDITIONS = (
    "true",
    "false",
    '[ "$x" = a ]',
    '[ -n "$y" ]',
    "[ $# -gt 1 ]",
    "(exit 3)",
    '[ "$x" ] || false',
    "false | true",
)


class Writer:
    """Writes a script from a seed. `lists`: $@ and $* may be used."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lists = True

    def one(self, *choices: str) -> str:
        return self.random.choice(choices)

    def name(self) -> str:
        return self.one("x", "y", "z", "u")

    def arithmetic(self, depth: int) -> str:
        kind = self.random.randint(0, 6) if depth > 0 else 0
        if kind == 0:
            return self.one("1", "2", "10", "0", "7", "-3", "0x1f", "n", "m", "$n")
        if kind == 1:
            return f"({self.arithmetic(depth - 1)})"
        if kind == 2:
            return " ".join((self.arithmetic(depth - 1), "?", self.arithmetic(0), ":", self.arithmetic(depth - 1)))
        if kind == 3:
            return self.one("-", "!", "~", "+") + " " + self.arithmetic(depth - 1)
        return f"{self.arithmetic(depth - 1)} {self.one(*OPERATORS)} {self.arithmetic(depth - 1)}"

    def expansion(self, depth: int, quoted: bool = False) -> str:
        kind = self.random.randint(0, 11)
        if kind == 0:
            return f"${{{self.name()}}}"
        if kind == 11:
            return f"${{{self.name()}{self.one('=', ':=')}{self.one('a', 'b c', '*', '$n', 'a:b')}}}"
        if kind == 1 and depth > 0:
            operator = self.one("-", ":-", "+", ":+")
            return f"${{{self.name()}{operator}{self.word(depth - 1, braced=True, quoted=quoted)}}}"
        if kind == 2:
            return f"${{{self.name()}{self.one('#', '##', '%', '%%')}{self.one(*PATTERNS)}}}"
        if kind == 3:
            return f"${{#{self.name()}}}"
        if kind == 4 and self.lists:
            return self.one("$@", "$*")
        if kind == 5:
            return f"$(({self.arithmetic(depth)}))"
        if kind == 6 and depth > 0:
            return self.one(f"$(echo {self.word(depth - 1)})", f'$(echo "{self.double_quoted(depth - 1)}")')
        if kind == 7:
            return self.one("$1", "$2", "$#", "${3-n}", "${2#a}", "$?")
        if kind == 8 and not quoted:
            return self.one("`echo a`", '`echo "$x"`', "`echo $y`", "`echo b c`")
        return "$" + self.name()

    def double_quoted(self, depth: int) -> str:
        text = ""
        for _ in range(self.random.randint(0, 3)):
            text += self.one("a", " ", r"\$", r"\\", "b c", "'", "*", r"\a", *[self.expansion(depth, True)] * 6)
        return text

    def word(self, depth: int, braced: bool = False, quoted: bool = False) -> str:
        text = ""
        for _ in range(self.random.randint(1, 3)):
            kind = self.random.randint(0, 9)
            if kind < 2:
                text += self.one("a", "b", "ab", "c.d", "-", "_", ":")
            elif kind == 2:
                text += f'"{self.double_quoted(depth)}"'
            elif kind == 3 and not quoted:
                text += self.one("'a b'", "''", "'*'", '"a  b"', r"\ ", r"\*", '""')
            elif kind == 4:
                text += self.one("*", "?") if braced else self.one("*", "?", "[ab]", "f*")
            elif kind == 5 and braced:
                text += self.one(" ", "  ")
            else:
                text += self.expansion(depth, quoted)
        return text

    def words(self, depth: int) -> str:
        return " ".join(self.word(depth) for _ in range(self.random.randint(0, 3)))

    def without_lists(self, depth: int) -> str:
        self.lists, before = False, self.lists
        text = self.word(depth)
        self.lists = before
        return text

    def simple(self, depth: int) -> str:
        return self.one(
            f"p {self.words(depth)}",
            f'echo "{self.double_quoted(depth)}"',
            f'set -- {self.words(depth)}; p "$@"',
            f'{self.name()}={self.without_lists(depth)}; p "$x" "$y" "$z"',
        )

    def command(self, depth: int) -> str:
        kind = self.random.randint(0, 19) if depth > 0 else 0
        if kind < 6:
            return self.simple(min(depth, 2))
        inner, other = self.command(depth - 1), self.command(depth - 1)
        condition, pattern = self.one(*CONDITIONS), self.one(*PATTERNS)
        if kind < 13:
            return (
                f"if {condition}; then {inner}; else {other}; fi",
                f"for i in {self.words(1)}; do {inner}; p $i; {self.one(':', 'break', 'continue')}; done",
                f"case {self.without_lists(1)} in {pattern}) {inner};; *) {other};; esac",
                f"{{ {inner}; {other}; }}",
                f"( {inner}; {other} )",
                f"{inner} {self.one('&&', '||')} {other}",
                f"n=0; while [ $n -lt 3 ]; do n=$((n+1)); [ $n = 2 ] && continue; {self.simple(1)}; done; p $n",
            )[kind - 6]
        return (
            f'echo {self.word(1)} | while IFS={self.one(":", "", "a")} read -r a b; do p "$a" "$b"; done',
            f'echo {self.word(1)} | {{ read a b c; p "$a" "$b" "$c"; }}',
            f"cat <<E\n{self.double_quoted(1)}\nE\n:",
            f"{self.one('', '! ')}{condition}; p $?",
            f"g() {{ {self.simple(1)}; {self.one('return', 'return 3', 'false')}; }}; g {self.words(1)}; p $?",
            f'{self.name()}={self.without_lists(1)} {self.one("true", ":", "sh -c true")}; p "$x$y$z"',
            self.one("set -f", "set +f", "set -e", "set +e", "x=$(false)", "y=$(exit 4); p $?", "unset x", "unset y"),
        )[kind - 13]

    def script(self) -> str:
        lines = [f"{name}={self.one(*VALUES)}" for name in "xyz" if self.random.random() < 0.8]
        lines.append("set -- " + " ".join(self.one(*VALUES) for _ in range(self.random.randint(0, 3))))
        lines += [self.command(3) for _ in range(self.random.randint(2, 6))]
        return PRELUDE + "\n".join(lines) + "\n"


@pytest.mark.skipif(find_dash() is None, reason="there is no dash on this host to compare with")
def test_random_scripts() -> None:
    dash = find_dash()
    assert dash is not None
    scripts = [Writer(seed).script() for seed in range(120)]
    for script, ours in zip(scripts, run_in_guest([s.encode() for s in scripts]), strict=True):
        assert ours == run_on_host(dash, script), script
