"""Everything that was asked of systems, judges and checks, and what came of it, as arrays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from measurand.analysis.frame import RATERS, Bools, failed
from measurand.analysis.groups import positions
from measurand.analysis.matrix import Codes, codes_of
from measurand.analysis.score import Scores
from measurand.core.failure import FAILURES
from measurand.core.output import Output
from measurand.core.rating import KINDS, Cell, Kind, Rating, Ratings
from measurand.core.rubric import Rubric

__all__ = ["NO_OUTPUT", "PARTS", "Attempts", "Part", "attempts_of", "with_unanswered"]

Part = Literal["output", "judge", "check"]
"""What failed: a system gave no output, or a judge or a check no rating."""
PARTS: tuple[Part, ...] = get_args(Part)

NO_OUTPUT = "no_output"
"""The class of a rating that failed because its system had: no failure of the rater."""

_UNKNOWN = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """One row for every output and every rating by a judge or check that was asked for.

    Args:
        systems: Names that the codes stand for.
        dimensions: Names that the codes stand for.
        classes: Names that the codes stand for.
        part: Codes into `PARTS`.
        system: Whose output.
        dimension: On which dimension; -1 for outputs.
        failure: Of which class; -1 where there is a value.
        unit: Which output, the same for all ratings of one.
        example: Of which example.
        cluster: What examples share; the example itself where they share nothing.
        pairwise: Whether two outputs were compared.
        length: Characters of the output; -1 where they are not known.
    """

    systems: tuple[str, ...]
    dimensions: tuple[str, ...]
    classes: tuple[str, ...]
    part: Codes
    system: Codes
    dimension: Codes
    failure: Codes
    unit: Codes
    example: Codes
    cluster: Codes
    pairwise: Bools
    length: Codes

    @property
    def failed(self) -> Bools:
        """Which came to nothing."""
        return self.failure >= 0

    def of(self, part: Part) -> Bools:
        """Which are of this part."""
        return np.asarray(self.part == PARTS.index(part))

    def by(self, system: str) -> Bools:
        """Which are about this system's outputs."""
        return np.asarray(self.system == self.systems.index(system))

    def on(self, dimensions: Iterable[str]) -> Bools:
        """Which are ratings on any of these dimensions."""
        known = [self.dimensions.index(name) for name in dimensions if name in self.dimensions]
        return np.isin(self.dimension, known)

    def counted(self, which: Bools) -> Iterator[tuple[str, int]]:
        """Failures among these by class, the most frequent first."""
        counts = np.bincount(self.failure[which & self.failed], minlength=len(self.classes))
        for code in np.argsort(-counts, kind="stable"):
            if counts[code]:
                yield self.classes[code], int(counts[code])


def attempts_of(ratings: Ratings, scores: Scores, *, outputs: Sequence[Output] = ()) -> Attempts:
    """Everything that was asked for.

    A rating without a value and without a class of failure was not asked for in vain: someone
    said that there is nothing to say. A rating that had no output to be about counts for the
    system, not for the judge. Without outputs an output failed where a rating says that there
    was none.

    Args:
        ratings: The table.
        scores: Its scores: systems, examples and their clusters.
        outputs: The outputs, where they are known, with their texts and failures.
    """
    single = ratings.where(system=frozenset(scores.systems))
    own = failed(single)
    silent = own & _among(single, "failure", NO_OUTPUT)
    machines = _among(single, "kind", "judge", "check")
    asked = machines & (own | ~_among(single, "value", None)) & ~silent
    told = [
        _Told(o.example, o.system, o.failure.kind if o.failure else None, _length(o))
        for o in outputs
        if o.system in scores.systems
    ]
    rows = single.filtered(asked.astype(np.uint8).tobytes())
    alone = silent & _among(single, "against", None)  # of a pair nobody knows which is missing
    return _joined(rows, told or _from_ratings(single, alone), scores)


