"""Each output's score: one number per example, system and dimension, and what is blocked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from measurand.analysis.blocked import any_flag, blocked_on, worst
from measurand.analysis.frame import Bools, Frame
from measurand.analysis.groups import (
    Drawn,
    clusters_of,
    components_of,
    drawn_of,
    largest_cluster,
    segments_of,
)
from measurand.analysis.matrix import Codes, Floats
from measurand.analysis.trials import Rounds, Voting
from measurand.analysis.weighing import weighing_of
from measurand.core.example import Example
from measurand.core.rating import Cell, Kind, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import Scale

__all__ = ["TRUST", "Layer", "Scores", "layer_of", "overall_of", "score"]

TRUST: tuple[Kind, ...] = ("people", "judge", "check")
"""Kinds of raters, the most trusted first."""

_HALF = 0.5
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What every output scored.

    Args:
        examples: The rows, in order of first appearance.
        systems: The columns.
        dimensions: The layers: those with a numeric scale, in the rubric's order.
        values: Shape (examples, systems, dimensions); on the unit interval where the scale is
            bounded, else as rated; NaN where there is no score.
        labels: The same shape: what people said on the dimensions that judges score; else NaN.
        overall: Shape (examples, systems): the weighted score of each output that is not blocked;
            NaN where blocked or not rated.
        blocked: Shape (examples, systems): 1 an output is blocked, 0 none is, NaN where no
            blocking dimension was rated or where it is unknown.
        blocked_outputs: Shape (examples, systems, trials): the same of each output of an example.
        unknown: Shape (examples, systems): whether ratings that failed could have blocked one.
        flagged: The same, where a single flag by anyone counts.
        clusters: Shape (examples,): codes of what examples share.
        weights: Shape (examples, dimensions), summing to 1; 0 on scales without bounds.
        blocked_on: What each blocking dimension contributes to ``blocked``, same shape and meaning.
        kinds: Whose ratings score each dimension.
        coverage: By dimension, how many outputs got a value from each kind of rater.
        components: The component of each example, or None.
        segments: The segments of each example.
        ties: Outputs by dimension whose yes/no votes were tied; they have no score. On yes/no an
            example with several outputs has the share of those that got a yes.
        rounds: How the rows that were scored tell their trial.
        largest: How many examples of the evaluation set share a cluster at most; None where the
            set is not known.
        weighed_by: Of each example whose weights it has; see `measurand.analysis.weighing`.
        drawn: With which probability each example was drawn from production, and from which
            stratum; empty where nothing is known.
    """

    examples: tuple[str, ...]
    systems: tuple[str, ...]
    dimensions: tuple[Dimension, ...]
    values: Floats
    labels: Floats
    overall: Floats
    blocked: Floats
    blocked_outputs: Floats
    unknown: Bools
    flagged: Floats
    blocked_on: Mapping[str, Floats]
    clusters: Codes
    weights: Floats
    kinds: Mapping[str, Kind]
    coverage: Mapping[str, Mapping[Kind, int]]
    components: tuple[str | None, ...]
    segments: tuple[tuple[str, ...], ...]
    ties: Mapping[str, int]
    rounds: Rounds | None
    largest: int | None = None
    weighed_by: tuple[str | None, ...] = ()
    drawn: tuple[Drawn, ...] = ()

    @property
    def judged(self) -> Bools:
        """Shape (dimensions,): which of them judges score."""
        return np.asarray([self.kinds[d.name] == "judge" for d in self.dimensions], dtype=bool)

    @property
    def overall_judged(self) -> Bools:
        """Shape (systems,): whether a judge's scores have weight in the system's overall score."""
        weighed = self.judged & (self.weights.sum(axis=0) > 0)
        scored: Bools = (~np.isnan(self.values) & weighed).any(axis=(0, 2))
        return scored

    @property
    def overall_labels(self) -> Floats:
        """The weighted score by people where judges score, shape (examples, systems).

        NaN where people left out a dimension that counts and that a judge scored.
        """
        judged = self.judged & (self.weights.sum(axis=0) > 0)
        scored = ~np.isnan(self.values)
        open_ = (scored & np.isnan(self.labels) & judged).any(axis=2)
        mixed = np.where(self.judged, self.labels, self.values)
        found = overall_of(mixed, self.weights, self.blocked)
        labels: Floats = np.where(open_, np.nan, found)
        return labels

    @property
    def clustered(self) -> bool:
        """Whether any two examples share a cluster."""
        return len(np.unique(self.clusters)) < len(self.clusters)

    def only(self, rows: Bools) -> Scores:
        """The scores of these examples; counts of votes and ratings stay those of all."""
        kept = [
            *("values", "labels", "overall", "blocked", "blocked_outputs", "unknown", "flagged"),
            *("clusters", "weights"),
        ]
        part: dict[str, Any] = {name: getattr(self, name)[rows] for name in kept}
        places = np.flatnonzero(rows).tolist()
        told = [name for name in ("weighed_by", "drawn") if getattr(self, name)]
        for name in ("examples", "components", "segments", *told):
            part[name] = tuple(getattr(self, name)[place] for place in places)
        part["blocked_on"] = {name: flags[rows] for name, flags in self.blocked_on.items()}
        return replace(self, **part)

    def paired(self, first: int, second: int, *, people: bool = False) -> Floats:
        """The overall difference of two systems, example by example.

        Each pair is weighted over the dimensions that both outputs were rated on; NaN where
        either is blocked or they share none.

        Args:
            first: The index of the system whose score counts.
            second: The index of the one whose score is taken off.
            people: Whether people's ratings stand in for those of judges; then NaN where people
                left out what judges rated and counts.
        """
        a, b = self.values[:, first], self.values[:, second]
        shared = ~np.isnan(a) & ~np.isnan(b)
        weights = np.where(shared, self.weights, 0.0)
        total = weights.sum(axis=1)
        if people:
            a, b = (
                np.where(self.judged, self.labels[:, i], self.values[:, i]) for i in (first, second)
            )
            total = np.where((np.isnan(a - b) & (weights > 0)).any(axis=1), 0.0, total)
        gap = (weights * np.where(weights > 0, a - b, 0.0)).sum(axis=1)
        difference = np.divide(gap, total, out=np.full(len(total), np.nan), where=total > 0)
        either = np.isnan(self.overall[:, first]) | np.isnan(self.overall[:, second])
        paired: Floats = np.where(either, np.nan, difference)
        return paired


