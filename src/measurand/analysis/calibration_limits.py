"""What a calibration cannot say, and what it says in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from measurand.analysis.calibration_options import CalibrationOptions
from measurand.analysis.calibration_pool import Pool
from measurand.analysis.calibration_split import LEAST_TEST, Split
from measurand.analysis.measure import OVERALL
from measurand.analysis.result import Result
from measurand.stats.estimate import Estimate

__all__ = ["alike_told", "calibration_limits", "calibration_readings"]

_FEW_PROMPTS = 40
_COPY = 20
"""Outputs on which a judge does not by chance say all that a person says."""


def calibration_limits(
    pools: Mapping[str, Pool],
    split: Split,
    *,
    missing: Mapping[str, str],
    alike: int = 0,
    options: CalibrationOptions | None = None,
) -> tuple[str, ...]:
    """What the numbers cannot say, in sentences computed from what they rest on.

    Args:
        pools: The locked outputs by dimension.
        split: Which outputs were locked.
        missing: Dimensions of which nothing can be said, and why.
        alike: Examples that are held to be the prompt of another one, as they say the same.
        options: Whether a ledger counted looks and candidates; what may be missing.
    """
    chosen = options or CalibrationOptions()
    return tuple(
        dict.fromkeys(
            (
                *_of_split(split, counted=chosen.counts is not None, alike=alike),
                *(f"{name}: {why}." for name, why in missing.items()),
                *_of_pools(pools, allow_missing=chosen.allow_missing),
            )
        )
    )


def _of_split(split: Split, *, counted: bool, alike: int) -> Iterator[str]:
    if not counted:
        yield (
            "Nobody counted how often these outputs were looked at, or how many prompts were tried "
            "on them: the verdicts hold for a judge that was finished before. A project's ledger "
            "counts (measurand calibrate without a file, or --ledger)."
        )
    if split.screening:
        yield (
            f"Screening: {len(split.test)} outputs are locked, and it takes {LEAST_TEST} to verify "
            "a judge. A pass here says that the lower bound reaches the target."
        )
    if split.development:
        yield (
            f"{len(split.development)} rated outputs were for development and give no number "
            "here: the judge may have been improved on them."
        )
    yield from alike_told(alike)


def alike_told(alike: int) -> Iterator[str]:
    """That some examples are held to be one prompt, where any are.

    Args:
        alike: How many are in the cluster of another one only because they say the same.
    """
    if alike:
        yield (
            f"{alike} examples have the conversation of another one, word for word; they are held "
            "to be the same prompt, on one side of the split and in one cluster."
        )


def _copied(pool: Pool) -> tuple[str, ...]:
    """The people whose ratings the judge's are, wherever both rated."""
    found: list[str] = []
    for name, said in zip(pool.raters, pool.ratings.T, strict=True):
        both = ~(np.isnan(said) | np.isnan(pool.judge))
        same = both.sum() >= _COPY and bool((said[both] == pool.judge[both]).all())
        if same and np.ptp(said[both]) > 0:
            found.append(name)
    return tuple(found)


def _of_pools(pools: Mapping[str, Pool], *, allow_missing: bool) -> Iterator[str]:
    together: dict[str, list[str]] = {}
    for name, pool in pools.items():
        for sentence in _of(pool, allow_missing=allow_missing):
            together.setdefault(sentence, []).append(name)
    for sentence, names in together.items():
        yield f"{', '.join(names)}: {sentence}"


def _of(pool: Pool, *, allow_missing: bool) -> Iterator[str]:
    """What limits the numbers of one dimension."""
    yield from _without_judgment(pool, allow_missing=allow_missing)
    yield from _of_people(pool)
    if pool.repeats.shape[1] == 1:
        yield "the judge rated each output once; how far it agrees with itself is not known."
    if pool.weights is not None:
        yield (
            "outputs were not drawn alike. Correlations are weighted to the mix they were "
            "drawn from; those of the rated outputs as they are stand beside them. Other numbers "
            "are of the rated outputs as they are."
        )
    if pool.shared is not None and (prompts := len(np.unique(pool.clusters))) < _FEW_PROMPTS:
        yield f"the locked outputs share {prompts} prompts, which is few for an interval."


def _without_judgment(pool: Pool, *, allow_missing: bool) -> Iterator[str]:
    unasked = int((~pool.asked).sum())
    silent = int((pool.asked & ~pool.failed & np.isnan(pool.judge)).sum())
    if unasked and allow_missing:
        yield (
            f"the judge was not asked of {unasked} of {pool.n} locked outputs; the verdict holds "
            "if those it was asked of were drawn at random, as was said."
        )
    elif unasked:
        yield f"the judge was not asked of {unasked} of {pool.n} locked outputs."
    if lost := int(pool.failed.sum()):
        yield f"the judge failed on {lost} locked outputs, which count nowhere."
    if silent:
        yield f"the judge gave no value to {silent} locked outputs, which count nowhere."


def _of_people(pool: Pool) -> Iterator[str]:
    if tied := int(np.isnan(pool.people).sum()):
        yield f"people's vote is tied on {tied} locked outputs, which count nowhere."
    if copied := _copied(pool):
        yield (
            f"wherever {' and '.join(copied)} rated, the judge says the same. If its ratings were "
            "made from these, it is held against itself."
        )
    if pool.ratings.shape[1] == 1:
        who = pool.raters[0] if pool.truth != "people" else "one person"
        yield (
            f"only {who} rated, so that nobody knows how well people agree, nor what the "
            "best judge could reach."
        )


def calibration_readings(results: Iterable[Result], judge: str) -> tuple[str, ...]:
    """What the numbers say in plain words, as far as their intervals support it."""
    by: dict[str, dict[str, Estimate]] = {}
    for result in results:
        if result.component is None and result.dimension is not None:
            by.setdefault(result.dimension, {})[result.name] = result.estimate
    told = {name: list(_said(own)) for name, own in by.items() if name != OVERALL}
    return tuple(
        f"{judge}, {name}: the judge {'; '.join(parts)}." for name, parts in told.items() if parts
    )


def _said(own: Mapping[str, Estimate]) -> Iterator[str]:
    judge, person = own.get("correlation_with_people"), own.get("leave_one_out")
    if judge is None or judge.value is None:
        return
    if person is not None and person.value is not None:
        yield _beside(judge, person)
    ceiling = own.get("ceiling_correlation")
    if ceiling is not None and ceiling.value is not None:
        yield _below(judge, ceiling)
    gap = own.get("leniency")
    if gap is not None and gap.value is not None and (gap.low or 0.0) * (gap.high or 0.0) > 0:
        word = "kinder" if gap.value > 0 else "stricter"
        yield f"is {word} than people, by {abs(gap.value):.2f} on average"


def _beside(judge: Estimate, person: Estimate) -> str:
    """The judge beside its real competitor: one more person."""
    numbers = f"({judge.value:.2f} and {person.value:.2f})"
    if (judge.low or 0.0) > (person.high or 0.0):
        how = "better than"
    elif (judge.high or 0.0) < (person.low or 0.0):
        how = "less well than"
    else:
        how = "about as well as"
    return f"goes with people {how} one person does with the others {numbers}"


def _below(judge: Estimate, ceiling: Estimate) -> str:
    """The judge beside the best that any judge could reach."""
    if (judge.high or 0.0) >= (ceiling.low or 0.0):
        return (
            f"may be as good as any judge could be against these people ({ceiling.value:.2f}, from "
            f"{ceiling.low:.2f} to {ceiling.high:.2f})"
        )
    return f"stays below what a judge could reach against these people ({ceiling.value:.2f})"
