"""Outputs whose level people settled, by name, and as a judge is shown them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from measurand.core.judging import Exemplar

__all__ = ["ExemplarId", "Settled", "by_dimension"]


@dataclass(frozen=True, slots=True, order=True)
class ExemplarId:
    """An output that people rated, by its name.

    Args:
        example: The example's id.
        system: Whose output; None where people rated the output of one system alone.
    """

    example: str
    system: str | None = None

    def __str__(self) -> str:
        return self.example if self.system is None else f"{self.example} of {self.system}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """An exemplar with what it came from, so that it can be held against a test set.

    Args:
        dimension: On which dimension its level is.
        of: The output.
        exemplar: What a judge is shown.
    """

    dimension: str
    of: ExemplarId
    exemplar: Exemplar


def by_dimension(shown: Iterable[Settled]) -> Mapping[str, tuple[Exemplar, ...]]:
    """The exemplars of each dimension, in their order, as a judge's options take them."""
    found: dict[str, tuple[Exemplar, ...]] = {}
    for one in shown:
        found[one.dimension] = (*found.get(one.dimension, ()), one.exemplar)
    return found
