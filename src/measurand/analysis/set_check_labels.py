"""Labels that raters and judges speak against: what to look at again, never what to change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from statistics import fmean
from typing import NamedTuple

import numpy as np

from measurand.analysis.set_check_terms import Find, Said, SetState
from measurand.errors import InsufficientData
from measurand.stats.dawid_skene import one_coin

__all__ = ["labels"]

_UNLIKELY = 0.05
"""The probability of a right rating, given all raters, below which it is to be looked at."""
_TINY = 0.001
_NEAR = 0.25
"""Values so near to each other, in share of the scale, are the same opinion."""
_FAR = 0.6
"""Values so far from each other are opposite ones."""
_SYSTEMS = 3
"""Systems that fail before the reference is suspected."""
_GOOD = 0.5
"""The mean on a dimension from which on that all fail is no rule."""
_DIVIDED, _MOST = 0.5, 10
_LEAST = 3


class _Unit(NamedTuple):
    """An answer on a dimension."""

    example: str
    system: str
    dimension: str


@dataclass(slots=True)
class _Opinions:
    """What was said of an answer on a dimension, on the unit interval."""

    people: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    machines: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    judges: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    right: list[float] = field(default_factory=list)

    def means(self, *, of: str = "all") -> dict[str, float]:
        """The mean of each rater."""
        every: dict[str, list[float]] = {}
        if of in {"all", "people"}:
            every |= self.people
        if of in {"all", "judges"}:
            every |= self.judges
        if of == "all":
            every |= self.machines
        return {rater: fmean(values) for rater, values in every.items()}


def labels(state: SetState) -> Iterator[Find]:
    """What raters and judges speak against.

    Raises:
        InsufficientData: No rating is of an example of the set.
    """
    if state.said is None:
        return
    units = _units(state.said, frozenset(example.id for example in state.examples))
    if not units:
        raise InsufficientData("no rating is of an example of this set")
    yield from _against_raters(units)
    yield from _every_system_fails(units, state)
    yield from _judges_against_people(units)
    yield from _divided(units)


def _units(said: Said, names: frozenset[str]) -> dict[_Unit, _Opinions]:
    scales = {dimension.name: dimension.scale for dimension in said.rubric}
    found: defaultdict[_Unit, _Opinions] = defaultdict(_Opinions)
    for row in said.ratings.where(against=None):
        if row.value is None or row.example not in names or row.dimension not in scales:
            continue
        value = scales[row.dimension].unit(row.value)
        if value is None:
            continue
        unit = found[_Unit(row.example, row.system, row.dimension)]
        if row.kind == "reference":
            unit.right.append(value)
        else:
            by = {"people": unit.people, "judge": unit.judges}.get(row.kind, unit.machines)
            by[row.rater].append(value)
    return dict(found)


def _against_raters(units: Mapping[_Unit, _Opinions]) -> Iterator[Find]:
    """Right ratings that are unlikely given what all raters say, the unlikeliest first.

    By the one-coin model of Dawid and Skene: each rater errs at a rate of its own.
    """
    found: list[tuple[float, _Unit, float, int]] = []
    for dimension in dict.fromkeys(unit.dimension for unit in units):
        own = {unit: said for unit, said in units.items() if unit.dimension == dimension}
        raters = sorted({rater for said in own.values() for rater in said.means()})
        if not any(said.right for said in own.values()) or len(raters) < _LEAST:
            continue
        table = np.full((len(own), len(raters)), np.nan)
        for row, said in enumerate(own.values()):
            for rater, value in said.means().items():
                table[row, raters.index(rater)] = value
        try:
            model = one_coin(table)
        except InsufficientData:
            continue
        for row, (unit, said) in enumerate(own.items()):
            if not said.right or len(said.means()) < _LEAST:
                continue
            near = np.abs(model.values - fmean(said.right)) <= _NEAR
            chance = float(model.posterior[row][near].sum())
            if chance < _UNLIKELY:
                found.append((chance, unit, fmean(said.right), len(said.means())))
    for chance, unit, right, count in sorted(found):
        told = (
            f"{_told(unit)}: the right rating is {right:.2f} of the scale; given what {count} "
            f"raters say, its probability is {_percent(chance)}"
        )
        yield Find("label-against-raters", (unit.example,), told)


def _every_system_fails(units: Mapping[_Unit, _Opinions], state: SetState) -> Iterator[Find]:
    truths = {one.id for one in state.examples if one.references and one.component != "adversarial"}
    scores: defaultdict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for unit, said in units.items():
        if said.means():
            scores[unit.dimension, unit.example][unit.system] = fmean(said.means().values())
    means = {
        name: fmean(v for (of, _), by in scores.items() if of == name for v in by.values())
        for name in {dimension for dimension, _ in scores}
    }
    found = [
        (fmean(by.values()), example, dimension, len(by))
        for (dimension, example), by in scores.items()
        if example in truths and len(by) >= _SYSTEMS and max(by.values()) <= _NEAR
        if means[dimension] >= _GOOD
    ]
    for mean, example, dimension, count in sorted(found):
        told = f"{dimension}: {count} systems, mean {mean:.2f}; over all {means[dimension]:.2f}"
        yield Find("every-system-fails", (example,), told)


def _judges_against_people(units: Mapping[_Unit, _Opinions]) -> Iterator[Find]:
    found: list[tuple[float, _Unit, str]] = []
    for unit, said in units.items():
        people, judges = said.means(of="people"), said.means(of="judges")
        if len(people) < 2 or len(judges) < 2:  # noqa: PLR2004 - one opinion is no majority
            continue
        agreed = max(judges.values()) - min(judges.values()) <= _NEAR
        apart = abs(fmean(people.values()) - fmean(judges.values()))
        if agreed and apart >= _FAR:
            told = (
                f"{_told(unit)}: {len(people)} people {fmean(people.values()):.2f}, "
                f"{len(judges)} judges {fmean(judges.values()):.2f} of the scale"
            )
            found.append((-apart, unit, told))
    for _, unit, told in sorted(found):
        yield Find("judges-against-people", (unit.example,), told)


def _divided(units: Mapping[_Unit, _Opinions]) -> Iterator[Find]:
    """The ten examples with the largest mean difference between two people, if twice the usual."""
    apart: defaultdict[str, list[float]] = defaultdict(list)
    for unit, said in units.items():
        values = [*said.means(of="people").values()]
        if len(values) > 1:
            apart[unit.example].append(fmean(abs(a - b) for a, b in combinations(values, 2)))
    if not apart:
        return
    usual = fmean(fmean(every) for every in apart.values())
    bound = max(_DIVIDED, 2 * usual)
    most = sorted((-fmean(every), name) for name, every in apart.items() if len(every) > 1)
    for spread, example in most[:_MOST]:
        if -spread >= bound:
            told = f"two people differ by {-spread:.2f} of the scale, usually by {usual:.2f}"
            yield Find("people-divided", (example,), told)


def _percent(chance: float) -> str:
    return f"{chance:.1%}" if chance >= _TINY else f"below {_TINY:.1%}"


def _told(unit: _Unit) -> str:
    return f"{unit.system}, {unit.dimension}"
