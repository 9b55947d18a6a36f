"""profil(2), and what fork makes of it."""

from __future__ import annotations

from tests.conftest import RunGuest, pass_or_explain


def test_profil(run_guest: RunGuest) -> None:
    """The children count into the shared buffer; and the kernel's count of profiled processes goes wrong, as
    NetBSD's does (quirk Q4): each forked child takes one away that it never added."""
    outcome = run_guest("tests/guest/prof/profil.c")
    pass_or_explain(outcome)
    assert outcome.kernel.profprocs == -2
