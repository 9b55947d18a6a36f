"""The link step: lld, and the shape of a program.

    0x10000  headers, .note.netbsd.ident, .rodata     R
             .text                                    R X
             .tdata .init_array .data .bss            R W

Each segment starts on a page of its own, in memory and in the file, so no page needs two protections and
the kernel can map file pages as they are. Unused sections are dropped, the heap starts at `end`.
"""

from collections.abc import Sequence

from toolchain.compilers import require_zig
from toolchain.libc import CLibrary

# Where NetBSD/riscv programs start too.
IMAGE_BASE = 0x10000

_LAYOUT_FLAGS = (
    "-m",
    "elf64lriscv",
    "-static",
    f"--image-base={IMAGE_BASE:#x}",
    "-z",
    "separate-loadable-segments",
    "-z",
    "max-page-size=4096",
    "-z",
    "noexecstack",
    "-z",
    "norelro",
    "--gc-sections",
    "--discard-locals",
    "--no-eh-frame-hdr",
    "--build-id=none",
    "-e",
    "__start",
)


def link_command(
    items: Sequence[str],
    output: str,
    library: CLibrary | None,
    *,
    startup: bool = True,
    libraries: bool = True,
) -> list[str]:
    """The linker's command line. `items` are objects, archives and linker flags, in the user's order.

    `startup` and `libraries` are what -nostartfiles and -nodefaultlibs turn off; `library` may be None
    only if both are off.
    """
    command = [require_zig(), "ld.lld", *_LAYOUT_FLAGS, "-o", output]
    if library is not None and startup:
        command.append(str(library.startup))
    command += items
    if library is not None and libraries:
        # The runtime comes last: it has spare copies of memcpy and friends that must not win.
        command += [str(library.archive), str(library.runtime)]
    return command
