"""Views of a comparison: where the difference lies, what it costs, and what it hangs on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from measurand.analysis.measure import Measure
from measurand.analysis.pair import Pair
from measurand.analysis.result import Change, Result, Verdict
from measurand.analysis.views_bayes import posterior_findings
from measurand.analysis.views_changes import change_findings
from measurand.analysis.views_costs import cost_findings
from measurand.analysis.views_slices import slice_findings, worst_slices
from measurand.analysis.views_trials import trial_findings
from measurand.analysis.views_weights import weight_findings
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
    readings: tuple[str, ...] = ()


def views(measure: Measure, pairs: Sequence[Pair], scene: Scene) -> Views:
    """Every view of a comparison that its data allow.

    Slices and changed sides of every pair, quality against cost and time where outputs say what
    they took, other weightings where several dimensions count, trials where examples have several
    outputs, and posteriors where they are asked for.

    Args:
        measure: The scores of all examples, and how uncertainty is expressed.
        pairs: Overall and by dimension, of the examples that the headline is of.
        scene: What else there is.
    """
    slices, decided = slice_findings(measure, pairs, scene.options)
    shares, changes = change_findings(measure, pairs, scene)
    costs, front = cost_findings(measure, scene)
    weighed, steady, limits = weight_findings(measure, pairs, scene)
    believed = tuple(posterior_findings(measure, pairs)) if scene.options.bayes else ()
    return Views(
        results=(*slices, *shares, *costs, *weighed, *trial_findings(measure, scene), *believed),
        verdicts=(*front, *steady, *decided),
        limits=(*limits, *_limits(decided, front)),
        changes=changes,
        readings=tuple(worst_slices(slices, decided)),
    )


def _limits(slices: Sequence[Verdict], front: Sequence[Verdict]) -> Iterator[str]:
    if slices:
        yield (
            "Slices overlap and are many: of those of a pair in which something is said to be "
            "better by the overall score, at most the stated share is expected to be wrong, and "
            "of those by dimension likewise; of both together it may be more. The interval of a "
            "slice is of it alone."
        )
    if front:
        yield (
            "Quality against cost is of outputs that are not blocked, at the prices and on the "
            "machines of this run. Each example counts the same in it."
        )
