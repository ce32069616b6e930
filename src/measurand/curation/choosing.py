"""All candidates of a set but the attacks: core, golden, regression and edge, in this order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from measurand.core.example import Component
from measurand.curation.candidate import Candidate
from measurand.curation.edge import Reasons, mixed_picks, reasons
from measurand.curation.fold import questions
from measurand.curation.opinions import Opinions, opinions
from measurand.curation.sample import Drawn, draw_core
from measurand.curation.strata import Split, by_time
from measurand.curation.traffic import Bools, Ints, Traffic
from measurand.errors import InsufficientData

__all__ = ["GOLDEN", "Chosen", "choose"]

GOLDEN = "drawn at random, awaits an expert's answer"
"""The stratum of golden examples: nothing but chance chose them among what core has not."""

_SPARE = 0.2
_ORDER: tuple[tuple[Component, str], ...] = (
    ("golden", "set"),
    ("golden", "reserve"),
    ("regression", "set"),
    ("edge", "set"),
    ("regression", "reserve"),
    ("edge", "reserve"),
)
"""In which parts are chosen after core, and what for."""
_SCRAMBLE = 2.0**20
_Pick = tuple[int, str]
_Picker = Callable[[Bools, int], list[_Pick]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What a set is made of, as far as the logs give it.

    Args:
        candidates: Those that are to be examples.
        spare: Those that are kept in reserve, in the order in which they come next.
        core: How core was drawn.
        reasons: Why each record is a candidate for edge.
        opinions: What was said of the answers.
        available: By component, how many different questions could have been chosen.
    """

    candidates: tuple[Candidate, ...]
    spare: tuple[Candidate, ...]
    core: Drawn
    reasons: Reasons
    opinions: Opinions
    available: Mapping[Component, int]


def choose(traffic: Traffic, sizes: Mapping[Component, int]) -> Chosen:
    """Choose the records of a set; no question is in it twice.

    Golden comes before what is chosen for what it is, and so does its reserve: else it would be a
    draw from what went well. Regression items come before edge cases, for they must be failures and
    edge cases need not.
    Parts share no conversation as far as there are others. Edge and golden have no turn that asks
    nothing, as thanks; core has them as often as production does.

    Args:
        traffic: The records.
        sizes: How many of each component; none where it is not named.

    Raises:
        InsufficientData: No record has a question and an answer.
    """
    if not traffic.eligible.any():
        raise InsufficientData(
            f"none of the {len(traffic):,} records has both a question and an answer, so there is "
            "nothing to draw from"
        )
    said = opinions(traffic.said, len(traffic))
    scene = _Scene(traffic, reasons(traffic, said), said)
    drawn, candidates, spare = scene.core(sizes.get("core", 0))
    free = traffic.asked & ~traffic.copied & scene.others(candidates + spare)
    available: dict[Component, int] = {"core": sum(one.questions for one in drawn.strata)}
    for component, into in _ORDER:
        n = sizes.get(component, 0)
        if into == "set":
            available[component] = scene.count(component, free)
        else:
            n = int(np.ceil(_SPARE * n))
        found = scene.picked(component, n, free=free, of=candidates)
        (candidates if into == "set" else spare).extend(found)
        free &= scene.others(found)
    return Chosen(
        candidates=tuple(candidates),
        spare=tuple(spare),
        core=drawn,
        reasons=scene.why,
        opinions=said,
        available=available,
    )


