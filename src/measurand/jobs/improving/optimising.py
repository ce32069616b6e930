"""Wordings proposed by an optimiser (GEPA), from a part of the development set and nothing else.

It reads what people and the judge said of those outputs and writes another definition or anchor,
through the same client, budget and ledger as everything else. What it proposes is a candidate
like any other, and is selected on outputs that it was never shown.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from measurand.core.candidate import Candidate
from measurand.core.example import Message
from measurand.core.fingerprint import fingerprint
from measurand.core.model import ModelRequest
from measurand.core.protocols import ChatModel
from measurand.errors import BudgetExhausted, LeakError, MissingExtra
from measurand.jobs.engine.asking import Stop
from measurand.jobs.engine.journal import Journal
from measurand.jobs.engine.parts import Parts
from measurand.jobs.improving.arms import Arm, ArmMaker
from measurand.jobs.improving.pool import Material, Rated
from measurand.jobs.improving.reflecting import Reflection, wordings_of
from measurand.store.ledger import Ledger
from measurand.store.ledger_work import Work

__all__ = ["SEEN", "Optimiser", "require_optimiser"]

SEEN = frozenset({0, 1})
"""The folds of the development set that an optimiser is shown: two of five."""

T = TypeVar("T")

_WHO = "optimiser"
_ANSWER_TOKENS = 2_000
_BATCH = 4
"""Outputs that a proposal is written from."""
_ROUNDS = 3
"""Rounds for each proposal that is wanted, at the most."""
_LONGEST = 2_000
"""Characters of a wording; what is longer is no definition any more."""


class _Stopped(Exception):  # noqa: N818 - a way out of the optimiser, not an error
    """Nothing more is to be asked."""


@dataclass(kw_only=True)
class Optimiser:
    """Proposes wordings in place of one judge's.

    Args:
        material: The rated outputs.
        maker: Makes judges of candidates.
        ledger: What was asked before.
        journal: Where it is written down what was said.
        ask: Has judges say what they have not said yet.
        model: The model that writes proposals.
        parts: What is done to texts before they are stored.
        proposals: How many, at the most.
        stop: Asked before anything new is started.
    """

    material: Material
    maker: ArmMaker
    ledger: Ledger
    journal: Journal
    ask: Callable[[Sequence[Arm], Sequence[Rated]], Awaitable[None]]
    model: ChatModel
    parts: Parts
    proposals: int
    stop: Stop

    async def proposed(self, current: Arm) -> tuple[list[Arm], list[Arm]]:
        """Let it propose.

        Args:
            current: The judge as it is.

        Returns:
            The candidates worth selecting from, and all that were tried.

        Raises:
            MissingExtra: The extra ``gepa`` is not installed.
        """
        gepa = require_optimiser()
        items = tuple(item for item in self.material.development if item.fold in SEEN)
        if not items:
            return [], []
        bridge = _Bridge(self, current, items)
        await self.ask([current], items)
        with suppress(_Stopped):
            await asyncio.to_thread(bridge.run, gepa)
        made = [arm for arm in bridge.arms.values() if arm is not current]
        whole = set(range(len(items)))
        return [arm for arm in made if bridge.heard[arm.name] >= whole], made

    async def reflect(self, prompt: str, number: int) -> str:
        """What the model writes in answer to a prompt of the optimiser; asked once.

        Raises:
            _Stopped: It has nothing to say, or the budget is reached.
        """
        key = fingerprint(["reflect", self.model.name, self.model.version, prompt, number])
        if (known := self.ledger.work.replies([key])).get(key):
            return known[key]
        if self.stop.asked:
            raise _Stopped
        request = ModelRequest(
            messages=(Message("user", prompt),),
            parameters={"max_tokens": _ANSWER_TOKENS},
            key=key,
        )
        try:
            call = self.parts.stored_call(await self.model.ask(request))
        except BudgetExhausted as limit:
            self.stop.ask("budget", str(limit))
            raise _Stopped from None
        failure = None if call.failure is None else call.failure.kind
        version = fingerprint([_WHO, self.model.version])
        work = Work(
            key=key, purpose="rating", who=_WHO, version=version, failure=failure, calls=(call,)
        )
        await self.journal.put([work])
        if call.reply is None:
            raise _Stopped
        return call.reply.text


class _Bridge:
    """GEPA's adapter: its thread on one side, our event loop on the other."""

    propose_new_texts = None  # GEPA asks for it; its own proposer is used

    def __init__(
        self,
        optimiser: Optimiser,
        current: Arm,
        items: Sequence[Rated],
    ) -> None:
        self._optimiser, self._loop = optimiser, asyncio.get_running_loop()
        self._current, self._items = current, items
        self._reflection = Reflection(
            optimiser.material, optimiser.ledger, current=current, items=items
        )
        self._seed = wordings_of(current, optimiser.material.dimensions)
        self._asked: Counter[str] = Counter()
        self._proposals = self._rounds = 0
        self.arms: dict[str, Arm] = {fingerprint(self._seed): current}
        self.heard: dict[str, set[int]] = {}

    def run(self, gepa: Any) -> None:
        """Optimise, in a thread of its own."""
        places = list(range(len(self._items)))
        gepa.optimize(
            seed_candidate=self._seed,
            trainset=places,
            valset=places,
            adapter=self,
            reflection_lm=self._reflect,
            reflection_prompt_template=self._reflection.templates(self._seed),
            reflection_minibatch_size=min(_BATCH, len(places)),
            stop_callbacks=[self._enough],
            logger=_Silent(),
            seed=self._optimiser.material.plan.seed,
            track_best_outputs=False,
        )

    def evaluate(
        self,
        batch: list[int],
        candidate: dict[str, str],
        capture_traces: bool = False,  # noqa: FBT001, FBT002 - GEPA's protocol
    ) -> Any:
        """How close a wording brings the judge to people, output by output."""
        from gepa.core.adapter import EvaluationBatch  # noqa: PLC0415 - an extra

        arm = self._arm(candidate)
        if arm is None:
            none = [0.0] * len(batch)
            return EvaluationBatch([None] * len(batch), none, [None] * len(batch))
        items = [self._items[place] for place in batch]
        self._wait(self._said(arm, items))
        self.heard.setdefault(arm.name, set()).update(batch)
        scores, traces = self._reflection.heard(arm, items)
        return EvaluationBatch(list(scores), list(scores), traces if capture_traces else None)

    def make_reflective_dataset(
        self, candidate: dict[str, str], eval_batch: Any, components_to_update: list[str]
    ) -> dict[str, list[dict[str, str]]]:
        """What the model reads before it writes another wording."""
        del candidate
        traces = [trace for trace in eval_batch.trajectories or () if trace is not None]
        return {
            name: [self._reflection.told(trace, name) for trace in traces]
            for name in components_to_update
        }

    def _arm(self, wording: dict[str, str]) -> Arm | None:
        """The judge with this wording; None where it is no wording, or leaks."""
        key = fingerprint(wording)
        if key in self.arms:
            return self.arms[key]
        if any(not text.strip() or len(text) > _LONGEST for text in wording.values()):
            return None
        definition, levels = self._reflection.changed(self._seed, wording)
        if not definition and not levels:
            return self._current
        name = f"proposal {len(self.arms)}"
        try:
            candidate = Candidate(name=name, definition=definition, levels=levels)
            self.arms[key] = self._optimiser.maker.arm(self._current.model, candidate)
        except LeakError:
            return None
        return self.arms[key]

    async def _said(self, arm: Arm, items: Sequence[Rated]) -> None:
        await self._optimiser.ask([arm], items)
        if self._optimiser.stop.asked:
            raise _Stopped

    def _reflect(self, prompt: Any) -> str:
        text = prompt if isinstance(prompt, str) else str(prompt)
        self._asked[text] += 1
        self._proposals += 1
        return str(self._wait(self._optimiser.reflect(text, self._asked[text])))

    def _enough(self, _: Any) -> bool:
        """Asked before each round; a round may end without a proposal, and must not for ever."""
        self._rounds += 1
        most = self._optimiser.proposals
        stopped = self._optimiser.stop.asked or self._proposals >= most
        return stopped or self._rounds > _ROUNDS * most

    def _wait(self, work: Any) -> Any:
        future: Future[Any] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result()


class _Silent:
    """What GEPA logs is in the ledger already."""

    def log(self, message: str) -> None:
        """Nothing."""


def require_optimiser() -> Any:
    """The optimiser's library.

    Raises:
        MissingExtra: It is not installed.
    """
    try:
        import gepa  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtra("an optimiser of wordings", "gepa") from error
    return gepa
