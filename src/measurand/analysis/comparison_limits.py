"""What a comparison cannot say, in sentences computed from its own numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from measurand.analysis.correction import LEAST_LABELS, unequal
from measurand.analysis.measure import OVERALL, Measure
from measurand.analysis.pair import Pair
from measurand.analysis.score import TRUST, Scores
from measurand.analysis.weighing import weighing_limits
from measurand.core.example import COMPONENTS, MINIMUM
from measurand.core.rating import Ratings
from measurand.core.rubric import Rubric
from measurand.stats.proportion import clopper_pearson

__all__ = ["comparison_limits"]

_FEW_CLUSTERS = 30
_NAMED = 6
_TEXT_ONLY = (
    "These numbers speak of this rubric, these examples and these raters, and of text only."
)


def comparison_limits(
    measure: Measure, rubric: Rubric, ratings: Ratings, *, pairs: Sequence[Pair]
) -> tuple[str, ...]:
    """The limits that apply to these numbers."""
    scores, level = measure.scores, measure.level
    return (
        *_pairwise(ratings),
        *_unrated(scores, rubric),
        *weighing_limits(measure.head, rubric),
        *_unbounded(scores),
        *_raters(measure, ratings, pairs),
        *_coverage(scores),
        *_uneven(scores),
        *_ties(scores),
        *_blocked(scores, level),
        *_outputs(scores),
        *_sizes(scores),
        *_looks(measure, pairs),
        *_clusters(measure),
        _TEXT_ONLY,
    )


def _pairwise(ratings: Ratings) -> Iterator[str]:
    count = len(ratings) - len(ratings.where(against=None))
    if count:
        yield (
            f"{count:,} ratings compare two outputs side by side (they say against which system). "
            "They enter agreement, the preferences and the ranking by pairs, but not the "
            "scores: only ratings of single outputs are scored."
        )


def _unrated(scores: Scores, rubric: Rubric) -> Iterator[str]:
    rated, weights = _valued(scores), rubric.weights()
    missing = [f"{name} ({weights[name]:.0%})" for name in weights if name not in rated]
    if missing and rated:
        yield (
            f"Not in the overall score, for want of numeric ratings: {', '.join(missing)}. "
            "The weights of the others are renormalised to 1."
        )


def _valued(scores: Scores) -> frozenset[str]:
    """The dimensions on which any output has a score."""
    any_value = np.any(~np.isnan(scores.values), axis=(0, 1))
    return frozenset(d.name for d, has in zip(scores.dimensions, any_value, strict=True) if has)


def _unbounded(scores: Scores) -> Iterator[str]:
    names = [d.name for d in scores.dimensions if not d.scale.bounded]
    if names:
        yield (
            f"Not in the overall score, because their scale has no bounds: {', '.join(names)}. "
            "Say what the scale is, as in --scale 1-5, and they will be."
        )


def _raters(measure: Measure, ratings: Ratings, pairs: Sequence[Pair]) -> Iterator[str]:
    scores = measure.head
    used = {name: kind for name, kind in scores.kinds.items() if name in _valued(scores)}
    alone = [name for name, kind in used.items() if kind == "judge" and not _labels(scores, name)]
    if alone:
        yield (
            f"Scored by a judge that no person has confirmed here: {', '.join(alone)}. These means "
            "and differences are the judge's opinion and no estimates of quality: its leniency "
            "moves means, what it favours moves differences, and their intervals tell only what it "
            "would think of further examples."
        )
    for name, kind in used.items():
        if labels := _labels(scores, name):
            yield from _corrected(scores, name, labels)
            yield from _uncorrected(pairs, name)
            if told := unequal(ratings.where(dimension=name, kind="people")):
                yield told
        kinds = set(ratings.where(dimension=name).distinct("kind"))
        others = [k for k in TRUST if k in kinds and k != kind]
        mixed = [k for k in others if not (labels and k == "people")]
        if mixed:
            yield f"{name} is scored by {kind}; ratings by {' and '.join(mixed)} are not mixed in."
    if any(name in used and _labels(scores, name) for name in used):
        yield from _uncorrected(pairs, OVERALL)


def _uncorrected(pairs: Sequence[Pair], name: str) -> Iterator[str]:
    """Which differences people's labels are too few to correct."""
    few = [pair for pair in pairs if pair.name == name and pair.opinion]
    if few:
        told = [f"{' and '.join(pair.systems)} {pair.labels}" for pair in few[:_NAMED]]
        more = f", and {len(few) - _NAMED} more pairs" if len(few) > _NAMED else ""
        yield (
            f"On {name} people rated outputs of both systems for fewer than {LEAST_LABELS} "
            f"examples ({', '.join(told)}{more}): these differences are the judge's opinion."
        )


def _labels(scores: Scores, name: str) -> dict[str, int]:
    """By system, how many outputs that a judge scored people rated too; empty if none at all."""
    layer = [d.name for d in scores.dimensions].index(name)
    both = ~np.isnan(scores.labels[:, :, layer]) & ~np.isnan(scores.values[:, :, layer])
    counts = dict(zip(scores.systems, both.sum(axis=0).tolist(), strict=True))
    return counts if any(counts.values()) else {}


