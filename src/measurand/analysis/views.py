"""Views of a comparison: where the difference lies, what it costs, and what it hangs on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from measurand.analysis.comparison_verdicts import Pair
from measurand.analysis.measure import Measure
from measurand.analysis.result import Change, Result, Verdict
from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.rating import Ratings
from measurand.core.rubric import Rubric

if TYPE_CHECKING:
    from measurand.analysis.comparison import ComparisonOptions

__all__ = ["Scene", "Views", "views"]


@dataclass(frozen=True, slots=True)
class Scene:
    """What a view may look at besides scores.

    Args:
        table: All ratings.
        rubric: Dimensions, scales, weights.
        examples: What is known of the examples, by id.
        outputs: What was rated, where it is known.
        options: How systems are compared.
    """

    table: Ratings
    rubric: Rubric
    examples: Mapping[str, Example]
    outputs: Sequence[Output]
    options: ComparisonOptions


@dataclass(frozen=True, slots=True)
class Views:
    """What the views found, to be added to a comparison's findings."""

    results: tuple[Result, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    limits: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()


def views(measure: Measure, pairs: Sequence[Pair], scene: Scene) -> Views:  # noqa: ARG001
    """Every view of a comparison that its data allow."""
    return Views()
