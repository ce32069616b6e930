"""The account of a build, its numbers and its limits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from measurand.core.example import MINIMUM, Component
from measurand.curation.account import BuildAccount, Came, Part, Rates
from measurand.curation.choosing import GOLDEN, Chosen
from measurand.curation.fold import questions
from measurand.curation.sample import Drawn
from measurand.curation.traffic import NEVER, Bools, Traffic
from measurand.jobs.building.making import Made
from measurand.jobs.building.reading import Aside
from measurand.jobs.building.spool import Spool
from measurand.jobs.logs import REPLACED, Logs
from measurand.stats.estimate import LEVEL, Estimate, attempt
from measurand.stats.poststrata import Strata, kish, stratified_mean

__all__ = ["came_of", "effective_of", "limits_of", "parted_of", "parts_of", "rates_of"]

_MOST, _CUT, _DAY = 8, 160, 86_400
_COUNTED = "count, exact"
_UNPARTED = "a record has nothing in the field that is to be segments; it is in none"
_NOBODY = "nothing in the logs says whether an answer was bad"


def came_of(logs: Logs, traffic: Traffic, spool: Spool, *, aside: Aside) -> Came:
    """What came in."""
    account = logs.account
    odd = {what: times for what, times in account.notes.items() if what != REPLACED}
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
        notes={**odd, **({_UNPARTED: aside.unparted} if aside.unparted else {})},
        replaced=account.notes[REPLACED],
        records=len(traffic) + aside.outside,
        outside=aside.outside,
        copied=int(traffic.copied.sum()),
        unsure=aside.unsure,
        unasked=int((first & ~traffic.asked).sum()),
        unanswered=int((first & traffic.asked & ~traffic.answered).sum()),
        eligible=int(traffic.eligible.sum()),
        questions=len(asked.rows),
        most=tuple(
            (spool[int(asked.rows[place])].question[:_CUT], int(asked.asked[place]))
            for place in most
            if asked.asked[place] > 1
        ),
        reworded=tuple(
            (spool[int(row)].question[:_CUT], times)
            for code, times in aside.reworded
            for row in asked.rows[asked.groups == code]
        ),
        since=_date(int(times.min())) if times.size else "",
        until=_date(int(times.max())) if times.size else "",
    )


def _date(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()


def parted_of(traffic: Traffic) -> tuple[str, ...]:
    """By what production can be parted, as it differs there."""
    mine = traffic.eligible
    columns: Mapping[str, NDArray[np.integer]] = {
        "segment": traffic.segment,
        "intent": traffic.intent,
        "time": traffic.at // _DAY,
    }
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
        return Rates(traffic=none, core=none, asked=none, edge=none, enrichment=none)
    asked = _share(failed[traffic.asked & ~traffic.copied])
    found = _share(failed[edge]) if edge.size else Estimate.absent("there are no edge cases")
    return Rates(
        traffic=_share(failed[traffic.eligible]),
        core=_estimated(failed[core], chosen.core, traffic.conversation[core]),
        asked=asked,
        edge=found,
        enrichment=_ratio(found, asked),
        bounds=bounds,
    )


def _share(failed: Bools) -> Estimate:
    return _exact(float(failed.mean()), failed.size)


def _exact(value: float, n: int) -> Estimate:
    return Estimate(value=value, low=value, high=value, n=n, method=_COUNTED)


def _ratio(edge: Estimate, traffic: Estimate) -> Estimate:
    if not edge.value or not traffic.value:
        return Estimate.absent("no failure is known in traffic or none is in edge")
    return _exact(edge.value / traffic.value, edge.n)


def _estimated(failed: Bools, drawn: Drawn, conversation: NDArray[np.uint64]) -> Estimate:
    """The share that core estimates, by its own weights, strata and conversations."""
    names = [drawn.strata[code].name for code in drawn.codes]
    # What shares nothing is a cluster of its own.
    alone = conversation == 0
    clusters = np.unique(conversation, return_inverse=True)[1].reshape(-1).astype(np.int64)
    clusters[alone] = -1 - np.arange(int(alone.sum()))
    shared = np.unique(clusters).size < clusters.size

    def compute() -> Estimate:
        return stratified_mean(
            failed.astype(np.float64),
            Strata.of_drawn(drawn.probability, names),
            clusters=clusters if shared else None,
            bounds=(0.0, 1.0),
        )

    return attempt(compute, n=failed.size, method="mean")


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
    yield from _counting(came)
    if core.size < MINIMUM["core"]:
        examples = "1 example" if core.size == 1 else f"{core.size:,} examples"
        yield f"Core has {examples}; below {MINIMUM['core']:,} it says little."
    golden = account.part("golden")
    if golden.size:
        yield (
            f"The {golden.size:,} golden examples have no expert's answer yet ({GOLDEN}); until "
            "they have, no result can rest on them. They are different questions that core has "
            "not, drawn before edge and regression: what is measured on them is of questions, each "
            "once, and not of traffic."
        )
    yield (
        "Nobody has looked at these examples yet. Near duplicates are found by spelling, intents "
        "by words; what is said in other words is not folded."
    )


def _counting(came: Came) -> Iterator[str]:
    """What the shares of traffic hang on: what was taken for one record, or for one question."""
    if came.copied:
        share = came.copied / (came.records - came.outside)
        yield (
            f"{came.copied:,} records ({share:.1%}) were taken for copies of others that were "
            "exported twice, and do not count: they have the same id, or none and the same second, "
            "and say the same in the same conversation."
        )
    if came.unsure:
        yield (
            f"{came.unsure:,} records have neither an id nor both a conversation and a time to the "
            "second, and say what another one says. They count as asked again; if the logs hold "
            "anything twice, what they ask counts for too much."
        )
    for question, times in came.reworded:
        yield (
            f"{times / came.eligible:.0%} of traffic ({times:,} interactions) counts as a question "
            f"that it words a little otherwise: \u201c{' '.join(question.split())}\u201d. Look "
            "whether it asks the same."
        )
