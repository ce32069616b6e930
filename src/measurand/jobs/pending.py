"""What a run would still have to ask, and how long each question would be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Literal, Self

from measurand.analysis.forecast import Observed, Work
from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.plan import Plan
from measurand.jobs.engine.agenda import Agenda, Asked, Judging
from measurand.jobs.needs import models_of
from measurand.jobs.opening import Opened
from measurand.raters.judge.prompt import render
from measurand.raters.judge.spec import MAX_TOKENS, told
from measurand.store.ledger import Ledger
from measurand.store.ledger_accounts import Took
from measurand.systems.model import ModelSystem
from measurand.systems.template import Lacking

__all__ = ["REMEMBERED", "Pending", "looked_at", "observed_of"]

_LOOKED_AT = 1000
"""Examples whose questions are written out; of more, these stand for all."""
REMEMBERED = 2000
"""Earlier calls that are learnt from."""
_CHUNK = 32
_ANY_KEY = bytes(32)
"""Prompts have one length under every key."""
_USUAL_ANSWER = 600
"""Characters of an answer that nobody has seen yet."""

_Part = Literal["system", "judge"]


def looked_at(examples: Iterable[Example], total: int) -> list[Example]:
    """At most a thousand examples, evenly drawn from a stream of so many."""
    step = max(1, -(-total // _LOOKED_AT))
    return list(islice(examples, 0, total, step))


class Pending:
    """How long every question still to be asked would be.

    Args:
        plan: The plan.
        live: Its parts.
        agenda: Knows what is done.
        under_way: The keys of judgments that batches will bring.
    """

    def __init__(
        self, plan: Plan, live: Opened, agenda: Agenda, *, under_way: AbstractSet[str] = frozenset()
    ) -> None:
        self._plan, self._live, self._agenda = plan, live, agenda
        self._under_way = under_way
        self._rubric = told(plan.rubric)
        self._sizes: dict[tuple[_Part, str], list[int]] = defaultdict(list)
        self._answers = {
            system.name: "x" * _usual(agenda.ledger.outputs(version=system.version))
            for system in live.parts.systems
        }

    @property
    def usual_answer(self) -> float:
        """Characters that an answer has, on average over the systems that answer."""
        lengths = [len(text) for text in self._answers.values()]
        return sum(lengths) / len(lengths) if lengths else _USUAL_ANSWER

    def look(self, examples: Iterable[Example]) -> Self:
        """Look at some examples."""
        stream = iter(examples)
        while chunk := list(islice(stream, _CHUNK)):
            for asked in self._agenda.of(chunk):
                self._add(asked)
        return self

    def _add(self, asked: Sequence[Asked]) -> None:
        """Add what is to be asked about one example."""
        for one in asked:
            if not one.saved and one.raw is None:
                self._sizes["system", one.system.name].append(_question(one))
                one.output = None
                self._agenda.plan(one, self._answers[one.system.name])
            if one.output is None or one.output.failure is None:
                self._judged(one.judgings)
        self._pairs(asked)

    def works(self, scale: float) -> tuple[Work, ...]:
        """The same for the forecast, for so many times as much."""
        sizes = {place: _scaled(lengths, scale) for place, lengths in self._sizes.items()}
        return tuple(_works(self._plan, self._live, self._agenda.ledger, sizes=sizes))

    def _judged(self, items: Iterable[Judging]) -> None:
        """Repeats of one question are equally long, so only the first is written out."""
        lengths: dict[tuple[str, str], int] = {}
        for item in items:
            if item.key in self._under_way:
                continue
            place = (item.judge.name, item.task.dimension)
            if place not in lengths:
                prompt = render(item.task, self._rubric, run_key=_ANY_KEY)
                lengths[place] = sum(len(message.content) for message in prompt.messages)
            self._sizes["judge", item.judge.name].append(lengths[place])

    def _pairs(self, asked: Sequence[Asked]) -> None:
        by_name = {(one.system.name, one.trial): one for one in asked}
        for (name, trial), ours in by_name.items():
            for theirs in (
                by_name.get((second, trial))
                for first, second in self._live.parts.pairs
                if first == name
            ):
                if theirs is not None:
                    self._judged(self._compared(ours, theirs))

    def _compared(self, ours: Asked, theirs: Asked) -> list[Judging]:
        if ours.output is not None and theirs.output is not None:
            return self._agenda.comparisons(ours, theirs)[0]
        texts = [
            one.output.text if one.output and one.output.text else self._answers[one.system.name]
            for one in (ours, theirs)
        ]
        return [
            Judging(judge, task, "")
            for judge in self._live.parts.pair_judges
            for task in judge.tasks(ours.example, texts[0], other=texts[1])
        ]


def _question(one: Asked) -> int:
    """Characters that a system would be sent."""
    messages = one.example.messages
    if isinstance(one.system, ModelSystem):
        try:
            messages = one.system.request(one.example, one.trial).messages
        except Lacking:
            return 0
    return sum(len(message.content) for message in messages)


def _usual(outputs: Sequence[Output]) -> int:
    """The length that an answer usually has."""
    given = [len(output.text) for output in outputs if output.text is not None]
    return round(sum(given) / len(given)) if given else _USUAL_ANSWER


def _scaled(lengths: list[int], scale: float) -> list[int]:
    """As many as all examples would give."""
    if scale <= 1:
        return lengths
    count = round(len(lengths) * scale)
    return [lengths[at % len(lengths)] for at in range(count)]


def _works(
    plan: Plan, live: Opened, ledger: Ledger, *, sizes: dict[tuple[_Part, str], list[int]]
) -> Iterator[Work]:
    prices = live.models.prices
    known = models_of(plan)
    for system in plan.systems:
        if not system.live:
            continue
        model = system.target if system.target in known else None
        yield Work(
            name=system.name,
            part="system",
            model=model,
            characters=sizes.get(("system", system.name), []),
            observed=observed_of(ledger.work.took("output", system.name, newest=REMEMBERED)),
            max_tokens=system.parameters.get("max_tokens"),
            price=prices.price(model) if model else None,
        )
    for judge in plan.judge.models if plan.judge else ():
        limits = {"max_tokens": MAX_TOKENS, **(plan.judge.parameters if plan.judge else {})}
        yield Work(
            name=judge.model,
            part="judge",
            model=judge.model,
            characters=sizes.get(("judge", judge.model), []),
            observed=observed_of(ledger.work.took("rating", judge.model, newest=REMEMBERED)),
            max_tokens={**limits, **judge.parameters}["max_tokens"],
            price=prices.price(judge.model),
        )


def observed_of(calls: Sequence[Took]) -> tuple[Observed, ...]:
    """What earlier calls took, as a forecast learns from it."""
    return tuple(
        Observed(
            characters=one.characters,
            input_tokens=one.usage.input_tokens,
            output_tokens=one.usage.output_tokens,
            cached_tokens=one.usage.cached_tokens,
            attempts=one.attempts,
            seconds=one.seconds,
            cost=one.cost,
        )
        for one in calls
    )
