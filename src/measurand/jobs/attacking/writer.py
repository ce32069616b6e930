"""Asking a model for attacks: what is asked, what it would cost, what came back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from measurand.analysis.forecast import Forecast, Work, forecast
from measurand.core.fingerprint import fingerprint
from measurand.core.model import ModelRequest
from measurand.core.protocols import ChatModel
from measurand.curation.attacks import Attack, AttackTask
from measurand.curation.attacks.making import held_for, usable
from measurand.curation.attacks.writing import Refused, Wish, heard, messages_for, schema_for
from measurand.errors import BudgetExhausted
from measurand.jobs.carrying import Course
from measurand.jobs.engine.asking import Stop
from measurand.jobs.engine.journal import Journal
from measurand.jobs.engine.parts import Parts
from measurand.jobs.pending import REMEMBERED, observed_of
from measurand.models.prices import PriceTable
from measurand.store.ledger import Ledger
from measurand.store.ledger_work import Work as Done
from measurand.store.lines import parse_json

__all__ = ["Writer", "Written"]

_ANSWER_TOKENS = 3_000


@dataclass(slots=True)
class Written:
    """What came of it.

    Args:
        attacks: Those that may be used.
        refused: What of the replies may not, and why.
        failed: By form, why there was no reply.
    """

    attacks: list[Attack] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    failed: list[Refused] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Writer:
    """Has a model write attacks.

    Args:
        model: The model.
        task: What they are made for.
        wished: What is asked for.
        seed: Of what stands in slots.
        parts: What cleans texts before they are stored.
        again: Whether what is in the ledger is asked once more.
    """

    model: ChatModel
    task: AttackTask
    wished: Sequence[Wish]
    seed: int
    parts: Parts
    again: bool = False

    @property
    def who(self) -> str:
        """By what name the ledger knows it."""
        return f"attacks by {self.model.name}"

    def ahead(self, ledger: Ledger, prices: PriceTable, *, budget: float | None) -> Forecast:
        """Calls, tokens and money of what is not in the ledger yet."""
        keys = {self._key(wish): wish for wish in self.wished}
        known = self._known(ledger)
        sizes = [
            sum(len(message.content) for message in messages_for(wish, self.task))
            for key, wish in keys.items()
            if key not in known
        ]
        work = Work(
            name=self.who,
            part="judge",
            model=self.model.name,
            characters=sizes,
            observed=observed_of(ledger.work.took("rating", self.who, newest=REMEMBERED)),
            max_tokens=_ANSWER_TOKENS,
            price=prices.price(self.model.name),
        )
        return forecast([work], spent=ledger.work.spent(), budget=budget)

    async def write(
        self, ledger: Ledger, journal: Journal, course: Course, *, width: int
    ) -> Written:
        """Ask for what is not in the ledger, and read all replies."""
        stop, tally = course.stop, course.tally
        known = self._known(ledger)
        places = asyncio.Semaphore(max(width, 1))
        failed: dict[str, str] = {}

        async def ask(wish: Wish) -> None:
            key = self._key(wish)
            async with places:
                if stop.asked and key not in known:
                    return
                tally.examples += 1
                if key in known:
                    return
                tally.fresh += 1
                text, problem = await self._asked(wish, key, journal, stop=stop)
            if problem:
                failed[key] = problem
            else:
                known[key] = text

        async with asyncio.TaskGroup() as group:
            for wish in self.wished:
                group.create_task(ask(wish))
        return self._read(known, failed)

    async def _asked(
        self, wish: Wish, key: str, journal: Journal, *, stop: Stop
    ) -> tuple[str, str]:
        """The reply, or why there is none."""
        request = ModelRequest(
            messages=messages_for(wish, self.task),
            parameters={"max_tokens": _ANSWER_TOKENS},
            schema=schema_for(wish),
            key=key,
        )
        try:
            call = self.parts.stored_call(await self.model.ask(request))
        except BudgetExhausted as limit:
            stop.ask("budget", str(limit))
            return "", "the budget was reached"
        failure = None if call.failure is None else call.failure.kind
        version = fingerprint([self.who, self.model.version])
        work = Done(
            key=key, purpose="rating", who=self.who, version=version, failure=failure, calls=(call,)
        )
        await journal.put([work])
        if call.reply is None:
            return "", f"there was no reply: {failure}"
        if call.reply.finish in {"length", "refused"}:
            return "", f"the reply ended early: {call.reply.finish}"
        return call.reply.text, ""

    def _read(self, known: dict[str, str], failed: dict[str, str]) -> Written:
        found, texts = Written(), set[object]()
        for wish in self.wished:
            key, form = self._key(wish), f"{wish.family}.{wish.form.name}"
            if (text := known.get(key)) is None:
                found.failed.append(Refused(form, 0, failed.get(key, "it was not asked")))
                continue
            for one in self._heard(wish, text, form):
                if isinstance(one, Refused):
                    found.refused.append(one)
                elif any(made.example.messages in texts for made in one):
                    found.refused.append(Refused(form, 0, "it says the same as another one"))
                else:
                    texts |= {made.example.messages for made in one}
                    found.attacks.extend(one)
        return found

    def _heard(self, wish: Wish, text: str, form: str) -> Iterator[tuple[Attack, ...] | Refused]:
        try:
            said = parse_json(text.strip())
        except ValueError as problem:
            yield Refused(form, 0, f"it is no JSON: {problem}")
            return
        questions = usable(self.task.questions, self.seed)
        held = [
            held_for(self.task, questions, self.seed, key_place, form, wish.place)
            for key_place in range(wish.count)
        ]
        yield from heard(said, wish, self.task, held=held, model=self.model.name)

    def _known(self, ledger: Ledger) -> dict[str, str]:
        """The replies that are there and count."""
        return {} if self.again else ledger.work.replies([self._key(one) for one in self.wished])

    def _key(self, wish: Wish) -> str:
        asked = [message.content for message in messages_for(wish, self.task)]
        return fingerprint(["attacks", self.model.name, self.model.version, *asked, wish.place])