def with_unanswered(ratings: Ratings, rubric: Rubric, outputs: Iterable[Output]) -> Ratings:
    """The table with a rating that failed for each dimension of each output that there is not.

    Otherwise an example on which every system failed would not be in the table at all. Dimensions
    that were rated at all count, and whoever rated them most often.
    """
    silent = [output for output in outputs if output.failure is not None]
    if not silent:
        return ratings
    about = ratings.where(example=frozenset(output.example for output in silent), against=None)
    there = set(zip(about["example"], about["system"], about["dimension"], strict=True))
    usual = {d.name: rater for d in rubric if (rater := _usual(ratings, d.name)) is not None}
    rows = [
        Rating(
            example=output.example,
            system=output.system,
            dimension=dimension,
            rater=rater,
            kind=kind,
            value=None,
            reason=FAILURES[NO_OUTPUT],
            failure=NO_OUTPUT,
        )
        for output in silent
        for dimension, (rater, kind) in usual.items()
        if (output.example, output.system, dimension) not in there
    ]
    return ratings + Ratings.of(rows)


@dataclass(frozen=True, slots=True)
class _Told:
    """One output, and what is known of it."""

    example: str
    system: str
    failure: str | None
    length: int


def _from_ratings(rows: Ratings, silent: Bools) -> list[_Told]:
    """The outputs that ratings speak of; what a rating found no output for has failed."""
    size = max(len(rows["system"].levels), 1)
    keys = codes_of(rows["example"]) * size + codes_of(rows["system"])
    lost = frozenset(np.unique(keys[silent]).tolist())
    return [
        _Told(
            str(rows["example"].levels[key // size]),
            str(rows["system"].levels[key % size]),
            NO_OUTPUT if key in lost else None,
            _UNKNOWN,
        )
        for key in np.unique(keys[codes_of(rows["example"]) >= 0]).tolist()
    ]


def _joined(rows: Ratings, told: Sequence[_Told], scores: Scores) -> Attempts:
    """Outputs first, then ratings, in one table."""
    dimensions = tuple(str(name) for name in rows.distinct("dimension"))
    named = {one.failure for one in told} | set(rows.distinct("failure"))
    classes = tuple(sorted(str(name) for name in named if name is not None))
    others = (*(one.example for one in told), *map(str, rows.distinct("example")))
    examples = tuple(dict.fromkeys((*scores.examples, *others)))
    of_system = positions([one.system for one in told], scores.systems)
    of_example = positions([one.example for one in told], examples)
    system = np.concatenate([of_system, _codes(rows, "system", scores.systems)])
    example = np.concatenate([of_example, _codes(rows, "example", examples)])
    unit = example * len(scores.systems) + system
    length = np.full(len(examples) * len(scores.systems), _UNKNOWN, dtype=np.int64)
    length[unit[: len(told)]] = [one.length for one in told]
    cluster = np.arange(len(examples))
    cluster[: len(scores.examples)] = scores.clusters  # codes run below the number of examples
    none = np.full(len(told), _UNKNOWN, dtype=np.int64)
    return Attempts(
        systems=scores.systems,
        dimensions=dimensions,
        classes=classes,
        part=np.concatenate([none - none, _codes(rows, "kind", PARTS)]),
        system=system,
        dimension=np.concatenate([none, _codes(rows, "dimension", dimensions)]),
        failure=np.concatenate(
            [positions([o.failure for o in told], classes), _lost(rows, classes)]
        ),
        unit=unit,
        example=example,
        cluster=cluster[example],
        pairwise=np.concatenate([none > 0, ~_among(rows, "against", None)]),
        length=length[unit],
    )


def _length(output: Output) -> int:
    return _UNKNOWN if output.text is None else len(output.text)


def _lost(rows: Ratings, classes: Sequence[str]) -> Codes:
    """The class of each rating that failed; what has a value, or was replaced since, has none."""
    return np.where(failed(rows), _codes(rows, "failure", classes), _UNKNOWN)


def _codes(rows: Ratings, name: str, names: Sequence[str]) -> Codes:
    if not len(rows):
        return np.empty(0, dtype=np.int64)
    return positions(rows[name].levels, names)[codes_of(rows[name])]


def _among(rows: Ratings, name: str, *cells: Cell) -> Bools:
    return np.frombuffer(rows[name].mask(frozenset(cells).__contains__), dtype=np.uint8) > 0


def _usual(ratings: Ratings, dimension: str) -> tuple[str, Kind] | None:
    """Who rated a dimension most often."""
    rows = ratings.where(dimension=dimension, against=None, kind=RATERS)
    counts = Counter(zip(rows["rater"], rows["kind"], strict=True))
    if not counts:
        return None
    (rater, kind), _ = max(counts.items(), key=lambda item: (item[1], str(item[0])))
    return str(rater), next(known for known in KINDS if known == kind)
