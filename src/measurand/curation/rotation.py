"""Examples that have had their day leave the set, and the next in reserve take their places.

A stratum of core is a simple random sample: the first so many of its questions in a random order.
If some are retired for what they are, as for their age, the next of the same order take their
places, and what then stands there is a simple random sample of those questions of the stratum that
are not to be retired. The stratum keeps the number of records that it stands for and so its weight,
and what is retired is stood for by what is not: where the reserve does not suffice, or what comes
was not asked as often as what leaves, every probability of the stratum changes by one factor. None
of this holds for examples that are retired for how systems answer them: dropping what everybody
passes makes every mean worse than production is. So core is never rotated by results.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum

from measurand.core.example import Component, Example

__all__ = ["Reserve", "Retired", "Rotation", "Stratum", "rotate"]


@dataclass(frozen=True, slots=True)
class Reserve:
    """A candidate in reserve.

    Args:
        example: The example.
        rule: By what it would come in, as its lineage says.
    """

    example: Example
    rule: str


@dataclass(frozen=True, slots=True)
class Retired:
    """An example that leaves.

    Args:
        example: It.
        why: Why.
        heir: What takes its place; None where nothing in reserve can.
    """

    example: Example
    why: str
    heir: Example | None


@dataclass(frozen=True, slots=True)
class Stratum:
    """A part of core of which examples were retired.

    Args:
        name: It.
        before: Examples before.
        after: Examples after.
        factor: What its probabilities are multiplied by, so that it stands for as many records as
            before; 0 where nothing is left.
    """

    name: str
    before: int
    after: int
    factor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """A set after its rotation.

    Args:
        examples: What stands in it.
        retired: What left, and what took its place.
        passed: Candidates that were to be retired themselves, and leave the reserve.
        used: The ids of candidates that came in.
        strata: The strata of core of which examples with a probability were retired.
    """

    examples: tuple[Example, ...]
    retired: tuple[Retired, ...]
    passed: tuple[Example, ...]
    used: frozenset[str]
    strata: tuple[Stratum, ...]

    def weighed(self, example: Example) -> Example:
        """An example, or a candidate, with the probability that it has after the rotation."""
        return _weighed(example, {one.name: one.factor for one in self.strata})

    @property
    def shrunk(self) -> tuple[Stratum, ...]:
        """Strata of which fewer examples stand."""
        return tuple(one for one in self.strata if one.after < one.before)

    @property
    def lost(self) -> tuple[Stratum, ...]:
        """Strata of which nothing is left: their part of production is stood for by nothing."""
        return tuple(one for one in self.strata if not one.after)


def rotate(
    examples: Sequence[Example],
    reserve: Iterable[Reserve],
    why: Callable[[Example], str | None],
    *,
    rules: Mapping[str, str],
) -> Rotation:
    """Retire examples, and let those in reserve take their places.

    Args:
        examples: The set.
        reserve: The candidates; those of a stratum in the order in which they were drawn.
        why: Why an example is to be retired; None where it stays. It is asked of candidates too.
        rules: By what each example came in, by id, where that is known.
    """
    queues = _Queues(reserve, why, {example.id for example in examples})
    kept: list[Example] = []
    retired: list[Retired] = []
    for example in examples:
        reason = why(example)
        if reason is None:
            kept.append(example)
            continue
        heir = queues.heir(example, rules.get(example.id, ""))
        retired.append(Retired(example, reason, heir))
        if heir is not None:
            kept.append(heir)
    left = {_name(one.example) for one in retired if _counts(one.example)}
    strata = tuple(_stratum(name, examples, kept) for name in sorted(left))
    factors = {one.name: one.factor for one in strata}
    return Rotation(
        examples=tuple(_weighed(example, factors) for example in kept),
        retired=tuple(retired),
        passed=tuple(queues.passed),
        used=frozenset(queues.used),
        strata=strata,
    )


class _Queues:
    """The reserve, in the order in which it is called."""

    def __init__(
        self, reserve: Iterable[Reserve], why: Callable[[Example], str | None], there: set[str]
    ) -> None:
        self.used: set[str] = set()
        self.passed: list[Example] = []
        self._by_part: defaultdict[tuple[Component, str], list[Reserve]] = defaultdict(list)
        self._by_component: defaultdict[Component, list[Reserve]] = defaultdict(list)
        for one in reserve:
            if one.example.id in there:
                continue
            if why(one.example) is not None:
                self.passed.append(one.example)
                continue
            self._by_part[_part(one.example, one.rule)].append(one)
            self._by_component[one.example.component].append(one)

    def heir(self, example: Example, rule: str) -> Example | None:
        """What takes an example's place: in core of the same stratum, else of its component."""
        queues = [self._by_part[_part(example, rule)]]
        if example.component != "core":
            queues.append(self._by_component[example.component])
        for queue in queues:
            for one in queue:
                if one.example.id not in self.used:
                    self.used.add(one.example.id)
                    return one.example
        return None


def _part(example: Example, rule: str) -> tuple[Component, str]:
    """What an heir has to share: the stratum where there is one, else how it came in."""
    return example.component, example.stratum if example.stratum is not None else rule


def _counts(example: Example) -> bool:
    """Whether it stands for a part of production."""
    return example.component == "core" and example.probability is not None


def _stratum(name: str, before: Iterable[Example], after: Iterable[Example]) -> Stratum:
    """What stood in a stratum and what stands, and by how much that stands for too little."""
    were, are = (
        [1 / one.probability for one in examples if _name(one) == name and one.probability]
        for examples in (_core(before), _core(after))
    )
    return Stratum(name, len(were), len(are), _factor(sorted(are), fsum(were)))


def _core(examples: Iterable[Example]) -> list[Example]:
    return [one for one in examples if _counts(one)]


def _factor(weights: Sequence[float], total: float) -> float:
    """By what weights, the least first, are divided to sum to a total, each being at least 1."""
    for place in range(len(weights)):
        factor = fsum(weights[place:]) / (total - place)
        if weights[place] >= factor:
            return factor
    return 0.0


def _name(example: Example) -> str:
    return example.stratum or ""


def _weighed(example: Example, factors: Mapping[str, float]) -> Example:
    """An example of a stratum that keeps the records that it stands for."""
    factor = factors.get(_name(example))
    if example.component != "core" or example.probability is None or not factor:
        return example
    return replace(example, probability=min(example.probability * factor, 1.0))