def _corrected(scores: Scores, name: str, labels: Mapping[str, int]) -> Iterator[str]:
    """What a correction takes for granted, and for whom there is none."""
    layer = [d.name for d in scores.dimensions].index(name)
    total = int((~np.isnan(scores.values[:, :, layer])).sum())
    rated = sum(labels.values())
    yield (
        f"{name} is scored by a judge on {total:,} outputs, {rated:,} of which people rated: its "
        "means, and differences of systems that people rated on the same examples, are corrected "
        "by them, as if these were drawn at random."
    )
    few = [f"{system} {n}" for system, n in labels.items() if n < LEAST_LABELS]
    if few:
        yield (
            f"People rated fewer than {LEAST_LABELS} outputs ({', '.join(few)}) on {name}: these "
            "means are the judge's opinion and no estimates of quality."
        )


def _coverage(scores: Scores) -> Iterator[str]:
    total = len(scores.examples)
    rated = np.any(~np.isnan(scores.values), axis=2)
    counts = dict(zip(scores.systems, rated.sum(axis=0).tolist(), strict=True))
    short = [f"{name} {count}" for name, count in counts.items() if count < total]
    if not short:
        return
    yield (
        f"Not every system was rated on all {total} examples ({', '.join(short)}). Systems are "
        "compared only on examples that both have, and nothing is known of the others."
    )
    if not np.all(rated, axis=1).any():
        yield (
            "No example is shared by all systems. If systems answered the same questions, take "
            "the question's id as the example, not an id of the answer."
        )


def _uneven(scores: Scores) -> Iterator[str]:
    """Dimensions on which some systems were rated and others hardly or not at all."""
    for layer, dimension in enumerate(scores.dimensions):
        counts = np.count_nonzero(~np.isnan(scores.values[:, :, layer]), axis=0).tolist()
        if min(counts) < max(counts) / 2:
            told = ", ".join(f"{s} {n}" for s, n in zip(scores.systems, counts, strict=True))
            yield (
                f"{dimension.name} was not rated alike ({told} outputs): overall means of these "
                "systems rest on different dimensions; only the differences compare like with like."
            )


def _ties(scores: Scores) -> Iterator[str]:
    for name, count in scores.ties.items():
        if count:
            yield f"{name}: {count} votes are tied; a tie has no score and goes to neither side."


def _blocked(scores: Scores, level: float) -> Iterator[str]:
    rated = int((~np.isnan(scores.blocked)).any(axis=1).sum())
    if rated:
        bound = clopper_pearson(0, rated, level=level, side="upper").high
        yield (
            f"With {rated} examples, even a system that is never blocked could be blocked in up to "
            f"{bound:.1%} of cases."
        )


def _outputs(scores: Scores) -> Iterator[str]:
    """Which systems have several outputs of an example."""
    given = ~np.isnan(scores.blocked_outputs)
    counts = zip(scores.systems, given.sum(axis=(0, 2)), given.any(axis=2).sum(axis=0), strict=True)
    told = [f"{system} {outputs:,} of {n:,}" for system, outputs, n in counts if outputs > n]
    if told:
        yield (
            f"There are several outputs an example ({', '.join(told)}). An example is blocked if "
            "any of its outputs is, so the more outputs a system has, the more often it is."
        )


def _sizes(scores: Scores) -> Iterator[str]:
    sizes = {name: scores.components.count(name) for name in COMPONENTS}
    short = [f"{name} {sizes[name]} of {MINIMUM[name]}" for name in COMPONENTS if sizes[name]]
    if any(0 < sizes[name] < MINIMUM[name] for name in COMPONENTS):
        yield f"Below the usual sizes of an evaluation set: {', '.join(short)}."


def _looks(measure: Measure, pairs: Sequence[Pair]) -> Iterator[str]:
    """What holds when data are looked at while they grow."""
    if measure.looks == "fixed":
        return
    yield (
        "Differences hold however often these data were looked at while they grew. Means, rates "
        "and everything else hold for one look."
    )
    if any(pair.corrected for pair in pairs):
        yield (
            "Where people correct a judge, people's labels alone decide: no corrected interval is "
            "known that holds at every look."
        )


def _clusters(measure: Measure) -> Iterator[str]:
    scores = measure.head
    count = len(np.unique(scores.clusters))
    if measure.clustered:
        yield (
            f"Errors are clustered: {len(scores.examples)} examples in {count} clusters. The naive "
            "intervals are given only to show what ignoring that would claim."
        )
        if count < _FEW_CLUSTERS:
            yield f"{count} clusters are few; clustered intervals are reliable from about 30."
        if not np.isnan(measure.scores.blocked).all():
            yield (
                "Blocking rates count examples as if they did not share clusters; where blocked "
                "outputs come in clusters, their bounds are too narrow."
            )
