"""Where ratings come from: a file of any shape, or the ledger of a project."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from measurand.analysis.account import RunAccount
from measurand.analysis.trials import Rounds
from measurand.core.example import Example
from measurand.core.intake import Intake, Refusal
from measurand.core.output import Output
from measurand.core.plan import Plan
from measurand.core.rating import Cell, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import Scale
from measurand.core.set_version import SetVersion
from measurand.errors import DataError, Fault, UsageError
from measurand.figures.text import shortened
from measurand.jobs.item_maker import in_subsample
from measurand.jobs.looks import Looks
from measurand.store.dataset import Dataset
from measurand.store.mapping import WideMapping
from measurand.store.plans import load_plan
from measurand.store.ratings import read_ratings

__all__ = [
    "Reading",
    "Source",
    "examples_of",
    "from_file",
    "rounds_of",
    "subsample_of",
    "take_file",
    "two_faced",
]


_SPECIFIC = re.compile(r"'[^']*'|(?<=found )[^;,]+|(?<=line )\d+")
"""What makes two reasons of one kind different: the value found, the line."""
_KINDS_SHOWN = 3
_VALUES_SHOWN = 4
_LONGEST = 24
_LONGEST_NAME = 200
_SHOWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a ratings file is to be read.

    Args:
        mapping: How the columns of a wide file become ratings.
        scales: Of dimensions, or one for all; inferred where there is none.
        weights: Weights by dimension, in percent; alike by default.
        blocking: The dimensions that block: on a graded scale with the least value that does
            not, on a scale of labels with those that do.
        plan: A plan whose rubric says all of this.
        data: The evaluation set, for components, segments and clusters.
    """

    mapping: WideMapping | None = None
    scales: Mapping[str, Scale] | Scale | None = None
    weights: Mapping[str, float] = field(default_factory=dict)
    blocking: Mapping[str, float | tuple[str, ...] | None] = field(default_factory=dict)
    plan: Path | None = None
    data: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Ratings, and everything that is known about them.

    ``run`` is what a project's runs took, ``redact`` what is done to texts that are shown;
    ``aside`` are people's ratings of outputs that were chosen or whose right rating is known,
    which feed no estimate, and ``dropped`` those of the raters who were ``excluded``, and why;
    ``wanted`` is how many people are to rate each output, where that is known, ``looks`` where
    looks at how systems compare are counted, and ``of`` which version of the evaluation set it is.
    """

    ratings: Ratings
    rubric: Rubric
    intakes: tuple[Intake, ...]
    examples: Mapping[str, Example] = field(default_factory=dict)
    outputs: tuple[Output, ...] = ()
    plan: Plan | None = None
    notes: tuple[str, ...] = ()
    run: RunAccount | None = None
    redact: Callable[[str], str] = str
    aside: Ratings = field(default_factory=lambda: Ratings.of(()))
    dropped: Ratings = field(default_factory=lambda: Ratings.of(()))
    dropped_aside: Ratings = field(default_factory=lambda: Ratings.of(()))
    excluded: Mapping[str, str] = field(default_factory=dict)
    wanted: Mapping[tuple[str, str, str | None], int] = field(default_factory=dict)
    looks: Looks | None = None
    of: SetVersion | None = None

    @property
    def scales(self) -> dict[str, Scale]:
        """The scale of every dimension."""
        return {dimension.name: dimension.scale for dimension in self.rubric}

    @property
    def limits(self) -> tuple[str, ...]:
        """What was refused, assumed or left out on the way in: it limits every number."""
        told: list[str] = []
        for intake in self.intakes:
            if intake.refused:
                told.append(_refused(intake))
            told += (f"{intake.file}: {note}." for note in intake.notes)
        return (*told, *self._all_refused(), *self.notes)

    def _all_refused(self) -> Iterator[str]:
        """Dimensions of which nothing is left, which no number tells."""
        refused = (_about(one) for intake in self.intakes for one in intake.refused)
        kept = set(self.ratings.distinct("dimension"))
        for name, count in Counter(refused).items():
            if name in self.scales and name not in kept:
                yield f"{name}: all {count:,} ratings were refused, so that nothing is known of it."


def from_file(path: Path, reading: Reading) -> Source:
    """Read a ratings file that numbers are to be computed from.

    Raises:
        DataError: The file cannot be read as ratings, or not one of its ratings can be used.
        UsageError: A dimension is named that nobody rated.
    """
    source = take_file(path, reading)
    if not len(source.ratings):
        raise DataError(_nothing_left(source.intakes[0]))
    return source


def take_file(path: Path, reading: Reading) -> Source:
    """Read a ratings file, of which it may be that every rating is refused.

    Raises:
        DataError: The file cannot be read as ratings.
        UsageError: A dimension is named that nobody rated.
    """
    plan = load_plan(reading.plan) if reading.plan else None
    scales = {d.name: d.scale for d in plan.rubric} if plan else reading.scales
    imported = read_ratings(path, mapping=reading.mapping, scales=scales)
    if faults := [*two_faced(imported.ratings, path), *_texts_as_names(imported.ratings, path)]:
        raise DataError(faults)
    rubric = _rubric(imported.scales, reading, plan, intake=imported.intake)
    dataset = Dataset.load(reading.data) if reading.data else Dataset(())
    return Source(
        ratings=imported.ratings,
        rubric=rubric,
        intakes=(imported.intake,),
        examples={example.id: example for example in dataset},
        plan=plan,
        of=SetVersion(dataset.fingerprint, dataset.sizes()) if reading.data else None,
    )


def _nothing_left(intake: Intake) -> Iterator[Fault]:
    read = f"{intake.read:,} ratings, all of them refused" if intake.read else "no rating at all"
    yield Fault("there is nothing to compute from", intake.file, found=read)
    for one in intake.refused:
        yield Fault(one.reason, intake.file, line=one.line, key=one.key)


def two_faced(ratings: Ratings, path: Path) -> Iterator[Fault]:
    """Raters of more than one kind: nobody could say whose agreement theirs is."""
    kinds: dict[Cell, Cell] = {}
    for kind in ratings.distinct("kind"):
        for rater in ratings.where(kind=kind).distinct("rater"):
            if (first := kinds.setdefault(rater, kind)) != kind:
                yield Fault(
                    f"the rater {rater} is of two kinds",
                    str(path),
                    found=f"{first} and {kind}",
                    allowed="one kind for each rater",
                    remedy="give a person and a program different names",
                )


def _texts_as_names(ratings: Ratings, path: Path) -> Iterator[Fault]:
    """Systems and dimensions whose name is a text: no page has room, and a column is mistaken."""
    for column in ("system", "against", "dimension"):
        names = (str(name) for name in ratings.distinct(column) if name is not None)
        if long := [name for name in names if len(name) > _LONGEST_NAME]:
            yield Fault(
                f"texts stand where names of the column {column} belong",
                str(path),
                found=f"{shortened(long[0], _SHOWN)!r}, of {len(long[0]):,} characters",
                allowed=f"names of at most {_LONGEST_NAME} characters",
                remedy=f"check which column the mapping takes as {column}",
            )


def _refused(intake: Intake) -> str:
    count, share = len(intake.refused), len(intake.refused) / intake.read
    told = _kinds(intake.refused)
    hint = ""
    if sum("same rating" in one.reason for one in intake.refused) > count / 2:
        hint = " Is a column missing from the mapping, as the system's?"
    return (
        f"{count:,} of {intake.read:,} ratings in {intake.file} ({share:.1%}) were refused and "
        f"count nowhere: {told}.{hint}"
    )


def _kinds(refused: Sequence[Refusal]) -> str:
    """Why ratings were refused: the commonest reasons, each with values, where and a line."""
    kinds: dict[str, list[Refusal]] = {}
    for one in refused:
        kinds.setdefault(_SPECIFIC.sub("...", one.reason), []).append(one)
    common = sorted(kinds.items(), key=lambda item: -len(item[1]))[:_KINDS_SHOWN]
    return "; ".join(_kind(reason, alike) for reason, alike in common)


def _kind(reason: str, alike: Sequence[Refusal]) -> str:
    cells = [one.found for one in alike if one.found]
    if cells:
        reason = reason.replace("found ...", f"found {_few(map(_shortened, cells))}", 1)
    where = _few(name for one in alike if (name := _about(one)))
    line = next((one.line for one in alike if one.line is not None), None)
    first = "" if line is None else f"first in line {line:,}"
    beside = ", ".join(filter(None, (where, first)))
    return f"{len(alike):,} x {reason}{f' ({beside})' if beside else ''}"


def _about(refusal: Refusal) -> str | None:
    """The dimension of a long row; else the column."""
    return dict(refusal.row).get("dimension") or refusal.key


def _few(names: Iterable[str]) -> str:
    """The commonest, and how many more there are."""
    common = Counter(names).most_common()
    more = len(common) - _VALUES_SHOWN
    told = ", ".join(name for name, _ in common[:_VALUES_SHOWN])
    return told if more <= 0 else f"{told} and {more:,} more"


def _shortened(cell: str) -> str:
    return cell if len(cell) <= _LONGEST else f"{cell[:_LONGEST]}..."


def examples_of(path: Path | None) -> dict[str, Example]:
    """The examples of an evaluation set by their ids; none where there is no set."""
    if path is None:
        return {}
    return {example.id: example for example in Dataset.load(path).examples}


def _rubric(
    scales: Mapping[str, Scale], reading: Reading, plan: Plan | None, *, intake: Intake
) -> Rubric:
    if plan is not None:
        more = (Dimension(name, scale=scale) for name, scale in scales.items())
        others = (d for d in more if d.name not in plan.rubric)
        return Rubric(*plan.rubric, *others, by_segment=plan.rubric.by_segment)
    scaled = reading.scales if isinstance(reading.scales, Mapping) else {}
    named = {*reading.weights, *reading.blocking, *scaled}
    unknown = sorted(named - set(scales))
    for name in unknown:
        if lost := [one for one in intake.refused if _about(one) == name]:
            told = f"all ratings of {name} were refused: {_kinds(lost)}"
            raise DataError([Fault(told, intake.file)])
    if unknown:
        raise UsageError(
            f"nobody rated {', '.join(unknown)}; the dimensions are: {', '.join(scales)}"
        )
    return Rubric(*(_dimension(name, scale, reading) for name, scale in scales.items()))


def _dimension(name: str, scale: Scale, reading: Reading) -> Dimension:
    try:
        dimension = Dimension(name, weight=reading.weights.get(name, 0.0), scale=scale)
        if name not in reading.blocking:
            return dimension
        return _blocking(dimension, reading.blocking[name])
    except ValueError as problem:
        option = "--blocking" if name in reading.blocking else "--weight"
        raise UsageError(f"{option} {name}: {problem}") from None


def _blocking(dimension: Dimension, what: float | tuple[str, ...] | None) -> Dimension:
    if what is None:
        return replace(dimension, blocking=True)
    if dimension.scale.binary and what != ("no",):
        raise ValueError(f"a yes/no dimension blocks on no; write --blocking {dimension.name}")
    if dimension.scale.binary:
        return replace(dimension, blocking=True)
    if isinstance(what, tuple):
        return replace(dimension, blocking=True, block_labels=what)
    if dimension.scale.numeric:
        _refuse_bound(dimension, what)
        return replace(dimension, blocking=True, block_below=what)
    return replace(dimension, blocking=True, block_labels=(f"{what:g}",))


def _refuse_bound(dimension: Dimension, bound: float) -> None:
    """A bound below which nothing, or everything, lies is a slip of the pen."""
    low, high = dimension.scale.low, dimension.scale.high
    if not math.isfinite(bound):
        raise ValueError(f"ratings below {bound:g} cannot block")
    if low is not None and high is not None and not low < bound <= high:
        raise ValueError(f"ratings below {bound:g} block; allowed: above {low:g}, at most {high:g}")


def subsample_of(source: Source) -> frozenset[str] | None:
    """The examples drawn to be rated by more people; None where the plan draws none."""
    plan = source.plan
    if plan is None or not plan.people.subsample:
        return None
    return frozenset(name for name in source.examples if in_subsample(plan, name))


def rounds_of(source: Source) -> Rounds | None:
    """How the repeats of a run count on over its trials; None where no example has several.

    Of a file, the repeats are trials where checks alone repeat: a check says the same of the same
    output, so that it is asked again only of another one.
    """
    plan = source.plan
    if plan is None and not source.outputs:
        repeated = source.ratings.where(repeat=_later(source.ratings))
        return {} if set(repeated.distinct("kind")) == {"check"} else None
    planned = plan is not None and any(system.repeats > 1 for system in plan.systems)
    if plan is None or not (planned or any(output.trial for output in source.outputs)):
        return None
    return {judge.model: plan.judge.repeats for judge in plan.judge.models} if plan.judge else {}


def _later(ratings: Ratings) -> frozenset[Cell]:
    """The repeats that are not the first."""
    return frozenset(cell for cell in ratings.distinct("repeat") if cell)
