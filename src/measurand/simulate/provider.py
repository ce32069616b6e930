"""A simulated provider without its server: who answers, what goes wrong, and what it counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from measurand.core.model import Attempt, Call, ModelReply, ModelRequest
from measurand.core.output import Failure, Usage
from measurand.simulate.faults import FAILURE_OF, TRANSPORT, FaultPlan, FaultScript, PlannedFault
from measurand.simulate.judge_model import item_of
from measurand.simulate.judge_model_sim import SimJudge
from measurand.simulate.judges import JUDGES
from measurand.simulate.provider_asked import Answer, Answered, Asked, cut, input_tokens, tokens
from measurand.simulate.provider_draws import draw, name_of
from measurand.simulate.provider_schema import fitting
from measurand.simulate.provider_world import World
from measurand.simulate.server_counts import Counter, Planted
from measurand.simulate.support_bot import SupportBot, support_bot

__all__ = ["ECHO", "CannedModels", "NoSuchModel", "Provider", "SimulatedModel", "Source"]

ECHO = "echo"
"""The model that says what the last message said."""

_SMALLEST_CACHE = 1024
"""Tokens below which providers cache nothing."""

_REFUSAL = "I cannot help with that."

Source = SupportBot | str | Answer | None
"""Who answers: a world, one text for everything, or a function; None builds the world."""


class NoSuchModel(LookupError):  # noqa: N818 - the answer to a request, not a malfunction
    """Nobody here has this name."""


@dataclass(frozen=True, slots=True)
class CannedModels:
    """Who answers to which name.

    Args:
        world: What is known of examples and outputs; None where there is no world.
        judges: The simulated judges, by name.
        answer: Answers to every other name; None where other names are refused.
    """

    world: World | None
    judges: Mapping[str, SimJudge]
    answer: Answer | None = None

    @classmethod
    def of(cls, source: Source, judges: Mapping[str, SimJudge] | None, seed: int) -> CannedModels:
        """The models of a source: a world's systems and judges, or one answer to any name."""
        if isinstance(source, str):
            text = source
            return cls(None, judges or {}, lambda _: text)
        if source is not None and not isinstance(source, SupportBot):
            return cls(None, judges or {}, source)
        world = World(support_bot(seed) if source is None else source)
        return cls(world, JUDGES if judges is None else judges)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that is known beforehand."""
        systems = self.world.systems if self.world is not None else ()
        return (*systems, ECHO, *self.judges)

    def text(self, asked: Asked, fault: str | None, seed: int) -> str:
        """What the model says.

        Raises:
            NoSuchModel: Nobody has this name.
        """
        judge = self.judges.get(asked.model)
        if judge is not None:
            return judge.reply(asked, world=self.world, seed=seed, fault=fault)
        if asked.model == ECHO:
            return asked.question
        if self.answer is not None:
            return self.answer(asked)
        if self.world is not None and asked.model in self.world.systems:
            return self.world.answer(asked)
        raise NoSuchModel(asked.model)


@dataclass(frozen=True, slots=True)
class Provider:
    """Answers requests; the same request has the same answer, whatever came before.

    Args:
        models: Who answers.
        faults: What goes wrong.
        seed: Of judges' noise and of everything else that is drawn.
        warm_cache: Whether system messages, and turns that a cache was asked for, count as read
            from the cache where they have 1,024 tokens or more.
        counter: What it counts into.
    """

    models: CannedModels
    faults: FaultPlan
    seed: int = 7
    warm_cache: bool = False
    counter: Counter = field(default_factory=Counter)

    def take(self, asked: Asked) -> PlannedFault | None:
        """Count a request and say which fault, if any, hits it."""
        self.counter.received(asked.model, asked.key)
        if self.faults.quiet:
            return None
        judge = asked.model in self.models.judges
        item = item_of(asked) if judge else None
        return self.faults.next(asked.key, asked.model, judge=judge, item=item)

    def answer(self, asked: Asked, fault: PlannedFault | None) -> Answered:
        """The reply, with a fault of the reply in it where one is planted.

        Raises:
            NoSuchModel: Nobody has this name.
        """
        name = None if fault is None else fault.fault
        text, finish = self.models.text(asked, name, self.seed), "stop"
        if asked.schema is not None:
            text = fitting(text, asked.schema, asked.key)
        if name == "malformed":
            text = _malformed(text, asked.key)
        elif name == "refused":
            text, finish = _REFUSAL, "refused"
        elif name == "truncated":
            text, finish = text[: len(text) // 2], "length"
        elif asked.tool is not None:
            finish = "tool_calls"
        if asked.limit is not None and tokens(text) > asked.limit:
            text, finish = cut(text, asked.limit), "length"
        return Answered(
            text=text,
            finish=finish,  # type: ignore[arg-type]  # one of the words above
            input_tokens=input_tokens(asked.turns),
            output_tokens=tokens(text),
            cached_tokens=self._cached(asked) if self.warm_cache else 0,
        )

    @property
    def planted(self) -> Planted:
        """Which of the items seen so far the faults have chosen."""
        return Planted(self.faults.planted(lasting=True), self.faults.planted(lasting=False))

    def _cached(self, asked: Asked) -> int:
        first = 0
        while first < len(asked.turns) and asked.turns[first][0] == "system":
            first += 1
        size = input_tokens(asked.turns[: max(first, asked.marked)])
        return size if size >= _SMALLEST_CACHE else 0


def _malformed(text: str, key: str) -> str:
    """Not JSON any more, in one of the ways that models have."""
    if draw("malformed", key) < 0.5:  # noqa: PLR2004 - a coin
        return "On the whole this looks fine to me, four out of five or so."
    return '{"evidence": [' + text[: 2 * len(text) // 3].replace('"', "'")


@dataclass(frozen=True, slots=True)
class SimulatedModel:
    """A `ChatModel` that asks a simulated provider without any network.

    It tries once: a fault of the call is the call's failure at once, and takes no time.

    Args:
        name: The model's name, as in ``judge`` or ``simulated/judge``.
        provider: Who answers; shared by models that are to be counted together.
    """

    name: str
    provider: Provider

    @classmethod
    def of(
        cls,
        name: str,
        source: Source = None,
        *,
        judges: Mapping[str, SimJudge] | None = None,
        faults: object = (),
        seed: int = 7,
    ) -> SimulatedModel:
        """A model over a source of its own."""
        plan = FaultPlan(FaultScript.of(faults), seed)
        return cls(name, Provider(CannedModels.of(source, judges, seed), plan, seed))

    @property
    def version(self) -> str:
        """Changes with the seed."""
        return f"simulated-{name_of(self.name, self.provider.seed)}"

    async def ask(self, request: ModelRequest) -> Call:
        """Ask once; a failure is part of the call, never raised."""
        turns = tuple((message.role, message.content) for message in request.messages)
        model = self.name.rpartition("/")[2]
        limit = request.parameters.get("max_tokens")
        asked = Asked(
            model=model,
            turns=turns,
            key=request.key or f"sha-{name_of(model, *turns)}",
            schema=request.schema,
            limit=limit if isinstance(limit, int) else None,
            marked=request.prefix,
        )
        fault = self.provider.take(asked)
        if fault is not None:
            self.provider.counter.fault(model, asked.key, fault.fault)
            if fault.fault in TRANSPORT:
                return self._failed(fault.fault)
        try:
            answered = self.provider.answer(asked, fault)
        except NoSuchModel:
            failure = Failure("not_found", f"there is no simulated model {model!r}")
            return Call(
                model=self.name,
                attempts=(Attempt(status="not_found", seconds=0.0),),
                failure=failure,
            )
        return self._replied(asked, answered)

    def _failed(self, fault: str) -> Call:
        kind = FAILURE_OF[fault]
        attempt = Attempt(status=kind, seconds=0.0, message="planted")
        failure = Failure(kind, f"planted: {fault}")
        return Call(model=self.name, attempts=(attempt,), failure=failure)

    def _replied(self, asked: Asked, answered: Answered) -> Call:
        used = (answered.input_tokens, answered.output_tokens, answered.cached_tokens)
        self.provider.counter.answered(asked.model, asked.key, used)
        usage = Usage(*used)
        reply = ModelReply(
            text=answered.text,
            finish=answered.finish,
            usage=usage,
            model=asked.model,
            sent=MappingProxyType({}),
        )
        return Call(
            model=self.name,
            attempts=(Attempt(status="ok", seconds=0.0, usage=usage),),
            reply=reply,
        )
