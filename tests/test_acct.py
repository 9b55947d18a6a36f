"""Process accounting."""

from __future__ import annotations

from kernel.acct import encode_comp
from tests.conftest import RunGuest, pass_or_explain


def test_acct(run_guest: RunGuest) -> None:
    pass_or_explain(run_guest("tests/guest/acct/acct.c"))


def test_comp() -> None:
    """A 3-bit exponent of 8 and a 13-bit fraction: exact while it fits, then rounded, never above what fits."""
    assert [encode_comp(n) for n in (0, 1, 8191)] == [0, 1, 8191]
    assert encode_comp(8192) == 1 << 13 | 1024
    for value in (10_000, 123_456, 10**6, 10**9, 8191 * 8**7):
        code = encode_comp(value)
        decoded = (code & 0x1FFF) * 8 ** (code >> 13)
        assert abs(decoded - value) <= value / 1024
    assert encode_comp(1 << 60) == 0xFFFF
