"""What people may be called."""

from __future__ import annotations

import pytest

from measurand.core.people import LONGEST_NAME, name_fault


@pytest.mark.parametrize(
    "name", ["Ann", "Zoë =1", "a b", "\u05d0\u05d1", "\ufffd", "x" * LONGEST_NAME]
)
def test_names_that_can_be_seen(name: str) -> None:
    assert name_fault(name) is None


@pytest.mark.parametrize(
    "name", ["", " ", "Ann ", "\tAnn", "a\0b", "a\nb", "a\u200bb", "\u202eAnn", "a\ud83d", "a\x1bb"]
)
def test_names_that_cannot_be_seen_are_refused_with_what_was_found(name: str) -> None:
    fault = name_fault(name)
    assert fault is not None
    assert fault.startswith(f"found the name {name!r}; allowed: up to 100 characters")
    fault.encode()


def test_a_name_that_is_too_long_is_shortened_in_the_message() -> None:
    fault = name_fault("x" * 2_000_000)
    assert fault is not None
    assert len(fault) < 200
