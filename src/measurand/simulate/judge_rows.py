"""Judges with planted biases, as arrays and as the rows that an audit reads; many worlds a second.

A score is the middle of the scale plus slope times quality, less severity, plus what each planted
bias adds, plus noise, rounded and held within the scale. `measurand.simulate.judge_model_sim`
plants the same in a judge that is asked in words; here no text is made.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from measurand.core.rating import Column, Kind, Ratings
from measurand.core.scale import ONE_TO_FIVE, Scale

__all__ = [
    "JudgeWorld",
    "PlantedJudge",
    "PlantedPeople",
    "WorldShape",
    "draw_judge_world",
    "judge_scores",
    "opinion",
    "pair_points",
    "pair_ratings",
    "people_scores",
    "score",
    "table_of_ratings",
]

Floats = NDArray[np.float64]
_HALF = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantedJudge:
    """One judge, by what it does wrong; what is not said it does right.

    Args:
        name: Its name, of which its family may follow.
        slope: Points of score per point of quality; below 1 it uses less of the scale.
        severity: Points by which it is too strict.
        noise: Standard deviation of a single call.
        view: Standard deviation of its lasting opinion of an output, the same in every call.
        position_logit: What being shown first adds to the log odds of winning a pair.
        pair_slope: Log odds of winning a pair per point of quality.
        len_beta: Points per standard deviation of log length.
        style: Points that a probe's change adds, by the name of the probe.
        family_bonus: Points for outputs of the systems named here.
        anchor_gamma: Points per point of the score before, in the same conversation.
        halo: Standard deviation of an error that all dimensions of one call share.
        grid: The only levels it uses; all of the scale's when empty.
        sens: On yes/no, the chance to pass what is good.
        spec: On yes/no, the chance to fail what is bad.
        inject_p: The chance that an attack succeeds.
        fail_p: The chance that a judgment comes to nothing, by the level it would have been.
    """

    name: str = "judge"
    slope: float = 1.0
    severity: float = 0.0
    noise: float = 0.6
    view: float = 0.0
    position_logit: float = 0.0
    pair_slope: float = 2.0
    len_beta: float = 0.0
    style: Mapping[str, float] = field(default_factory=dict)
    family_bonus: Mapping[str, float] = field(default_factory=dict)
    anchor_gamma: float = 0.0
    halo: float = 0.0
    grid: tuple[float, ...] = ()
    sens: float = 0.9
    spec: float = 0.9
    inject_p: float = 0.0
    fail_p: Mapping[float, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantedPeople:
    """A panel of people.

    Args:
        raters: How many.
        noise: Standard deviation of a rating's error, in points.
        severity: Points by which each is too strict; alike when empty.
        careless: The share of ratings that are drawn from the scale at random.
        halo: Standard deviation of an error that a person's dimensions of one output share.
    """

    raters: int = 3
    noise: float = 0.8
    severity: tuple[float, ...] = ()
    careless: float = 0.0
    halo: float = 0.0

    @classmethod
    def of_icc(cls, icc: float, *, spread: float, raters: int = 3) -> PlantedPeople:
        """People whose single ratings have this intraclass correlation, before rounding.

        Args:
            icc: Above 0 and below 1.
            spread: The standard deviation of quality.
            raters: How many.
        """
        return cls(raters=raters, noise=spread * float(np.sqrt((1 - icc) / icc)))


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeWorld:
    """The outputs of some systems, and how good and how long each is.

    Args:
        examples: The examples' ids.
        systems: The systems' names.
        dimensions: The dimensions' names.
        scale: Of every dimension.
        quality: Points above the middle of the scale, shape (examples, systems, dimensions).
        length: Standard deviations of log length, shape (examples, systems).
        words: The same as words.
        rounded: Whether scores are whole numbers within the scale.
    """

    examples: tuple[str, ...]
    systems: tuple[str, ...]
    dimensions: tuple[str, ...]
    scale: Scale
    quality: Floats = field(repr=False)
    length: Floats = field(repr=False)
    words: NDArray[np.int64] = field(repr=False)
    rounded: bool = True

    @property
    def middle(self) -> float:
        """The middle of the scale."""
        return ((self.scale.low or 0.0) + (self.scale.high or 0.0)) / 2

    @property
    def good(self) -> NDArray[np.bool_]:
        """On yes/no, which outputs are good."""
        return np.asarray(self.quality > 0)


def draw_judge_world(
    rng: np.random.Generator,
    *,
    examples: int = 150,
    systems: Sequence[str] = ("one",),
    dimensions: Sequence[str] = ("accuracy",),
    scale: Scale = ONE_TO_FIVE,
    shape: WorldShape | None = None,
) -> JudgeWorld:
    """Outputs whose quality is normal around the middle of the scale.

    Args:
        rng: Where it is drawn from.
        examples: How many.
        systems: Their names.
        dimensions: Their names.
        scale: Of every dimension.
        shape: How quality is spread and goes with length.
    """
    how = shape or WorldShape()
    size = (examples, len(systems))
    common = rng.standard_normal(size)
    rest = rng.standard_normal((*size, len(dimensions)))
    between = how.dimensions_correlate
    quality = np.sqrt(between) * common[..., None] + np.sqrt(1 - between) * rest
    together = how.length_correlates
    length = rng.standard_normal(size) * np.sqrt(1 - together**2) + together * quality.mean(
        axis=2
    ) / np.sqrt(between + (1 - between) / len(dimensions))
    better = np.asarray([how.advantage.get(name, 0.0) for name in systems])
    return JudgeWorld(
        examples=tuple(f"e{place:04}" for place in range(examples)),
        systems=tuple(systems),
        dimensions=tuple(dimensions),
        scale=scale,
        quality=how.spread * quality + better[None, :, None],
        length=length,
        words=np.maximum(1, np.rint(how.words * np.exp(how.length_spread * length))).astype(
            np.int64
        ),
        rounded=how.rounded,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldShape:
    """How quality is spread and what it goes with.

    Args:
        spread: Standard deviation of quality, in points.
        length_correlates: The correlation of quality and log length.
        dimensions_correlate: That of two dimensions' qualities.
        advantage: Points by which systems are better, by name.
        words: The median length.
        length_spread: Standard deviation of log length.
        rounded: Whether scores are whole numbers within the scale.
    """

    spread: float = 0.7
    length_correlates: float = 0.4
    dimensions_correlate: float = 0.5
    advantage: Mapping[str, float] = field(default_factory=dict)
    words: float = 120.0
    length_spread: float = 0.5
    rounded: bool = True


def judge_scores(
    world: JudgeWorld,
    judge: PlantedJudge,
    rng: np.random.Generator,
    *,
    repeats: int = 1,
    together: bool = False,
) -> Floats:
    """What a judge says of every output, shape (examples, systems, dimensions, repeats).

    Args:
        world: The outputs.
        judge: The judge.
        rng: Where noise comes from.
        repeats: Judgments of each output.
        together: Whether one call asks for all dimensions, so that a halo can act.
    """
    latent = opinion(world, judge, rng)[..., None]
    size = (*world.quality.shape, repeats)
    if world.scale.binary:
        right = rng.random(size) < np.where(world.good, judge.sens, judge.spec)[..., None]
        return np.where(right, world.good[..., None], ~world.good[..., None]).astype(np.float64)
    noise = judge.noise * rng.standard_normal(size)
    if together:
        noise += judge.halo * rng.standard_normal((*size[:2], 1, repeats))
    return score(world, latent + noise, grid=judge.grid)


def opinion(world: JudgeWorld, judge: PlantedJudge, rng: np.random.Generator) -> Floats:
    """What a judge thinks of every output before the noise of a call, in points."""
    bonus = np.asarray([judge.family_bonus.get(name, 0.0) for name in world.systems])
    latent = world.middle + judge.slope * world.quality - judge.severity
    latent = latent + judge.len_beta * world.length[..., None] + bonus[None, :, None]
    return np.asarray(latent + judge.view * rng.standard_normal(world.quality.shape))


def score(world: JudgeWorld, latent: Floats, *, grid: Sequence[float] = ()) -> Floats:
    """What is thought as what is said: rounded and held within the scale, to a grid if any."""
    if not world.rounded:
        return latent
    if grid:
        levels = np.asarray(sorted(grid))
        nearest = np.abs(latent[..., None] - levels).argmin(axis=-1)
        return np.asarray(levels[nearest], dtype=np.float64)
    return np.clip(np.rint(latent), world.scale.low, world.scale.high)


def people_scores(world: JudgeWorld, people: PlantedPeople, rng: np.random.Generator) -> Floats:
    """What people say of every output, shape (examples, systems, dimensions, raters)."""
    size = (*world.quality.shape, people.raters)
    strict = np.asarray(people.severity or (0.0,) * people.raters)
    if world.scale.binary:
        right = rng.random(size) >= people.careless
        return np.where(right, world.good[..., None], ~world.good[..., None]).astype(np.float64)
    noise = people.noise * rng.standard_normal(size)
    if people.halo:
        noise += people.halo * rng.standard_normal((*size[:2], 1, people.raters))
    said = score(world, world.middle + world.quality[..., None] - strict + noise)
    if people.careless:
        low, high = int(world.scale.low or 0), int(world.scale.high or 0)
        drawn = rng.integers(low, high + 1, size=size).astype(np.float64)
        said = np.where(rng.random(size) < people.careless, drawn, said)
    return said


def table_of_ratings(
    world: JudgeWorld, *, judges: Mapping[str, Floats], people: Floats | None = None
) -> Ratings:
    """The table of these scores; repeats of judges, people named ``p1``, ``p2`` and so on."""
    parts = [_table(world, name, scores, kind="judge") for name, scores in judges.items()]
    if people is not None:
        parts += [
            _table(world, f"p{at + 1}", people[..., at : at + 1], kind="people")
            for at in range(people.shape[-1])
        ]
    whole = parts[0]
    for part in parts[1:]:
        whole = whole + part
    return whole


def pair_points(
    judge: PlantedJudge,
    gaps: Floats,
    rng: np.random.Generator,
    *,
    repeats: int = 1,
) -> tuple[Floats, Floats]:
    """Whether a pair's own side wins, when it is shown first and when it is shown second.

    Args:
        judge: The judge; its ``pair_slope`` and ``position_logit`` count.
        gaps: By how much the own side is better, in points, shape (pairs,).
        rng: Where it is drawn from.
        repeats: Judgments in each order.

    Returns:
        Points of 1 and 0, each of shape (pairs, repeats).
    """
    first, second = (
        1 / (1 + np.exp(-(judge.pair_slope * gaps + sign * judge.position_logit)))
        for sign in (1, -1)
    )
    size = (len(gaps), repeats)
    return (
        (rng.random(size) < first[:, None]).astype(np.float64),
        (rng.random(size) < second[:, None]).astype(np.float64),
    )


def pair_ratings(
    first: Floats,
    second: Floats,
    *,
    judge: str = "judge",
    systems: tuple[str, str] = ("a", "b"),
    dimension: str = "preference",
) -> Ratings:
    """The table of points as `pair_points` gives them: the first system is the own side."""
    pairs, repeats = first.shape
    points = np.stack([first, second])
    size = points.size
    order, place, repeat = (axis.ravel() for axis in np.indices(points.shape))
    words = ("loss", "win")
    return Ratings.from_columns(
        example=_column(place, tuple(f"e{at:04}" for at in range(pairs))),
        system=Column.constant(systems[0], size),
        dimension=Column.constant(dimension, size),
        rater=Column.constant(judge, size),
        kind=Column.constant("judge", size),
        value=_column(points.ravel().astype(np.int64), words),
        repeat=_column(repeat, tuple(range(repeats))),
        against=Column.constant(systems[1], size),
        order=_column(order, ("ab", "ba")),
    )


def _table(world: JudgeWorld, rater: str, scores: Floats, *, kind: Kind) -> Ratings:
    size = scores.size
    example, system, dimension, repeat = (axis.ravel() for axis in np.indices(scores.shape))
    levels, codes = np.unique(scores, return_inverse=True)
    return Ratings.from_columns(
        example=_column(example, world.examples),
        system=_column(system, world.systems),
        dimension=_column(dimension, world.dimensions),
        rater=Column.constant(rater, size),
        kind=Column.constant(kind, size),
        value=_column(codes.ravel(), tuple(levels.tolist())),
        repeat=_column(repeat, tuple(range(scores.shape[-1]))),
    )


def _column(codes: NDArray[np.int64], levels: Iterable[str | float | int]) -> Column:
    return Column(array("i", codes.astype(np.int32).tobytes()), tuple(levels))
