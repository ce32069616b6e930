"""A language model as a rater: one fresh question for each output, dimension and repeat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from measurand.core.example import Example, Message, Requirement
from measurand.core.fingerprint import fingerprint
from measurand.core.judging import BlindTask, Exemplar, Judgment, Order
from measurand.core.model import OK, Attempt, Call, ModelReply, ModelRequest
from measurand.core.protocols import ChatModel
from measurand.core.rating import Measurement
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import Value
from measurand.errors import BudgetExhausted
from measurand.raters.judge.fence import keyed
from measurand.raters.judge.levels import written
from measurand.raters.judge.plain import shown_outputs
from measurand.raters.judge.prompt import Prompt, form_of, prefix_of, render
from measurand.raters.judge.reply import Expected, Heard, hear
from measurand.raters.judge.rules import abstention, settled
from measurand.raters.judge.spec import MAX_TOKENS, JudgeOptions, JudgeSettings, version_of
from measurand.raters.judge.words import REPAIR, TIE

__all__ = ["JudgeRater"]

_ORDERS: tuple[Order, ...] = ("ab", "ba")
_ALONE: tuple[None, ...] = (None,)
_AGAIN: Mapping[str, str] = {
    "truncated": "longer",
    "invalid": "repair",
    "evidence_failed": "requote",
}
"""Failures of a reply that are worth one more call, and which; each is made once at the most."""


class JudgeRater:
    """A judge: `measurand.core.protocols.Judge`.

    Every task is asked afresh: no earlier question, answer, dimension or system is in its context.

    Args:
        model: The model that judges; whoever hands it in owns retries, limits and budget.
        rubric: All dimensions of the plan, also those that this judge does not rate.
        options: How it judges.

    Raises:
        KeyError: The options name a dimension that the rubric has not.
    """

    def __init__(self, model: ChatModel, rubric: Rubric, options: JudgeOptions) -> None:
        for dimension in options.settings:
            rubric.dimension(dimension)
        self._model = model
        self._rubric = rubric
        self._options = options
        self._version = version_of(model.version, rubric, options)
        self._prefix = prefix_of(rubric)

    @property
    def name(self) -> str:
        """The rater's name in the table: the name of its model."""
        return self._model.name

    @property
    def version(self) -> str:
        """Changes with the model, the rubric, the prompt, the parameters and the forms."""
        return self._version

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The dimensions that it rates."""
        return tuple(self._options.settings)

    def tasks(
        self, example: Example, output: str, *, other: str | None = None
    ) -> tuple[BlindTask, ...]:
        """Everything it has to say about an output, or about a pair where ``other`` is given.

        Levels are listed the other way round in every second repeat; whether the first repeat
        starts with the worst or the best follows from the example, so that an odd number of
        repeats is balanced over examples, and is the same for all systems.
        """
        content = example.fingerprint
        return tuple(
            task
            for dimension, settings in self._options.settings.items()
            if (settings.form == "pairwise") == (other is not None)
            for task in self._tasks_on(
                dimension, example, (output, other), first=_parity(content, dimension)
            )
        )

    async def judge(self, task: BlindTask) -> Judgment:
        """Carry out one task; what goes wrong is the judgment's failure, never raised.

        Outputs that say nothing are settled by a rule, and so are tasks that lack what their form
        needs; both without a call.

        Raises:
            BudgetExhausted: The call might cross the budget, so it was not made.
        """
        if (ruled := self.ruled(task)) is not None:
            return ruled
        prompt = self._prompt(task)
        call = await self._model.ask(self._request(prompt, self._first(prompt)))
        return await self._heard(task, prompt, call)

    def ruled(self, task: BlindTask) -> Judgment | None:
        """The judgment that needs no call; None where the model is to be asked."""
        if (lacking := _lacking(task, self._options.settings[task.dimension])) is not None:
            return abstention(lacking)
        return settled(task, self._rubric.dimension(task.dimension))

    def request(self, task: BlindTask) -> ModelRequest:
        """What the model is asked first, for those who ask it in their own way and time."""
        prompt = self._prompt(task)
        return self._request(prompt, self._first(prompt))

    async def heard(self, task: BlindTask, call: Call) -> Judgment:
        """What a task's `request` brought, taken as `judge` takes it.

        A reply that is spoiled in a way that is worth one more call gets it, of the model itself.

        Raises:
            BudgetExhausted: The second call might cross the budget, so it was not made.
        """
        prompt = self._prompt(task)
        if not call.characters:
            length = sum(len(message.content) for message in prompt.messages)
            call = replace(call, characters=length)
        return await self._heard(task, prompt, call)

    async def _heard(self, task: BlindTask, prompt: Prompt, call: Call) -> Judgment:
        """Hear a reply, and ask once more where the way in which it is spoiled is worth it."""
        dimension = self._rubric.dimension(task.dimension)
        expected = _expected(task, prompt)
        turn = self._first(prompt)
        calls: list[Call] = []
        made = {turn.kind}
        while True:
            if call.reply is None:
                calls.append(call)
                return _unanswered(call, calls)
            heard = hear(call.reply, expected)
            calls.append(_marked(call, heard))
            following = _AGAIN.get(heard.status)
            if following is None or following in made:
                return _judgment(task, dimension, heard, prompt=prompt, calls=calls)
            made.add(following)
            turn = _next(turn, following, prompt, reply=call.reply, heard=heard)
            try:
                call = await self._model.ask(self._request(prompt, turn))
            except BudgetExhausted:  # the calls so far were paid for, and must not be lost
                return _judgment(task, dimension, heard, prompt=prompt, calls=calls)

    def _prompt(self, task: BlindTask) -> Prompt:
        return render(task, self._rubric, run_key=self._options.run_key, prefix=self._prefix)

    def _first(self, prompt: Prompt) -> _Turn:
        return _Turn("first", prompt.messages, self._options.parameters)

    def _request(self, prompt: Prompt, turn: _Turn) -> ModelRequest:
        """The request, under a name of its own: the same only when the same thing is asked again.

        The boundary and the check word are in the text, so the name depends on the key as they do.
        """
        more = fingerprint(turn.messages[len(prompt.messages) :])
        content = (self._options.salt, self.version, prompt.content, turn.kind, more)
        return ModelRequest(
            messages=turn.messages,
            parameters=turn.parameters,
            schema=prompt.schema,
            prefix=prompt.prefix,
            key=keyed(self._options.run_key, "request", *content)[:32],
        )

    def _tasks_on(
        self, dimension: str, example: Example, pair: tuple[str, str | None], *, first: int
    ) -> Iterator[BlindTask]:
        settings = self._options.settings[dimension]
        output, other = pair
        orders = _ALONE if other is None else _ORDERS
        for repeat in range(self._options.repeats):
            for order in orders:
                yield BlindTask(
                    messages=example.messages,
                    output=output,
                    other=other,
                    references=() if settings.reference == "never" else example.references,
                    context=example.context,
                    checklist=_checklist(example, settings),
                    note=example.notes.get(dimension, ""),
                    dimension=dimension,
                    repeat=repeat,
                    reversed=(repeat + first) % 2 == 1,
                    order=order,
                    exemplars=self._exemplars(dimension, example),
                    plain=dimension in self._options.plain,
                )

    def _exemplars(self, dimension: str, example: Example) -> tuple[Exemplar, ...]:
        """The dimension's exemplars, but for those about the very example that is judged."""
        known = self._options.exemplars.get(dimension, ())
        return tuple(one for one in known if one.messages != example.messages)


