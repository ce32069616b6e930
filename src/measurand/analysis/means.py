"""The mean of every system: by people or checks as it is, by a judge corrected or as an opinion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from measurand.analysis.composition import drawn_strata, sampled
from measurand.analysis.correction import LEAST_LABELS, as_opinion, correct, sample_of
from measurand.analysis.matrix import Codes, Floats
from measurand.analysis.measure import (
    NOTHING_TO_WEIGH,
    OVERALL,
    Measure,
    as_naive,
    on_scale,
    overall_means,
)
from measurand.analysis.result import Result
from measurand.analysis.score import Scores
from measurand.core.example import COMPONENTS
from measurand.core.scale import UNIT, Scale
from measurand.errors import InsufficientData
from measurand.stats.estimate import Estimate
from measurand.stats.judged import JudgedSample
from measurand.stats.poststrata import Strata
from measurand.stats.ppi import linear_ppi

__all__ = ["means"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    """The headline's examples, a component of all, or a segment of the headline's.

    Args:
        scores: Of the examples.
        component: Which, where it is one.
        segment: Which, where it is one.
        strata: The segments to whose traffic it is re-weighted, or the strata that it was drawn
            from.
    """

    scores: Scores
    component: str | None = None
    segment: str | None = None
    strata: Strata | None = None

    @property
    def whole(self) -> bool:
        return self.component is None and self.segment is None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """The scores of one system within a cell: overall, or on one dimension.

    Args:
        name: ``overall``, or the dimension.
        scale: Of the values; the unit interval overall.
        values: Shape (examples,).
        labels: The same by people, where a judge scores; NaN where they said nothing.
        judged: Whether a judge scores.
        clusters: Shape (examples,); None where no two examples share one.
        strata: Of the examples, where the mean is re-weighted.
    """

    name: str
    scale: Scale
    values: Floats
    labels: Floats
    judged: bool
    clusters: Codes | None
    strata: Strata | None = None


def means(measure: Measure) -> Iterator[Result]:
    """The mean of every system: overall and by dimension; in all, by component, by segment.

    In all is of the headline's examples, and segments are parts of these; components are of
    whatever examples are of them (core of those that were drawn, where any was), and
    ``mean_of_all`` is overall and of every example, where the headline is of a part.

    A judge's mean is corrected by what people said of a part of the outputs, and what the judge
    says of all examples by itself stands beside it as ``judge_mean_raw``. Where people said too
    little the mean is the judge's opinion, and is called that.
    """
    booted = overall_means(measure, measure.head.overall)
    for cell in _cells(measure):
        overall_labels = cell.scores.overall_labels
        for place, system in enumerate(cell.scores.systems):
            stamp = partial(
                Result, systems=(system,), component=cell.component, segment=cell.segment
            )
            for column in _columns(cell, overall_labels, place=place):
                known = booted[place] if cell.whole and column.name == OVERALL else None
                for name, estimate in _estimates(measure, column, whole=cell.whole, booted=known):
                    yield stamp(name=name, estimate=estimate, dimension=column.name)
    yield from _of_all(measure)


def _of_all(measure: Measure) -> Iterator[Result]:
    """The overall mean over all pools, where the headline is of a part of them."""
    if measure.population is None or measure.population.rows.all():
        return
    cell = _Cell(scores=measure.scores)
    labels = cell.scores.overall_labels
    for place, system in enumerate(cell.scores.systems):
        column = next(_columns(cell, labels, place=place))
        estimate = _published(_raw(measure, column), _corrected(measure, column), column)
        yield Result(name="mean_of_all", estimate=estimate, dimension=OVERALL, systems=(system,))


def _columns(cell: _Cell, overall_labels: Floats, *, place: int) -> Iterator[_Column]:
    scores = cell.scores
    clusters = scores.clusters if scores.clustered else None
    yield _Column(
        name=OVERALL,
        scale=UNIT,
        values=scores.overall[:, place],
        labels=overall_labels[:, place],
        judged=bool(scores.overall_judged[place]),
        clusters=clusters,
        strata=cell.strata,
    )
    for layer, dimension in enumerate(scores.dimensions):
        yield _Column(
            name=dimension.name,
            scale=dimension.scale,
            values=scores.values[:, place, layer],
            labels=scores.labels[:, place, layer],
            judged=bool(scores.judged[layer]),
            clusters=clusters,
            strata=cell.strata,
        )


def _estimates(
    measure: Measure, column: _Column, *, whole: bool, booted: Estimate | None
) -> Iterator[tuple[str, Estimate]]:
    """The mean; a corrected judge's own beside it; both without clusters where there are any."""
    raw = on_scale(_raw(measure, column) if booted is None else booted, column.scale)
    corrected = _corrected(measure, column)
    yield "mean", _published(raw, corrected, column)
    if whole and corrected.present:
        yield "judge_mean_raw", as_opinion(raw)
    if whole and column.clusters is not None:
        alone = replace(column, clusters=None)
        raw = on_scale(_raw(measure, alone), alone.scale)
        yield "mean", as_naive(_published(raw, _corrected(measure, alone), alone))


