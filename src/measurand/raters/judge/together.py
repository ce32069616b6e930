"""All dimensions of an output asked for in one call: cheaper, and open to halo.

The levels that a judge has just given lie before it when it chooses the next, which is why the
usual plan asks each on its own. This one is here to be measured against it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from measurand.core.example import Message
from measurand.core.fingerprint import fingerprint
from measurand.core.judging import BlindTask
from measurand.core.model import OK, ModelReply, ModelRequest
from measurand.core.rubric import Rubric
from measurand.raters.judge.fence import Block, blocks, letters, outside
from measurand.raters.judge.levels import Level, Levels
from measurand.raters.judge.material import fence_of, material
from measurand.raters.judge.prefix import line, prefix_for
from measurand.raters.judge.prompt import Prompt, choice, form_of, offered
from measurand.raters.judge.reply import Expected, Heard, hear
from measurand.raters.judge.schema import schema_together
from measurand.raters.judge.strict_json import only_object, shortened
from measurand.raters.judge.words import (
    ANSWER,
    ASK_TOGETHER,
    CANARY,
    DIMENSION,
    FORM,
    ITEM,
    LEVELS,
    REPLY_TOGETHER,
    TOGETHER,
)

__all__ = ["AskedTogether", "HeardTogether", "hear_together", "read_together", "render_together"]

_KEYS = frozenset({"evidence", "reason", "level", "cannot_assess"})
_SPOILED = ("hijack_suspected", "invalid", "evidence_failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardTogether:
    """What a reply says on each of the dimensions.

    Args:
        each: In the order asked.
    """

    each: tuple[Heard, ...]

    @property
    def status(self) -> str:
        """``ok`` where it is on all of them, else the class of the gravest failure."""
        return self._worst.status

    @property
    def fault(self) -> str:
        """What was wrong."""
        return self._worst.fault

    @property
    def _worst(self) -> Heard:
        for status in _SPOILED:
            for heard in self.each:
                if heard.status == status:
                    return heard
        return next((heard for heard in self.each if heard.status != OK), self.each[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTogether:
    """What a judge was asked, for those that stand in for one.

    Args:
        output: The graded text.
        dimensions: In the order asked.
        levels: For each what may be answered, in the order shown.
        canary: The check word.
    """

    output: str
    dimensions: tuple[str, ...]
    levels: tuple[tuple[Level, ...], ...]
    canary: str


def render_together(
    tasks: Sequence[BlindTask], rubric: Rubric, *, run_key: bytes, prefix: Message | None = None
) -> tuple[Prompt, tuple[Levels, ...]]:
    """One prompt for an output's tasks on several dimensions, and the levels of each.

    Raises:
        ValueError: The tasks are not pointwise, not of the same material, or two of one dimension.
    """
    _check(tasks)
    first = tasks[0]
    fence = fence_of(first, run_key)
    levels = tuple(offered(one, rubric.dimension(one.dimension)) for one in tasks)
    content = fingerprint(["together", [one.fingerprint for one in tasks]])
    word = letters(run_key, "canary", content)
    canary = f"{word[:5]}-{word[5:10]}"
    parts = [*material(first, fence), f"QUESTION\n{ASK_TOGETHER}\n{FORM}{TOGETHER}"]
    for number, (one, allowed) in enumerate(zip(tasks, levels, strict=True), 1):
        listed = choice(allowed, "pointwise", reverse=one.reversed)
        parts.append(f"{ITEM}{number}\n{DIMENSION}{line(one.dimension)}\n{listed}")
        if one.note:
            parts += ["What this example adds to the definition:"]
            parts += [fence.around(f"note {number}", one.note)]
    parts.append(f"{REPLY_TOGETHER}\n{CANARY}{canary}")
    prompt = Prompt(
        messages=(
            prefix_for(first, rubric, run_key=run_key, usual=prefix),
            Message("user", "\n\n".join(parts)),
        ),
        prefix=1,
        schema=schema_together(levels),
        canary=canary,
        levels=levels[0],
        content=content,
    )
    return prompt, levels


def hear_together(reply: ModelReply, expected: Sequence[Expected]) -> HeardTogether:
    """What a reply says on each dimension, each as strictly as if it had been asked alone."""
    whole = hear(reply, expected[0])
    try:
        said = only_object(reply.text)
    except ValueError:
        return HeardTogether(each=(whole,) * len(expected))
    if whole.status in {"truncated", "refused"}:
        return HeardTogether(each=(whole,) * len(expected))
    canary = said.get("canary")
    if (answers := _answers(said, len(expected))) is None:
        shape = f"it does not answer each of 1 to {len(expected)} once: {shortened(said)}"
        heard = hear(_alone({}, canary), expected[0])
        if heard.status == "invalid":
            heard = replace(heard, fault=shape)
        return HeardTogether(each=(heard,) * len(expected))
    return HeardTogether(
        each=tuple(
            hear(_alone(answer, canary), one) for answer, one in zip(answers, expected, strict=True)
        )
    )


def read_together(request: ModelRequest) -> AskedTogether | None:
    """What a request asks of a judge on several dimensions; None where it is no such request."""
    for message in reversed(request.messages):
        if message.role == "user" and f"{FORM}{TOGETHER}\n" in message.content:
            return _asked(outside(message.content), tuple(blocks(message.content)))
    return None


def _check(tasks: Sequence[BlindTask]) -> None:
    if not tasks or any(form_of(one) != "pointwise" or one.exemplars for one in tasks):
        raise ValueError("what is asked together is pointwise, and without exemplars")
    if len({one.dimension for one in tasks}) < len(tasks):
        raise ValueError("a dimension is asked for once")
    alike = {replace(one, dimension="", note="", reversed=False) for one in tasks}
    if len(alike) > 1 or tasks[0].probing is not None:
        raise ValueError("what is asked together is of one output, shown in the same way")


def _alone(answer: dict[str, Any], canary: object) -> ModelReply:
    """An answer as the reply that it would be alone."""
    return ModelReply(text=json.dumps({**answer, "canary": canary}))


def _answers(said: dict[str, Any], count: int) -> list[dict[str, Any]] | None:
    """The answers in the order of their numbers; None where they are not each of them once."""
    found = said.get("judgments")
    if set(said) != {"judgments", "canary"} or not isinstance(found, list):
        return None
    by_number: dict[int, dict[str, Any]] = {}
    for answer in found:
        if not isinstance(answer, dict) or set(answer) != _KEYS | {"item"}:
            return None
        number = answer["item"]
        if isinstance(number, bool) or not isinstance(number, int) or number in by_number:
            return None
        by_number[number] = {key: answer[key] for key in _KEYS}
    if sorted(by_number) != list(range(1, count + 1)):
        return None
    return [by_number[number] for number in sorted(by_number)]


def _asked(ours: str, found: tuple[Block, ...]) -> AskedTogether | None:
    output = next((block.text for block in found if block.what == ANSWER), None)
    dimensions, levels, canary = (
        tuple(_after(ours, start)) for start in (DIMENSION, LEVELS, CANARY)
    )
    if output is None or not canary or len(dimensions) != len(levels):
        return None
    return AskedTogether(
        output=output,
        dimensions=dimensions,
        levels=tuple(tuple(json.loads(one)) for one in levels),
        canary=canary[-1],
    )


def _after(text: str, start: str) -> Iterator[str]:
    for one in text.splitlines():
        if one.startswith(start):
            yield one.removeprefix(start)
