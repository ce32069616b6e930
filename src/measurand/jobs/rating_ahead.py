"""What people's part of a plan will take: hours and money before anybody is invited."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from measurand.analysis.rating_forecast import Pace, Round, assumed_pace, forecast_findings
from measurand.analysis.result import Findings
from measurand.core.example import Example
from measurand.core.people import is_pairwise
from measurand.core.plan import Plan
from measurand.core.rating import Ratings
from measurand.core.rubric import Rubric
from measurand.core.system import pairs_of
from measurand.jobs.item_maker import asked_of_people
from measurand.jobs.manifest import current
from measurand.jobs.people_rows import part
from measurand.store.ledger import Ledger
from measurand.store.ledger_people import Entry

__all__ = ["characters_read", "paces", "people_ahead"]


def people_ahead(
    plan: Plan,
    ledger: Ledger,
    *,
    examples: int,
    read: float,
    known: Callable[[], Mapping[str, Example]],
) -> Findings | None:
    """Foretell the round of rating that a plan asks for; None where people rate nothing.

    Args:
        plan: The plan.
        ledger: What people have rated so far, and how long it took them.
        examples: In the evaluation set.
        read: Characters that a person reads of one item, on average.
        known: Gives the examples by id; asked where people have rated some.
    """
    asked = asked_of_people(plan)
    if not asked:
        return None
    single = Rubric(*(d for d in asked if not is_pairwise(d.scale)))
    paired = len(asked) - len(single)
    outputs = len(plan.systems) if len(single) else 0
    outputs += len(tuple(pairs_of(plan.systems))) if paired else 0
    if not outputs:
        return None
    ahead = Round.of(plan.people, examples=examples, outputs=outputs)
    pace = Pace(
        seconds=paces(ledger.people.log(every_save=False)),
        assumed=assumed_pace(read, max(len(single), paired)),
    )
    return forecast_findings(ahead, pace, single, ratings=_sampled(plan, ledger, known))


def paces(entries: Iterable[Entry]) -> Mapping[str, Sequence[float]]:
    """Active seconds on every item that was finished, by rater; the last save tells."""
    last: dict[tuple[str, int], float] = {}
    for entry in entries:
        if entry.event == "answered" and entry.position is not None:
            place = (entry.who, entry.position)
            seconds = entry.body.get("seconds")
            if entry.body.get("done") and isinstance(seconds, int | float) and seconds > 0:
                last[place] = float(seconds)
    found: dict[str, list[float]] = {}
    for (who, _), seconds in last.items():
        found.setdefault(who, []).append(seconds)
    return found


def characters_read(examples: Sequence[Example], answer: float) -> float:
    """Characters of an item on average: conversation, context, and an answer of such a length."""
    texts = (
        sum(len(m.content) for m in example.messages) + sum(map(len, example.context))
        for example in examples
    )
    return answer + (sum(texts) / len(examples) if examples else 0.0)


def _sampled(
    plan: Plan, ledger: Ledger, known: Callable[[], Mapping[str, Example]]
) -> Ratings | None:
    """People's ratings that feed estimates."""
    now = current(ledger, plan)
    ratings = now.ratings(ledger)
    if not len(ratings.where(kind="people")):
        return None
    outputs = ledger.outputs(version=now.versions)
    parted = part(ratings, ledger, plan, examples=known(), outputs=outputs)
    people = parted.ratings.where(kind="people")
    return people if len(people) else None
