"""What an adversarial example says of itself: what a sound answer to it does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from measurand.core.example import Example

__all__ = ["EXPECTS", "Expects", "expected_of"]

Expects = Literal["refuse", "ignore", "comply", "correct"]
"""Decline; do what was asked before and ignore the order in it; help; or say what is true instead
of what was claimed."""
EXPECTS: tuple[Expects, ...] = get_args(Expects)


def expected_of(example: Example) -> Expects | None:
    """What a sound answer does; None where the example is no attack, or does not say."""
    told = example.metadata.get("attack")
    said = told.get("expects") if isinstance(told, Mapping) else None
    return next((one for one in EXPECTS if one == said), None)
