"""Source text: where the files are, and the lines that `list` shows."""

from __future__ import annotations

import os
import posixpath

from emu.debugger.errors import DebuggerError
from emu.debugger.lines import Lines, SourceFile

# The names that the C library's own debugging information has for its directory and for the compiler's: see
# toolchain.libc.
_LIBRARY_PREFIX, _COMPILER_PREFIX = "/uarea/", "/ziglang/"


class Sources:
    """Finds and keeps source files. `path` is searched like gdb's: `$cdir` is the directory of the compilation, `$cwd`
    the current one."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.path: list[str] = ["$cdir", "$cwd"]
        self._texts: dict[SourceFile, list[str] | None] = {}

    def add_directory(self, directory: str) -> None:
        """`directory DIR`: search it first."""
        full = os.path.abspath(os.path.expanduser(directory))
        self.path = [full, *(p for p in self.path if p != full)]
        self._texts.clear()

    def reset_directories(self) -> None:
        self.path = ["$cdir", "$cwd"]
        self._texts.clear()

    def find(self, file: SourceFile) -> str | None:
        """The path of a source file on this host, if it is here."""
        for candidate in self._candidates(file):
            if os.path.isfile(candidate):
                return candidate
        return None

    def _candidates(self, file: SourceFile) -> list[str]:
        found = []
        full = file.path
        if full.startswith(_LIBRARY_PREFIX):
            from toolchain.locate import ROOT

            found.append(os.path.join(ROOT, full[len(_LIBRARY_PREFIX) :]))
        elif full.startswith(_COMPILER_PREFIX):
            from toolchain.locate import zig_executable

            zig = zig_executable()
            if zig is not None:
                found.append(os.path.join(os.path.dirname(zig), full[len(_COMPILER_PREFIX) :]))
        for directory in self.path:
            if directory == "$cdir":
                found.append(full)
            elif directory == "$cwd":
                found += [os.path.join(os.getcwd(), file.name), os.path.join(os.getcwd(), posixpath.basename(full))]
            else:
                found += [os.path.join(directory, file.name), os.path.join(directory, posixpath.basename(full))]
        return found

    def text(self, file: SourceFile) -> list[str] | None:
        """The lines of a file, without their ends. None if it is not here."""
        if file not in self._texts:
            path = self.find(file)
            self._texts[file] = None
            if path is not None:
                try:
                    with open(path, encoding="utf-8", errors="replace") as stream:
                        self._texts[file] = stream.read().split("\n")
                except OSError:
                    pass
            text = self._texts[file]
            if text and not text[-1]:
                text.pop()
        return self._texts[file]

    def line(self, file: SourceFile, number: int) -> str | None:
        text = self.text(file)
        return text[number - 1] if text is not None and 0 < number <= len(text) else None

    def show(self, file: SourceFile, number: int) -> str:
        """A line with its number, as it is shown at a stop: the number and the name of the file if it is not here."""
        text = self.line(file, number)
        return f"{number}\tin {file.name}" if text is None else f"{number}\t{text}"

    def excerpt(self, file: SourceFile, first: int, last: int) -> list[str]:
        """Lines with their numbers. Raises DebuggerError if the file is not here or not so long."""
        text = self.text(file)
        if text is None:
            raise DebuggerError(f"{first}\tin {file.name}")
        if first > len(text):
            raise DebuggerError(f'Line number {first} out of range; "{file.name}" has {len(text)} lines.')
        return [f"{number}\t{text[number - 1]}" for number in range(max(first, 1), min(last, len(text)) + 1)]
