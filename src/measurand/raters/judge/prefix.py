"""What stands before every question: the rules, the whole rubric, and examples of levels.

It depends on no output that is to be judged, so providers' caches keep it over all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from measurand.core.example import Message
from measurand.core.judging import BlindTask, Exemplar, LabelSet
from measurand.core.rubric import Dimension, Rubric
from measurand.core.sampling import draw
from measurand.raters.judge.fence import Fence
from measurand.raters.judge.levels import Levels, labelled, levels_of, written
from measurand.raters.judge.words import EXAMPLES, RULES

__all__ = ["line", "prefix_for", "prefix_of", "rubric_in"]


def prefix_of(rubric: Rubric) -> Message:
    """The rules and the whole rubric: the message with which every question starts."""
    return Message("system", _text(rubric, "digits"))


def prefix_for(
    task: BlindTask, rubric: Rubric, *, run_key: bytes, usual: Message | None = None
) -> Message:
    """The same with a task's exemplars, and with what a probe changes about it.

    Args:
        task: What is to be judged; only exemplars and the probe are looked at.
        rubric: Every dimension.
        run_key: From which the boundaries around exemplars follow.
        usual: The rubric's `prefix_of`, where it is at hand.

    Raises:
        ValueError: An exemplar's level is none of the dimension's, or it is the very output that is
            to be judged.
    """
    label_set = "digits" if task.probing is None else task.probing.label_set
    seed = 0 if task.probing is None else task.probing.rubric_order
    if not task.exemplars and label_set == "digits" and not seed:
        return usual or prefix_of(rubric)
    text = _text(rubric_in(rubric, seed), label_set)
    if task.exemplars:
        shown = _exemplars(task, rubric.dimension(task.dimension), label_set, run_key=run_key)
        text = "\n\n".join((text, *shown))
    return Message("system", text)


def rubric_in(rubric: Rubric, seed: int) -> Rubric:
    """The rubric in another order of its dimensions, by a seed; 0 leaves it.

    Two dimensions or more never stand as they did.
    """
    names = [dimension.name for dimension in rubric]
    if not seed:
        return rubric
    moved = sorted(names, key=lambda name: draw("rubric order", seed, name))
    return rubric[tuple(moved if moved != names else reversed(names))]


def line(text: str) -> str:
    """The text in one line."""
    return " ".join(text.split())


def _text(rubric: Rubric, label_set: LabelSet) -> str:
    shown = (_dimension(dimension, label_set) for dimension in rubric)
    return "\n\n".join([RULES, "RUBRIC", *shown])


def _dimension(dimension: Dimension, label_set: LabelSet) -> str:
    levels = _levels(dimension, label_set)
    lines = [
        f"## {line(dimension.name)}",
        f"Definition: {line(dimension.definition) or 'as its name says'}",
        f"Scale: {_scale(dimension) if levels is None else _ends(levels)}",
    ]
    for key, text in dimension.levels.items():
        lines.append(f"- {_anchored(dimension, key, levels)}: {line(text)}")
    return "\n".join(lines)


def _levels(dimension: Dimension, label_set: LabelSet) -> Levels | None:
    """The levels under their labels; None where they are written as they are."""
    if label_set == "digits":
        return None
    try:
        return labelled(levels_of(dimension), label_set)
    except ValueError:
        return None


def _anchored(dimension: Dimension, key: str, levels: Levels | None) -> str:
    """How an anchor's level is written."""
    if levels is None:
        return key
    try:
        return str(levels.named_for(dimension.scale.parse(key), dimension.scale))
    except ValueError:
        return key


def _ends(levels: Levels) -> str:
    worst, best = levels.named[0], levels.named[-1]
    return f"{worst} to {best}; {worst} is the worst and {best} the best"


def _scale(dimension: Dimension) -> str:
    scale = dimension.scale
    if scale.binary:
        return "yes or no; yes is the good answer"
    if scale.low is not None and scale.high is not None:
        return f"{scale}; {scale.low:g} is the worst and {scale.high:g} the best"
    return str(scale)


def _exemplars(
    task: BlindTask, dimension: Dimension, label_set: LabelSet, *, run_key: bytes
) -> Iterator[str]:
    """Each exemplar's texts behind a fence of its own, its level outside: that is the examiner's.

    The fence follows from the exemplar alone, so that another order is the same blocks.
    """
    levels = labelled(levels_of(dimension), label_set)
    yield EXAMPLES.format(dimension=line(dimension.name))
    for number, one in enumerate(task.exemplars, 1):
        if (one.messages, one.output) == (task.messages, task.output):
            raise ValueError("an exemplar is the very output that is to be judged")
        level = written(levels.named_for(one.level, dimension.scale))
        yield from _exemplar(one, f"example {number}", level, run_key=run_key)


def _exemplar(one: Exemplar, name: str, level: str, *, run_key: bytes) -> Iterator[str]:
    fence = Fence.of(run_key, "exemplar", one)
    for number, message in enumerate(one.messages, 1):
        yield fence.around(f"{name} message {number} {message.role}", message.content)
    yield fence.around(f"{name} answer", one.output)
    if one.reason:
        yield fence.around(f"{name} reason", one.reason)
    yield f"The examiner's level of {name}: {level}"
