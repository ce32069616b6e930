"""The mean of every system: by people or checks as it is, by a judge corrected or as an opinion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from measurand.analysis.correction import as_opinion, correct, sample_of
from measurand.analysis.matrix import Codes, Floats
from measurand.analysis.measure import (
    NOTHING_TO_WEIGH,
    OVERALL,
    Measure,
    as_naive,
    on_scale,
    overall_mean,
)
from measurand.analysis.result import Result
from measurand.analysis.score import Scores
from measurand.core.example import COMPONENTS
from measurand.core.scale import UNIT, Scale
from measurand.errors import InsufficientData
from measurand.stats.estimate import Estimate

__all__ = ["means"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    """A part of the evaluation set: all of it, a component or a segment."""

    rows: Codes
    component: str | None = None
    segment: str | None = None

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
    """

    name: str
    scale: Scale
    values: Floats
    labels: Floats
    judged: bool
    clusters: Codes | None


def means(measure: Measure) -> Iterator[Result]:
    """The mean of every system: overall and by dimension; in all, by component, by segment.

    A judge's mean is corrected by what people said of a part of the outputs, and what the judge
    says of all examples by itself stands beside it as ``judge_mean_raw``. Where people said too
    little the mean is the judge's opinion, and is called that.
    """
    scores = measure.scores
    overall_labels = scores.overall_labels
    for cell in _cells(scores):
        for place, system in enumerate(scores.systems):
            for column in _columns(scores, overall_labels, cell=cell, place=place):
                for name, estimate in _estimates(measure, column, whole=cell.whole):
                    yield Result(
                        name=name,
                        estimate=estimate,
                        dimension=column.name,
                        systems=(system,),
                        component=cell.component,
                        segment=cell.segment,
                    )


def _columns(
    scores: Scores, overall_labels: Floats, *, cell: _Cell, place: int
) -> Iterator[_Column]:
    rows = cell.rows
    clusters = scores.clusters[rows] if scores.clustered else None
    yield _Column(
        name=OVERALL,
        scale=UNIT,
        values=scores.overall[rows, place],
        labels=overall_labels[rows, place],
        judged=bool(scores.overall_judged[place]),
        clusters=clusters,
    )
    for layer, dimension in enumerate(scores.dimensions):
        yield _Column(
            name=dimension.name,
            scale=dimension.scale,
            values=scores.values[rows, place, layer],
            labels=scores.labels[rows, place, layer],
            judged=bool(scores.judged[layer]),
            clusters=clusters,
        )


def _estimates(measure: Measure, column: _Column, *, whole: bool) -> Iterator[tuple[str, Estimate]]:
    """The mean; a corrected judge's own beside it; both without clusters where there are any."""
    raw = on_scale(_raw(measure, column, whole=whole), column.scale)
    corrected = _corrected(measure, column)
    yield "mean", _published(raw, corrected, column)
    if whole and corrected.present:
        yield "judge_mean_raw", as_opinion(raw)
    if whole and column.clusters is not None:
        alone = replace(column, clusters=None)
        raw = on_scale(measure.mean(alone.values, scale=alone.scale, clusters=None), alone.scale)
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


def _raw(measure: Measure, column: _Column, *, whole: bool) -> Estimate:
    """The headline by `overall_mean`; all else by formula."""
    if column.name == OVERALL:
        if whole:
            return overall_mean(measure, column.values)
        if not any(dimension.scale.bounded for dimension in measure.scores.dimensions):
            return Estimate.absent(NOTHING_TO_WEIGH, n=0, method="mean", level=measure.level)
    return measure.mean(column.values, scale=column.scale, clusters=column.clusters)


def _corrected(measure: Measure, column: _Column) -> Estimate:
    """The corrected mean, told on its scale; absent where there is nothing to correct by."""
    both = ~np.isnan(column.values) & ~np.isnan(column.labels)
    n = int(both.sum())
    reason = "no person rated any of these outputs"
    if column.judged and n:
        try:
            sample = sample_of(column.values, column.labels, column.clusters)
            found = correct(sample, scale=column.scale, level=measure.level, seed=measure.seed)
            return on_scale(found.estimate, column.scale)
        except InsufficientData as problem:
            reason = str(problem)
    return Estimate.absent(reason, n=n, method="corrected mean", level=measure.level)


def _cells(scores: Scores) -> Iterator[_Cell]:
    yield _Cell(rows=np.arange(len(scores.examples)))
    for component in COMPONENTS:
        rows = np.flatnonzero([name == component for name in scores.components])
        if len(rows):
            yield _Cell(rows=rows, component=component)
    for segment in sorted({tag for tags in scores.segments for tag in tags}):
        rows = np.flatnonzero([segment in tags for tags in scores.segments])
        yield _Cell(rows=rows, segment=segment)
