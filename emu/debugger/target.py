"""What the symbol half of the debugger needs of a stopped program."""

from __future__ import annotations

from typing import Protocol


class MemoryFault(Exception):
    """An address that is not mapped."""

    def __init__(self, address: int) -> None:
        super().__init__(f"Cannot access memory at address {address:#x}")
        self.address = address


class Target(Protocol):
    """Memory and registers of one LWP. Registers are x0 to x31, and pc as number 32."""

    def read(self, address: int, size: int) -> bytes:
        """Raises MemoryFault."""
        ...

    def write(self, address: int, data: bytes) -> None:
        """Stores as a debugger may: also to read-only pages, which are copied first. Raises MemoryFault."""
        ...

    def register(self, n: int) -> int: ...

    def set_register(self, n: int, value: int) -> None: ...

    def fregister(self, n: int) -> int:
        """f0 to f31 as raw bits; 32 is fcsr."""
        ...

    def set_fregister(self, n: int, value: int) -> None: ...