def score(
    ratings: Ratings,
    rubric: Rubric,
    *,
    examples: Mapping[str, Example] | None = None,
    systems: Sequence[str] = (),
    by: Mapping[str, Kind] | None = None,
    voting: Voting | None = None,
) -> Scores:
    """Score every output.

    A rater's repeated ratings of an output are averaged first, then the raters: nobody's vote
    counts more for being given often. On yes/no the raters of an output vote; where there are
    several outputs of an example they vote on each, and the outcomes are averaged, so that a trial
    that failed is not outvoted by others. Checks of a blocking dimension do not vote: each looks
    for something else, and what one of them finds is there. Where several kinds of raters rated a
    dimension, the most trusted kind scores it that gave every system a value, and gave values to at
    least half as many outputs as the kind that rated most; where none did, the kind that rated
    most.

    Args:
        ratings: The table; pairwise ratings (with ``against``) are left out.
        rubric: Dimensions, scales, weights, and which of them block.
        examples: Components, segments, clusters and weights of the examples, where known.
        systems: Which systems, in which order; all by default.
        by: Whose ratings score a dimension, and block on it, where the default is not wanted.
        voting: When judges block an output, and which rows are of one output.
    """
    single = ratings.where(against=None)
    columns = tuple(systems) or tuple(str(s) for s in single.distinct("system"))
    chosen, known, votes = by or {}, examples or {}, voting or Voting()
    frame = Frame(single, columns, rounds=votes.rounds)
    dimensions = tuple(d for d in rubric if d.scale.numeric and d.name in frame.rated)
    layers = {d.name: layer_of(frame, d, chosen.get(d.name)) for d in dimensions}
    values = _stacked(frame, layers)
    tags = segments_of(frame.ratings, frame.examples, known)
    weighing = weighing_of(rubric, dimensions, frame.examples, known=known, segments=tags)
    blocking, rule = [d for d in rubric if d.blocking and d.name in frame.rated], votes.flags
    said = {d.name: blocked_on(frame, d, kind=chosen.get(d.name), rule=rule) for d in blocking}
    outputs = worst(said.values(), frame.in_trials().shape)
    blocked, names = outputs.of_examples(), frame.examples
    return Scores(
        examples=frame.examples,
        systems=frame.systems,
        dimensions=dimensions,
        values=values,
        labels=_labels(frame, dimensions, layers),
        overall=overall_of(values, weighing.weights, blocked.flags),
        blocked=blocked.flags,
        blocked_outputs=outputs.flags,
        unknown=blocked.unknown,
        flagged=any_flag(frame, blocking),
        blocked_on={name: one.of_examples().flags for name, one in said.items()},
        weights=weighing.weights,
        weighed_by=weighing.by,
        segments=tags,
        **_by_layer(layers),
        rounds=votes.rounds,
        **_places(frame.ratings, names, known),
    )


