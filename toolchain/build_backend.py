"""The build backend: setuptools, and the things in a wheel that need a compiler to make.

A wheel carries the native part of the machine for every usual host, the C library, crt0.o and the compiler's runtime,
so that its users need no compiler to run programs. An editable install builds them lazily instead, and so
does not ask for ziglang, which is large.
"""

import tomllib
from pathlib import Path
from typing import Any

from setuptools import build_meta
from setuptools.build_meta import *  # noqa: F403  (the hooks that need nothing more)
from setuptools.command.build_py import build_py

_PROJECT = Path("pyproject.toml")  # a backend runs in the project's directory


def get_requires_for_build_wheel(config_settings: Any = None) -> list[str]:
    """What building a wheel needs besides setuptools: the toolchain, as the project itself names it."""
    project = tomllib.loads(_PROJECT.read_text())["project"]
    toolchain: list[str] = project["optional-dependencies"]["toolchain"]
    return [*build_meta.get_requires_for_build_wheel(config_settings), *toolchain]


class BuildPy(build_py):
    """Copies the packages, then adds the prebuilt files to the copy."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            self._import_prebuilt()(Path(self.build_lib))

    @staticmethod
    def _import_prebuilt() -> Any:
        import sys

        sys.path.insert(0, str(Path.cwd()))
        from toolchain.prebuilt import build_all_prebuilt

        return build_all_prebuilt
