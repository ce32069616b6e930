"""What a judge's mean is worth: corrected by people, its errors counted, carried over or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from measurand.analysis.corrected_parts import (
    Both,
    Gap,
    accuracy,
    cross_check,
    gap_between,
    saved,
    transport_verdicts,
)
from measurand.analysis.correction import (
    LEAST_LABELS,
    Correction,
    as_opinion,
    correct,
    sample_of,
    unequal,
)
from measurand.analysis.matrix import Codes, Floats, all_yes_no
from measurand.analysis.measure import Measure, on_scale
from measurand.analysis.result import Findings, Result
from measurand.analysis.score import Scores, score
from measurand.analysis.trials import Rounds, first_trial
from measurand.core.example import Example
from measurand.core.rating import Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import Scale
from measurand.errors import InsufficientData, UsageError
from measurand.stats.estimate import LEVEL, Estimate

__all__ = ["CorrectedOptions", "corrected_means"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedOptions:
    """How a judge's means are corrected.

    Args:
        level: The confidence level of every interval.
        seed: Of the draws and folds.
        margin: A gap smaller than this, on the unit interval, does not matter.
        systems: Which systems, in which order; all by default.
        rounds: How rows tell their trial, as in `ComparisonOptions`: people have seen the first,
            so the judge's scores of that one alone are corrected.
    """

    level: float = LEVEL
    seed: int = 0
    margin: float = 0.05
    systems: tuple[str, ...] = ()
    rounds: Rounds | None = None


def corrected_means(
    ratings: Ratings,
    scales: Mapping[str, Scale],
    *,
    judge: str | None = None,
    examples: Mapping[str, Example] | None = None,
    options: CorrectedOptions | None = None,
) -> Findings:
    """The means of a judge's scores by system and dimension, corrected by people's ratings.

    People rated a part of the outputs, drawn at random; the mean of their grades, or the majority
    of their yes and no, are the labels. A system is corrected by labels of its own outputs alone:
    ``transport`` says whether others' would have done.

    Args:
        ratings: The table.
        scales: The scale of every dimension in it.
        judge: Whose scores; by default those of all judges together.
        examples: Clusters of the examples, where known; of others, what their ratings say.
        options: Level, seed, margin.

    Returns:
        By system and dimension: corrected_mean; judge_mean_raw, the judge's own opinion;
        labels_saved; on yes/no sensitivity and specificity, also of all systems, and rogan_gladen.
        Where other systems have labels too: transport_gap, and a verdict ``transport``: carries
        over, does not carry over, or inconclusive.

    Raises:
        UsageError: The judge rated nothing, or a margin is not above 0.
    """
    chosen = options or CorrectedOptions()
    judged = ratings.where(kind="judge", against=None)
    if judge is not None:
        judged = judged.where(rater=judge)
    if not len(judged):
        raise UsageError(f"{judge or 'no judge'} rated nothing, so there is no mean to correct")
    table = first_trial(judged + ratings.where(kind="people", against=None), chosen.rounds)
    names = [str(name) for name in judged.distinct("dimension")]
    rubric = Rubric(*(Dimension(name, scale=scales[name]) for name in names))
    scores = score(
        table,
        rubric,
        examples=examples,
        systems=chosen.systems or tuple(map(str, judged.distinct("system"))),
        by=dict.fromkeys(names, "judge"),
    )
    studies = [_Study(scores, layer, chosen) for layer in range(len(scores.dimensions))]
    gaps = [gap for study in studies for gap in study.gaps()]
    results = [result for study in studies for result in study.results()]
    return Findings(
        results=(*results, *(gap.result() for gap in gaps)),
        verdicts=tuple(transport_verdicts(gaps, margin=chosen.margin, level=chosen.level)),
        limits=(*_limits(studies), *filter(None, (unequal(table.where(kind="people")),))),
    )


class _Study:
    """One dimension of the scores: what the judge said and what people did."""

    def __init__(self, scores: Scores, layer: int, options: CorrectedOptions) -> None:
        self.name = scores.dimensions[layer].name
        self.scale = scores.dimensions[layer].scale
        self.systems = scores.systems
        self.options = options
        self.judged: Floats = scores.values[:, :, layer]
        self.labels: Floats = scores.labels[:, :, layer]
        self.clusters: Codes | None = scores.clusters if scores.clustered else None
        self.examples: Codes = scores.clusters
        self.measure = Measure(scores, level=options.level, resamples=0, seed=options.seed)
        both = ~np.isnan(self.judged) & ~np.isnan(self.labels)
        self.counts = both.sum(axis=0)

    def results(self) -> Iterator[Result]:
        """Every number but the gaps."""
        level = self.options.level
        if self.binary:
            everyone = np.arange(len(self.systems))
            yield from self._named((), accuracy(self._both(everyone), level=level))
        for place, system in enumerate(self.systems):
            yield from self._named((system,), self._means(place))
            if self.binary:
                own = self._both(np.asarray([place]))
                values = self.judged[:, place]
                alone = values[~np.isnan(values) & np.isnan(self.labels[:, place])]
                counted = accuracy(own, level=level)
                check = {"rogan_gladen": cross_check(own, alone, level=level)}
                yield from self._named((system,), {**counted, **check})

    def gaps(self) -> Iterator[Gap]:
        """By system: its labels less what a line fitted on all other systems' predicts."""
        if len(self.systems) < 2:  # noqa: PLR2004 - nothing to carry over
            return
        for place, system in enumerate(self.systems):
            others = np.delete(np.arange(len(self.systems)), place)
            estimate = gap_between(
                self._both(np.asarray([place])),
                self._both(others),
                bounded=self.scale.bounded,
                level=self.options.level,
            )
            yield Gap(dimension=self.name, system=system, scale=self.scale, estimate=estimate)

    @property
    def binary(self) -> bool:
        """Whether the judge says yes and no alone."""
        given = self.judged[~np.isnan(self.judged)]
        return all_yes_no(given, self.scale) and bool(given.size)

    def _named(
        self, systems: tuple[str, ...], estimates: Mapping[str, Estimate]
    ) -> Iterator[Result]:
        for name, estimate in estimates.items():
            yield Result(name=name, estimate=estimate, dimension=self.name, systems=systems)

    def _means(self, place: int) -> dict[str, Estimate]:
        """The corrected mean of one system, the judge's own, and what the judge saves."""
        values, level = self.judged[:, place], self.options.level
        raw = self.measure.mean(values, scale=self.scale, clusters=self.clusters)
        try:
            found = self._corrected(place)
            mean, worth = on_scale(found.estimate, self.scale), saved(found, level=level)
        except InsufficientData as problem:
            n = int(self.counts[place])
            mean = Estimate.absent(str(problem), n=n, method="corrected mean", level=level)
            worth = mean
        opinion = as_opinion(on_scale(raw, self.scale))
        return {"corrected_mean": mean, "judge_mean_raw": opinion, "labels_saved": worth}

    def _corrected(self, place: int) -> Correction:
        """The corrected mean of one system.

        Raises:
            InsufficientData: It has too few labels of its own.
        """
        options = self.options
        if not self.counts[place]:
            raise InsufficientData(
                f"no person rated outputs of {self.systems[place]}, and labels of other systems' "
                "outputs are not carried over"
            )
        sample = sample_of(self.judged[:, place], self.labels[:, place], self.clusters)
        return correct(sample, scale=self.scale, level=options.level, seed=options.seed)

    def _both(self, columns: Codes) -> Both:
        """What both said of outputs of these systems that both rated."""
        judged, labels = self.judged[:, columns], self.labels[:, columns]
        both = ~np.isnan(judged) & ~np.isnan(labels)
        rows = np.broadcast_to(self.examples[:, None], both.shape)
        return Both(labels[both], judged[both], rows[both])


def _limits(studies: list[_Study]) -> Iterator[str]:
    """What the corrected means take for granted."""
    rated = sum(int(study.counts.sum()) for study in studies)
    if rated:
        yield (
            "Corrected means take the outputs that people rated for a part drawn at random, and "
            "what people say for right. Whoever chose the outputs to rate chose the means."
        )
    for study in studies:
        few = [
            f"{system} {count}"
            for system, count in zip(study.systems, study.counts.tolist(), strict=True)
            if count < LEAST_LABELS
        ]
        if few:
            yield (
                f"{study.name}: people rated fewer than {LEAST_LABELS} outputs "
                f"({', '.join(few)}); these means are the judge's opinion and nothing else."
            )
