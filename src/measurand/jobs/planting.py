"""A canary in every example of a set, and in every candidate in reserve."""

from __future__ import annotations

from dataclasses import replace

from measurand.core.example import Example
from measurand.store.built_set import BuiltSet
from measurand.store.dataset import Dataset
from measurand.texts.canary import canary_line, canary_of

__all__ = ["CANARY", "PLANTED", "with_canary"]

CANARY = "canary"
"""Where it stands in an example: ``metadata.canary``."""
PLANTED = "canary planted"
"""The act of planting, which changes nothing that people work on."""


def with_canary(built: BuiltSet, digits: str) -> BuiltSet:
    """The set with a canary; what it asks and its fingerprint stay as they are.

    Args:
        built: The set.
        digits: The canary's digits.
    """
    line = canary_line(canary_of(digits))
    return replace(
        built,
        dataset=Dataset(tuple(_with(one, line) for one in built.dataset), built.dataset.notes),
        spare=tuple(replace(one, example=_with(one.example, line)) for one in built.spare),
    )


def _with(example: Example, line: str) -> Example:
    return replace(example, metadata={**example.metadata, CANARY: line})
