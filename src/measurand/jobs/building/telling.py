"""The account of a build, its numbers and its limits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from measurand.core.example import MINIMUM, Component
from measurand.curation.account import BuildAccount, Came, Part, Rates
from measurand.curation.choosing import GOLDEN, Chosen
from measurand.curation.fold import questions
from measurand.curation.sample import Drawn
from measurand.curation.traffic import NEVER, Traffic
from measurand.jobs.building.making import Made
from measurand.jobs.building.spool import Spool
from measurand.jobs.logs import Logs
from measurand.stats.arrays import Floats
from measurand.stats.estimate import LEVEL, Estimate, attempt
from measurand.stats.poststrata import Strata, kish, stratified_mean

__all__ = ["came_of", "effective_of", "limits_of", "parted_of", "parts_of", "rates_of"]

_MOST, _CUT, _DAY = 8, 160, 86_400
_COUNTED = "count, exact"
_NOBODY = "nothing in the logs says whether an answer was bad"


def came_of(logs: Logs, traffic: Traffic, spool: Spool, *, outside: int) -> Came:
    """What came in."""
    account = logs.account
    asked = questions(traffic.group, traffic.member, among=traffic.eligible)
    first = ~traffic.copied
    most = np.lexsort((traffic.draw[asked.rows], -asked.asked))[:_MOST]
    times = traffic.at[traffic.eligible & (traffic.at != NEVER)]
    return Came(
        files=logs.files,
        rows=account.read,
        refused=dict(account.refused_by),
        passed=dict(account.passed_by),
        unread=tuple(f"{place.file}: {reason}" for place, reason in account.unread),
        notes=dict(account.notes),
        records=len(traffic) + outside,
        outside=outside,
        copied=int(traffic.copied.sum()),
        unasked=int((first & ~traffic.asked).sum()),
        unanswered=int((first & traffic.asked & ~traffic.answered).sum()),
        eligible=int(traffic.eligible.sum()),
        questions=len(asked.rows),
        most=tuple(
            (spool[int(asked.rows[place])].question[:_CUT], int(asked.asked[place]))
            for place in most
            if asked.asked[place] > 1
        ),
        since=_date(int(times.min())) if times.size else "",
        until=_date(int(times.max())) if times.size else "",
    )


def _date(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()


def parted_of(traffic: Traffic) -> tuple[str, ...]:
    """By what production can be parted, as it differs there."""
    mine = traffic.eligible
    columns = {"segment": traffic.segment, "intent": traffic.intent, "time": traffic.at // _DAY}
    return tuple(name for name, column in columns.items() if np.unique(column[mine]).size > 1)


def parts_of(
    made: Sequence[Made],
    spare: Sequence[Made],
    *,
    wanted: Mapping[Component, int],
    available: Mapping[Component, int],
) -> tuple[Part, ...]:
    """The components, with what each is made of."""
    return tuple(
        Part(
            component=name,
            wanted=size,
            available=available.get(name),
            made=(mine := tuple(one for one in made if one[0].component == name)),
            spare=sum(one[0].component == name for one in spare),
            by=dict(Counter(_by(one) for one in mine).most_common()),
        )
        for name, size in wanted.items()
    )


def _by(one: Made) -> str:
    rule = one[1].rule.partition(": ")[2].removeprefix("stratum ") or one[1].rule
    return rule.partition(".")[0] if one[0].component == "adversarial" else rule


def effective_of(drawn: Drawn, level: float = LEVEL) -> Estimate:
    """How many examples that count alike core is worth."""
    worth = kish(1 / drawn.probability)
    return Estimate(
        value=worth,
        low=worth,
        high=worth,
        level=level,
        n=drawn.places.size,
        method="Kish, exact",
    )


def rates_of(traffic: Traffic, chosen: Chosen) -> Rates:
    """How often the system is known to have failed."""
    failed = chosen.reasons.failed
    core = np.asarray([one.row for one in chosen.candidates if one.component == "core"])
    edge = np.asarray([one.row for one in chosen.candidates if one.component == "edge"], dtype=int)
    bounds = chosen.opinions.bounds
    if not bounds:
        none = Estimate.absent(_NOBODY)
        return Rates(traffic=none, core=none, edge=none, enrichment=none)
    share = failed[traffic.eligible]
    counted = (_exact(float(share.mean()), share.size), _edge(failed, edge))
    return Rates(
        traffic=counted[0],
        core=_estimated(failed[core].astype(np.float64), chosen.core),
        edge=counted[1],
        enrichment=_ratio(counted[1], counted[0]),
        bounds=bounds,
    )


def _edge(failed: np.ndarray, edge: np.ndarray) -> Estimate:
    if not edge.size:
        return Estimate.absent("there are no edge cases")
    return _exact(float(failed[edge].mean()), int(edge.size))


def _exact(value: float, n: int) -> Estimate:
    return Estimate(value=value, low=value, high=value, n=n, method=_COUNTED)


def _ratio(edge: Estimate, traffic: Estimate) -> Estimate:
    if not edge.value or not traffic.value:
        return Estimate.absent("no failure is known in traffic or none is in edge")
    return _exact(edge.value / traffic.value, edge.n)


def _estimated(values: Floats, drawn: Drawn) -> Estimate:
    """The share that core estimates, by its own weights and strata."""
    names = [drawn.strata[code].name for code in drawn.codes]

    def compute() -> Estimate:
        strata = Strata.of_drawn(drawn.probability, names)
        return stratified_mean(values, strata, bounds=(0.0, 1.0))

    return attempt(compute, n=values.size, method="mean")


def limits_of(account: BuildAccount) -> Iterator[str]:
    """What the set cannot say, computed from what it is."""
    came, core = account.came, account.part("core")
    if came.unanswered:
        yield (
            f"Core samples the {came.eligible:,} interactions that were answered. "
            f"{came.unanswered:,} questions without an answer are no part of what it estimates; "
            "they are candidates for regression and edge."
        )
    elif not account.rates.bounds:
        yield (
            "Nothing in the logs says which answers were bad. Edge rests on what is unlike the "
            "rest, and there are no regression items from these logs."
        )
    if came.eligible:
        yield (
            f"Core speaks of the {came.eligible:,} interactions in these logs"
            f"{f' from {came.since} to {came.until}' if came.since else ''}, and of other traffic "
            "as far as that is alike."
        )
    if core.size < MINIMUM["core"]:
        yield f"Core has {core.size:,} examples; below {MINIMUM['core']:,} it says little."
    golden = account.part("golden")
    if golden.size:
        yield (
            f"The {golden.size:,} golden examples have no expert's answer yet ({GOLDEN}); until "
            "they have, no result can rest on them."
        )
    yield (
        "Nobody has looked at these examples yet. Near duplicates are found by spelling, intents "
        "by words; what is said in other words is not folded."
    )
