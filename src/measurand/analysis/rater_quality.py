"""How well does each person rate?

Numbers and decisions about people. Nothing here removes anybody: `exclusion` shows what would
change without a rater whom somebody has decided to leave out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from measurand.analysis.rater_context import rater_context
from measurand.analysis.rater_measures import RaterMeasures
from measurand.analysis.rater_tables import Output, PeopleTable, people_table
from measurand.analysis.rater_verdicts import QUALIFICATION, RaterQualityOptions, rater_verdicts
from measurand.analysis.result import Findings, Verdict
from measurand.core.example import Example
from measurand.core.rating import Ratings
from measurand.core.scale import Scale
from measurand.stats.estimate import Estimate

__all__ = [
    "QUALIFICATION",
    "Output",
    "RaterQualityOptions",
    "RaterSummary",
    "rater_quality",
    "rater_summaries",
]

_FEWEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RaterSummary:
    """One person in a line, for a page that shows how a round stands.

    Args:
        rater: Who.
        golden: How often the rater said what counts as right: of grades on five levels or more,
            what is within one level of it.
        self_agreement: How often the rater said the same of an output seen again.
        agreement: How far the ratings move with the others'.
        seconds: The median time spent on an output.
        qualification: ``qualified``, ``not yet`` or ``failed``.
        verdicts: Every decision about the rater.
    """

    rater: str
    golden: Estimate
    self_agreement: Estimate
    agreement: Estimate
    seconds: Estimate
    qualification: str
    verdicts: tuple[Verdict, ...]

    @property
    def flags(self) -> tuple[str, ...]:
        """Why somebody should look at this rater's work, in sentences; empty where nothing is."""
        return tuple(v.reason for v in self.verdicts if v.outcome == "fail")


def rater_quality(
    ratings: Ratings,
    scales: Mapping[str, Scale],
    *,
    examples: Mapping[str, Example] | None = None,
    options: RaterQualityOptions | None = None,
) -> Findings:
    """Each person against what is right, against themselves, and against the others.

    Args:
        ratings: The table, with golden and routed outputs and with repeats. Checks, judges and
            adjudicated ratings in it are passed over.
        scales: The scale of every dimension.
        examples: Clusters of the examples, where known.
        options: Levels, bounds, and the order in which outputs were rated.

    Returns:
        Per person and dimension: golden_accuracy, golden_accuracy_within_one, self_agreement,
        self_kappa, severity (points by which the rater is stricter than the median rater),
        rater_accuracy, agreement_with_others, variety. Per person over all dimensions:
        golden_accuracy, golden_passed (within one level on scales of five levels or more: what
        qualification counts), self_agreement, agreement_with_others, variety,
        same_on_all_dimensions, cannot_judge, rater_seconds, fast_share. Per person the verdicts
        qualification, attention, variety, pace and severity, of which none removes anybody.

    Raises:
        KeyError: A dimension has no scale.
    """
    chosen = options or RaterQualityOptions()
    table = people_table(ratings, scales, examples or {})
    context = rater_context(table, chosen.words, level=chosen.level)
    raters = [
        RaterMeasures(
            table=table,
            rater=place,
            context=context,
            level=chosen.level,
            shares=(chosen.least_agreement, chosen.least_variety),
        )
        for place in range(len(table.raters))
    ]
    return Findings(
        results=tuple(result for rater in raters for result in rater.results()),
        verdicts=rater_verdicts(raters, chosen),
        limits=tuple(_limits(table, chosen)),
    )


def rater_summaries(findings: Findings) -> tuple[RaterSummary, ...]:
    """One line a person from what `rater_quality` found, in its order."""
    pooled = {(r.raters, r.name): r.estimate for r in findings.results if r.dimension is None}
    names = dict.fromkeys(r.raters for r in findings.results if len(r.raters) == 1)
    return tuple(_summary(raters, pooled, findings) for raters in names)


def _summary(
    raters: tuple[str, ...],
    pooled: Mapping[tuple[tuple[str, ...], str], Estimate],
    findings: Findings,
) -> RaterSummary:
    verdicts = tuple(v for v in findings.verdicts if v.raters == raters)
    outcome = next((v.outcome for v in verdicts if v.name == "qualification"), "inconclusive")
    return RaterSummary(
        rater=raters[0],
        golden=pooled[raters, "golden_passed"],
        self_agreement=pooled[raters, "self_agreement"],
        agreement=pooled[raters, "agreement_with_others"],
        seconds=pooled[raters, "rater_seconds"],
        qualification=QUALIFICATION[outcome],
        verdicts=verdicts,
    )


def _limits(table: PeopleTable, options: RaterQualityOptions) -> Iterator[str]:
    if not table.raters:
        yield "Nobody rated: there is nothing to say about raters."
        return
    yield (
        "A decision about a rater is a reason to look and to talk; it leaves nobody's ratings "
        "out. Of each kind (attention, variety, pace, severity) the chance that anybody is failed "
        f"who is no worse than its bound is at most {options.alpha:.0%} over all raters, each time "
        "it is looked at; of qualification it holds for each rater by itself."
    )
    if len(table.raters) < _FEWEST:
        yield (
            "With fewer than three raters nobody can tell who of them is careless, only that "
            "they differ."
        )
    else:
        yield (
            "Raters are held against each other: an error that most of them share is not seen. "
            "Only golden outputs show it."
        )
    if any(len(d.right[d.right == d.right]) for d in table.dimensions):
        yield _golden_limit(table, options)
    else:
        yield "No output has a known right rating: nobody can be qualified."
    if table.conflicting:
        yield (
            f"On {table.conflicting:,} ratings that count as right, references contradict each "
            "other; they count for nobody."
        )
    if any(d.graded for d in table.dimensions):
        yield (
            "One-coin accuracy takes grades as labels: one level off is as wrong as four, and "
            "errors to the next level look like agreement to the model."
        )


def _golden_limit(table: PeopleTable, options: RaterQualityOptions) -> str:
    if len(table.dimensions) == 1:
        return "Qualification rests on the golden outputs being as hard as the others."
    return (
        "Qualification takes golden ratings of one output on several dimensions to correlate "
        f"{options.golden_correlation:g}; where they do more, it errs more often than it says."
    )