@dataclass(frozen=True, slots=True)
class _Turn:
    """One request of the few that a judgment may take."""

    kind: str
    messages: tuple[Message, ...]
    parameters: Mapping[str, Any]


def _next(turn: _Turn, kind: str, prompt: Prompt, *, reply: ModelReply, heard: Heard) -> _Turn:
    """The request after a spoiled reply: with twice the limit, or with what was wrong with it."""
    if kind == "longer":
        limit = 2 * int(turn.parameters.get("max_tokens", MAX_TOKENS))
        return replace(turn, kind=kind, parameters={**turn.parameters, "max_tokens": limit})
    said = Message("assistant", reply.text if reply.text.strip() else "(nothing)")
    told = Message("user", REPAIR.format(fault=heard.fault))
    return replace(turn, kind=kind, messages=(*prompt.messages, said, told))


def _parity(content: str, dimension: str) -> int:
    return int(fingerprint([content, dimension]), 16) % 2


def _checklist(example: Example, settings: JudgeSettings) -> tuple[Requirement, ...]:
    if settings.form != "checklist":
        return ()
    own = tuple(Requirement((criterion,)) for criterion in settings.criteria)
    return own or example.checklist


def _lacking(task: BlindTask, settings: JudgeSettings) -> str | None:
    """What the task lacks that its form needs; None where nothing is."""
    if settings.form == "checklist" and not task.checklist:
        return "no checklist to hold the answer against"
    if settings.reference == "always" and not task.references:
        return "no reference to hold the answer against"
    return None


def _expected(task: BlindTask, prompt: Prompt) -> Expected:
    return Expected(
        form=form_of(task),
        levels=prompt.levels,
        canary=prompt.canary,
        outputs=shown_outputs(task),
        items=len(task.checklist),
    )


def _unanswered(call: Call, calls: list[Call]) -> Judgment:
    """A call that brought no reply."""
    kind = call.failure.kind if call.failure else "connection"
    reason = (call.failure.message if call.failure else "") or kind
    return Judgment(measurement=Measurement(None, reason), failure=kind, calls=tuple(calls))


def _marked(call: Call, heard: Heard) -> Call:
    """The call with the class of its reply's failure, so that second calls do not hide it.

    An attempt whose tokens are not known stays as it is: its cost must not come to look known.
    """
    last: Attempt | None = call.attempts[-1] if call.attempts else None
    if heard.status == OK or last is None or last.usage is None:
        return call
    marked = replace(last, status=heard.status, message=heard.fault)
    return replace(call, attempts=(*call.attempts[:-1], marked))


def _judgment(
    task: BlindTask, dimension: Dimension, heard: Heard, *, prompt: Prompt, calls: list[Call]
) -> Judgment:
    if heard.status != OK:
        reason = heard.fault or heard.reason or heard.status
        return Judgment(
            measurement=Measurement(None, reason), failure=heard.status, calls=tuple(calls)
        )
    value = _value(task, dimension, heard, prompt=prompt)
    measurement = Measurement(value, heard.reason, heard.evidence)
    return Judgment(measurement=measurement, failure=None, calls=tuple(calls))


def _value(task: BlindTask, dimension: Dimension, heard: Heard, *, prompt: Prompt) -> Value:
    """The level on the dimension's scale."""
    labels, levels = prompt.labels, prompt.levels
    if heard.level is None:
        raise AssertionError("a reply that was heard has a level")
    if labels is not None:
        own = {labels[0]: "win", TIE: TIE, labels[1]: "loss"}
        return own[str(heard.level)]
    scale = dimension.scale
    if not task.checklist:
        return scale.parse(written(levels.meaning(heard.level)))
    share = float(heard.level)
    if scale.binary:
        return 1.0 if share == 1 else 0.0
    placed = scale.from_unit(share)
    if placed is None:
        raise AssertionError("a checklist is judged on a scale with bounds")
    return placed
