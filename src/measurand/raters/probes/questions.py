"""The same output under another question: what a judge is asked is changed in one thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from measurand.core.judging import BlindTask, LabelSet, Probing
from measurand.core.rubric import Rubric
from measurand.raters.judge.levels import Levels, labelled, levels_of, written
from measurand.raters.judge.prompt import form_of

__all__ = ["asked_otherwise"]

_LABELS: Mapping[str, LabelSet] = MappingProxyType(
    {"labels-letters": "letters", "labels-roman": "roman", "labels-words": "words"}
)
_FEWEST = 2


def asked_otherwise(probe: str, task: BlindTask, rubric: Rubric, *, seed: int) -> BlindTask | str:
    """The task as a probe of questions asks it; or why it cannot, in words.

    Args:
        probe: Its name in the catalogue.
        task: What is asked usually, with levels from worst to best.
        rubric: The dimensions.
        seed: Chooses the order of the rubric.

    Raises:
        KeyError: There is no such probe of questions.
    """
    if probe in _LABELS:
        return _relabelled(task, rubric, _LABELS[probe])
    if probe.startswith("wording-"):
        return replace(task, probing=Probing(wording=int(probe.removeprefix("wording-"))))
    return _CHANGES[probe](task, rubric, seed)


def _reversed(task: BlindTask, rubric: Rubric, seed: int) -> BlindTask | str:
    del seed
    levels = _levels(task, rubric)
    if levels is None or not (levels.ordered or rubric.dimension(task.dimension).scale.binary):
        return f"{task.dimension} has no levels with an order"
    return replace(task, reversed=True)


def _reordered(task: BlindTask, rubric: Rubric, seed: int) -> BlindTask | str:
    if len(rubric) < _FEWEST:
        return "the rubric has one dimension only"
    return replace(task, probing=Probing(rubric_order=seed + 1))


def _relabelled(task: BlindTask, rubric: Rubric, label_set: LabelSet) -> BlindTask | str:
    levels = _levels(task, rubric)
    if levels is None:
        return f"{task.dimension} has no levels with an order"
    try:
        labelled(levels, label_set)
    except ValueError as problem:
        return f"{task.dimension}: {problem}"
    return replace(task, probing=Probing(label_set=label_set))


def _scored(task: BlindTask, rubric: Rubric, seed: int) -> BlindTask | str:
    del seed
    levels = _levels(task, rubric)
    if levels is None or not levels.ordered or not task.references:
        return f"{task.dimension} has no reference that could have a level"
    middle = levels.named[len(levels.named) // 2]
    value = rubric.dimension(task.dimension).scale.parse(written(middle))
    return replace(task, probing=Probing(reference_level=value))


def _turned(task: BlindTask, rubric: Rubric, seed: int) -> BlindTask | str:
    del rubric, seed
    if len(task.exemplars) < _FEWEST:
        return "the judge is shown fewer than two exemplars"
    return replace(task, exemplars=task.exemplars[::-1])


_CHANGES: Mapping[str, Callable[[BlindTask, Rubric, int], BlindTask | str]] = MappingProxyType(
    {
        "level-reversed": _reversed,
        "rubric-order": _reordered,
        "reference-score": _scored,
        "exemplars-reversed": _turned,
    }
)


def _levels(task: BlindTask, rubric: Rubric) -> Levels | None:
    """The levels of a pointwise task; None of another form."""
    return levels_of(rubric.dimension(task.dimension)) if form_of(task) == "pointwise" else None
