"""Examples that have had their day leave the set, and the next in reserve take their places.

A stratum of core is a simple random sample: the first so many of its questions in a random order.
If some are retired for what they are, as for their age, the next of the same order take their
places, and what then stands there is a simple random sample of those questions of the stratum that
are not to be retired. Each of them still stands for the same number of records: the stratum keeps
its size and so its weight, and what is retired is stood for by what is not. Where the reserve does
not suffice, those that are left stand for more, and their probabilities shrink in proportion. None
of this holds for examples that are retired for how systems answer them: dropping what everybody
passes makes every mean worse than production is. So core is never rotated by results.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

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
    """A part of core in which fewer examples stand than before.

    Args:
        name: It.
        before: Examples before.
        after: Examples after.
    """

    name: str
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """A set after its rotation.

    Args:
        examples: What stands in it.
        retired: What left, and what took its place.
        passed: Candidates that were to be retired themselves, and leave the reserve.
        used: The ids of candidates that came in.
        shrunk: Strata of core of which fewer examples stand, so that their probabilities shrank.
    """

    examples: tuple[Example, ...]
    retired: tuple[Retired, ...]
    passed: tuple[Example, ...]
    used: frozenset[str]
    shrunk: tuple[Stratum, ...]

    @property
    def lost(self) -> tuple[Stratum, ...]:
        """Strata of which nothing is left: their part of production is stood for by nothing."""
        return tuple(one for one in self.shrunk if not one.after)


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
    shrunk = _shrunk(examples, kept)
    factors = {one.name: one.after / one.before for one in shrunk}
    return Rotation(
        examples=tuple(_weighed(example, factors) for example in kept),
        retired=tuple(retired),
        passed=tuple(queues.passed),
        used=frozenset(queues.used),
        shrunk=shrunk,
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


def _shrunk(before: Iterable[Example], after: Iterable[Example]) -> tuple[Stratum, ...]:
    """The strata of core that have lost examples."""
    were, are = (
        Counter(
            _name(one)
            for one in examples
            if one.component == "core" and one.probability is not None
        )
        for examples in (before, after)
    )
    return tuple(
        Stratum(name, count, are[name]) for name, count in sorted(were.items()) if are[name] < count
    )


def _name(example: Example) -> str:
    return example.stratum or ""


def _weighed(example: Example, factors: Mapping[str, float]) -> Example:
    """An example of a stratum that shrank stands for more."""
    if example.component != "core" or example.probability is None:
        return example
    factor = factors.get(_name(example))
    return example if not factor else replace(example, probability=example.probability * factor)
