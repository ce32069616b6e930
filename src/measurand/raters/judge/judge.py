"""A language model as a rater: one fresh question for each output, dimension and repeat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from measurand.core.example import Example, Requirement
from measurand.core.fingerprint import fingerprint
from measurand.core.judging import BlindTask, Exemplar, Judgment, Order
from measurand.core.model import OK, Call, ModelRequest
from measurand.core.protocols import ChatModel
from measurand.core.rating import Measurement
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import Value
from measurand.raters.judge.exchange import Asking, exchanged
from measurand.raters.judge.fence import keyed
from measurand.raters.judge.levels import written
from measurand.raters.judge.plain import shown_outputs
from measurand.raters.judge.prompt import Prompt, form_of, prefix_of, render
from measurand.raters.judge.reply import Expected, Heard, hear
from measurand.raters.judge.rules import abstention, settled, unanswered
from measurand.raters.judge.spec import MAX_TOKENS, JudgeOptions, JudgeSettings, version_of
from measurand.raters.judge.together import hear_together, render_together
from measurand.raters.judge.words import TIE

__all__ = ["JudgeRater"]

_ORDERS: tuple[Order, ...] = ("ab", "ba")
_ALONE: tuple[None, ...] = (None,)


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

    async def judge_together(self, tasks: Sequence[BlindTask]) -> tuple[Judgment, ...]:
        """Carry out an output's tasks on several dimensions in one call, for the halo probe.

        What a rule settles is settled; the rest is asked together. The calls are those of the first
        judgment that took one: they were made once.

        Raises:
            BudgetExhausted: The call might cross the budget, so it was not made.
            ValueError: The tasks are not pointwise, or not of the same material.
        """
        ruled = {one.dimension: self.ruled(one) for one in tasks}
        asked = [one for one in tasks if ruled[one.dimension] is None]
        told = dict(zip(asked, await self._together(asked), strict=True)) if asked else {}
        found = (ruled[one.dimension] or told.get(one) for one in tasks)
        return tuple(one for one in found if one is not None)

    async def _together(self, tasks: Sequence[BlindTask]) -> tuple[Judgment, ...]:
        prompt, levels = render_together(
            tasks, self._rubric, run_key=self._options.run_key, prefix=self._prefix
        )
        each = [replace(prompt, levels=one) for one in levels]
        expected = [_expected(task, one) for task, one in zip(tasks, each, strict=True)]

        async def ask(turn: Asking) -> Call:
            return await self._model.ask(self._request(prompt, turn))

        first = self._first(prompt)
        limit = len(tasks) * int(first.parameters.get("max_tokens", MAX_TOKENS))
        first = replace(first, parameters={**first.parameters, "max_tokens": limit})
        heard, calls = await exchanged(
            first, await ask(first), lambda reply: hear_together(reply, expected), ask=ask
        )
        if heard is None:
            found = [unanswered(calls)] * len(tasks)
        else:
            found = [
                _judgment(
                    task, self._rubric.dimension(task.dimension), one, prompt=its, calls=calls
                )
                for task, one, its in zip(tasks, heard.each, each, strict=True)
            ]
        return (found[0], *(replace(one, calls=()) for one in found[1:]))

    async def _heard(self, task: BlindTask, prompt: Prompt, call: Call) -> Judgment:
        """Hear a reply, and ask once more where the way in which it is spoiled is worth it."""
        expected = _expected(task, prompt)

        async def ask(turn: Asking) -> Call:
            return await self._model.ask(self._request(prompt, turn))

        heard, calls = await exchanged(
            self._first(prompt), call, lambda reply: hear(reply, expected), ask=ask
        )
        if heard is None:
            return unanswered(calls)
        dimension = self._rubric.dimension(task.dimension)
        return _judgment(task, dimension, heard, prompt=prompt, calls=calls)

    def _prompt(self, task: BlindTask) -> Prompt:
        return render(task, self._rubric, run_key=self._options.run_key, prefix=self._prefix)

    def _first(self, prompt: Prompt) -> Asking:
        return Asking("first", prompt.messages, self._options.parameters)

    def _request(self, prompt: Prompt, turn: Asking) -> ModelRequest:
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


def _judgment(
    task: BlindTask, dimension: Dimension, heard: Heard, *, prompt: Prompt, calls: tuple[Call, ...]
) -> Judgment:
    if heard.status != OK:
        reason = heard.fault or heard.reason or heard.status
        return Judgment(measurement=Measurement(None, reason), failure=heard.status, calls=calls)
    value = _value(task, dimension, heard, prompt=prompt)
    measurement = Measurement(value, heard.reason, heard.evidence)
    return Judgment(measurement=measurement, failure=None, calls=calls)


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
