"""Names as programs give them: bytes, most of them UTF-8. The kernel has them as str, byte for byte all the same."""

from __future__ import annotations


def decode(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """What `decode` was given becomes the same bytes again; other text is UTF-8."""
    return text.encode("utf-8", "surrogateescape")
