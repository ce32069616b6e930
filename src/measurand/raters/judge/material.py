"""The material of a question, each text behind the item's fence: the same for every dimension."""

from __future__ import annotations

from collections.abc import Iterator

from measurand.core.judging import BlindTask
from measurand.raters.judge.fence import Fence
from measurand.raters.judge.plain import shown_outputs
from measurand.raters.judge.words import ANSWER

__all__ = ["fence_of", "material"]


def fence_of(task: BlindTask, run_key: bytes) -> Fence:
    """The fence of what is judged, whichever dimension is asked for."""
    return Fence.of(run_key, task.messages, task.context, task.output, task.other)


def material(
    task: BlindTask, fence: Fence, *, labels: tuple[str, str] | None = None, scored: str = ""
) -> Iterator[str]:
    """The blocks of the material, each under a line that says what it is.

    Args:
        task: What is to be judged.
        fence: Its fence.
        labels: Of a pair, the labels of the task's own output and of the other.
        scored: The level that an examiner is said to have given the references; empty for none.
    """
    yield "MATERIAL"
    if task.messages:
        yield "The conversation, up to the answer:"
    for number, message in enumerate(task.messages, 1):
        yield fence.around(f"message {number} {message.role}", message.content)
    if task.context:
        yield "What the answer may rely on, and must agree with:"
    for number, passage in enumerate(task.context, 1):
        yield fence.around(f"context {number}", passage)
    if task.references:
        level = f" An examiner gave them the level {scored}." if scored else ""
        yield f"Acceptable answers, for comparison; others may be as good:{level}"
    for number, reference in enumerate(task.references, 1):
        yield fence.around(f"reference {number}", reference)
    texts = shown_outputs(task)
    if labels is None or task.other is None:
        yield "The answer to be judged:"
        yield fence.around(ANSWER, texts[0])
        return
    yield "The two answers to be compared:"
    pair = list(zip(labels, texts, strict=True))
    for label, text in pair if task.order != "ba" else reversed(pair):
        yield fence.around(f"{ANSWER} {label}", text)