def _by_layer(layers: Mapping[str, Layer]) -> dict[str, Any]:
    """Whose ratings score each dimension, of how many outputs, and where votes were tied."""
    return {
        "kinds": {name: layer.kind for name, layer in layers.items()},
        "coverage": {name: layer.coverage for name, layer in layers.items()},
        "ties": {name: layer.ties for name, layer in layers.items()},
    }


def _places(ratings: Ratings, names: Sequence[str], known: Mapping[str, Example]) -> dict[str, Any]:
    """What is known of the examples by where they stand and how they were drawn."""
    return {
        "clusters": clusters_of(ratings, names, known),
        "components": components_of(ratings, names, known),
        "largest": largest_cluster(ratings, known),
        "drawn": drawn_of(names, known),
    }


def _stacked(frame: Frame, layers: Mapping[str, Layer]) -> Floats:
    """The values of all dimensions, shape (examples, systems, dimensions)."""
    if not layers:
        return np.empty((*frame.shape, 0))
    return np.stack([layer.values for layer in layers.values()], axis=2)


def _labels(frame: Frame, dimensions: Sequence[Dimension], layers: Mapping[str, Layer]) -> Floats:
    """What people said of outputs that judges score, shape (examples, systems, dimensions)."""
    found = np.full((*frame.shape, len(dimensions)), np.nan)
    for place, dimension in enumerate(dimensions):
        layer = layers[dimension.name]
        if layer.kind == "judge" and layer.coverage["people"]:
            found[:, :, place] = layer_of(frame, dimension, "people").values
    return found


@dataclass(frozen=True, slots=True)
class Layer:
    """What every output scored on one dimension, by whose ratings; as in `Scores`."""

    values: Floats
    kind: Kind
    coverage: Mapping[Kind, int]
    ties: int


def layer_of(frame: Frame, dimension: Dimension, kind: Kind | None) -> Layer:
    """The consensus score of every output on one dimension."""
    rows = frame.ratings.where(dimension=dimension.name)
    means = {k: frame.means(rows.where(kind=k), dimension.scale) for k in TRUST}
    chosen = kind or _most_trusted(means, asked=frozenset(rows.distinct("kind")))
    values = means[chosen]
    ties = 0
    if dimension.scale.binary:
        deep = frame.in_trials()
        votes = deep.means(rows.where(kind=chosen), dimension.scale)
        if chosen == "check" and dimension.blocking:
            votes = 1 - blocked_on(frame, dimension, kind="check").flags
        tied = np.abs(votes - _HALF) < _ROUNDING
        ties = int(np.count_nonzero(tied))
        values = _over_trials(np.where(votes > _HALF, 1.0, 0.0), ~np.isnan(votes) & ~tied)
    coverage = {k: int(np.count_nonzero(~np.isnan(table))) for k, table in means.items()}
    return Layer(_to_unit(values, dimension.scale), chosen, coverage, ties)


def _over_trials(values: Floats, given: Bools) -> Floats:
    """The mean over the trials that are given; NaN where none is."""
    counts = given.sum(axis=-1)
    sums = (values * given).sum(axis=-1)
    means: Floats = np.divide(sums, counts, out=np.full(counts.shape, np.nan), where=counts > 0)
    return means


def _most_trusted(means: Mapping[Kind, Floats], *, asked: frozenset[Cell]) -> Kind:
    """Whose ratings score a dimension, by the rule of `score`.

    Where nobody gave a value, the most trusted of those who were asked.
    """
    covered = {kind: ~np.isnan(table) for kind, table in means.items()}
    counts = {kind: int(np.count_nonzero(table)) for kind, table in covered.items()}
    most = max(counts.values())
    if not most:
        return next(kind for kind in TRUST if kind in asked)
    for kind in TRUST:
        if covered[kind].any(axis=0).all() and counts[kind] >= _HALF * most:
            return kind
    return max(TRUST, key=counts.__getitem__)


def _to_unit(values: Floats, scale: Scale) -> Floats:
    if scale.low is None or scale.high is None:
        return values
    return (values - scale.low) / (scale.high - scale.low)


def overall_of(values: Floats, weights: Floats, blocked: Floats) -> Floats:
    """The weighted score of every output that is not blocked; NaN where blocked or not rated."""
    rated = ~np.isnan(values)
    share = np.where(rated, weights[:, None, :], 0.0)
    total = share.sum(axis=2)
    points = (share * np.where(rated, values, 0.0)).sum(axis=2)
    overall = np.divide(points, total, out=np.full(total.shape, np.nan), where=total > 0)
    unblocked: Floats = np.where(blocked == 1, np.nan, overall)
    return unblocked