class _Scene:
    """The records, and why each is a candidate."""

    def __init__(self, traffic: Traffic, why: Reasons, said: Opinions) -> None:
        self.traffic, self.why, self.said = traffic, why, said
        groups = int(traffic.group.max(initial=-1)) + 1
        self._asked = np.bincount(traffic.group[traffic.eligible], minlength=groups)
        self._picks: Mapping[Component, _Picker] = {
            "regression": self._regression,
            "edge": self._edge,
            "golden": self._golden,
        }

    def core(self, n: int) -> tuple[Drawn, list[Candidate], list[Candidate]]:
        """The sample of production, as candidates and those in reserve."""
        traffic = self.traffic
        found = questions(traffic.group, traffic.member, among=traffic.eligible)
        rows = found.rows
        splits = [
            Split("segments", traffic.segment[rows], traffic.segments, kept=True),
            Split("intents", traffic.intent[rows], traffic.intents),
            *filter(None, [by_time(traffic.at[rows])]),
        ]
        drawn = draw_core(found, traffic.draw[rows], splits, n=n)

        def made(places: Ints, codes: Ints, probability: Iterable[float]) -> list[Candidate]:
            return [
                Candidate(
                    row=int(rows[place]),
                    component="core",
                    stratum=drawn.strata[code].name,
                    asked=int(found.asked[place]),
                    probability=float(chance),
                    reasons=self.why.of(int(rows[place])),
                )
                for place, code, chance in zip(places, codes, probability, strict=True)
            ]

        return drawn, made(drawn.places, drawn.codes, drawn.probability), made(*drawn.spare)

    def others(self, found: Iterable[Candidate]) -> Bools:
        """The records that ask nothing that these ask."""
        taken = [int(self.traffic.group[one.row]) for one in found]
        return ~np.isin(self.traffic.group, taken)

    def picked(
        self, component: Component, n: int, *, free: Bools, of: Iterable[Candidate]
    ) -> list[Candidate]:
        """Picks for a component, of conversations that no part has yet as far as that goes."""
        taken = [int(self.traffic.conversation[one.row]) for one in of]
        told = np.asarray([name for name in taken if name], dtype=np.uint64)
        pick, apart = self._picks[component], free & ~np.isin(self.traffic.conversation, told)
        found = self.named(component, pick(apart, n))
        if len(found) < n:
            found += self.named(component, pick(free & self.others(found), n - len(found)))
        return found

    def named(self, component: Component, picks: Iterable[_Pick]) -> list[Candidate]:
        """Picks as candidates."""
        return [
            Candidate(
                row=row,
                component=component,
                stratum=stratum,
                asked=int(self._asked[self.traffic.group[row]]),
                reasons=self.why.of(row),
            )
            for row, stratum in picks
        ]

    def count(self, component: Component, free: Bools) -> int:
        """How many different questions could be of a component."""
        told = self.traffic
        fits: Mapping[str, Bools] = {
            "edge": self.why.flags.any(axis=1) & ~told.bare,
            "regression": self.why.failed,
            "golden": told.eligible & ~told.bare,
        }
        return len(np.unique(told.group[free & fits[component]]))

    def _edge(self, free: Bools, n: int) -> list[_Pick]:
        return mixed_picks(self.why, self.traffic, among=free & ~self.traffic.bare, n=n)

    def _regression(self, free: Bools, n: int) -> list[_Pick]:
        """Known failures, the worst first."""
        rows = np.flatnonzero(free & self.why.failed)
        worst = np.where(self.traffic.answered, self.said.worst, 0.0)[rows]
        ordered = rows[np.lexsort((self.traffic.draw[rows], worst))]
        return [(row, self.why.of(row)[0]) for row in self._different(ordered, n)]

    def _golden(self, free: Bools, n: int) -> list[_Pick]:
        """Questions at random: what is left of a draw is as random as what was taken."""
        traffic = self.traffic
        among = free & traffic.eligible & ~traffic.bare
        found = questions(traffic.group, traffic.member, among=among)
        again = np.modf(traffic.draw[found.rows] * _SCRAMBLE)[0]
        return [(int(row), GOLDEN) for row in found.rows[np.argsort(again, kind="stable")][:n]]

    def _different(self, rows: Ints, n: int) -> Iterator[int]:
        """The first of these rows that ask different things, so many of them."""
        groups, first = np.unique(self.traffic.group[rows], return_index=True)
        del groups
        return (int(rows[place]) for place in np.sort(first)[:n])