def _published(raw: Estimate, corrected: Estimate, column: _Column) -> Estimate:
    if not column.judged:
        return raw
    if corrected.present:
        return corrected
    told = as_opinion(raw)
    if raw.present and corrected.reason:
        told = replace(told, reason=f"{told.reason}; {corrected.reason}")
    return told


def _raw(measure: Measure, column: _Column) -> Estimate:
    """The mean of the scores as they are, by formula."""
    weighed = any(dimension.scale.bounded for dimension in measure.scores.dimensions)
    if column.name == OVERALL and not weighed:
        return Estimate.absent(NOTHING_TO_WEIGH, n=0, method="mean", level=measure.level)
    return measure.mean(
        column.values, scale=column.scale, clusters=column.clusters, strata=column.strata
    )


def _corrected(measure: Measure, column: _Column) -> Estimate:
    """The corrected mean, told on its scale; absent where there is nothing to correct by."""
    both = ~np.isnan(column.values) & ~np.isnan(column.labels)
    n = int(both.sum())
    reason = "no person rated any of these outputs"
    if column.judged and n:
        try:
            sample = sample_of(column.values, column.labels, column.clusters)
            if column.strata is not None:
                return on_scale(_re_weighted(measure, column, sample), column.scale)
            found = correct(sample, scale=column.scale, level=measure.level, seed=measure.seed)
            return on_scale(found.estimate, column.scale)
        except InsufficientData as problem:
            reason = str(problem)
    return Estimate.absent(reason, n=n, method="corrected mean", level=measure.level)


def _re_weighted(measure: Measure, column: _Column, sample: JudgedSample) -> Estimate:
    """The corrected mean of examples that count what their segment's traffic says."""
    if sample.n < LEAST_LABELS or column.strata is None:
        raise InsufficientData(f"people rated only {sample.n} of these outputs")
    scored = ~np.isnan(column.values)
    both = scored & ~np.isnan(column.labels)
    order = np.concatenate([np.flatnonzero(both), np.flatnonzero(scored & ~both)])
    weights = np.zeros(len(scored))
    weights[scored] = column.strata.only(scored).weights
    return linear_ppi(
        sample,
        rng=np.random.default_rng(measure.seed),
        bounds=(0.0, 1.0) if column.scale.bounded else None,
        level=measure.level,
        weights=weights[order],
    )


def _cells(measure: Measure) -> Iterator[_Cell]:
    scores, head = measure.scores, measure.head
    yield _Cell(scores=head, strata=measure.strata)
    for component in COMPONENTS:
        rows = np.asarray([name == component for name in scores.components], dtype=bool)
        rows = sampled(scores) if component == "core" else rows
        if rows.any():
            part = scores.only(rows)
            yield _Cell(scores=part, component=component, strata=drawn_strata(part))
    for segment in sorted({tag for tags in head.segments for tag in tags}):
        rows = np.asarray([segment in tags for tags in head.segments], dtype=bool)
        part = head.only(rows)
        yield _Cell(scores=part, segment=segment, strata=drawn_strata(part))
