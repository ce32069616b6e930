"""References that contradict each other, the checklist, or what is expected elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from measurand.analysis.set_check_terms import Find, SetState
from measurand.analysis.set_check_texts import (
    alike,
    disagreement,
    quantities,
    same,
    shingles,
    squeezed,
)
from measurand.core.example import Example, Requirement

__all__ = ["checklists", "contradictions", "within_one"]

_MANY = 30
_TOLD = 8
"""Words of a reference from which it is to have all that the checklist requires."""


def contradictions(state: SetState) -> Iterator[Find]:
    """Examples that ask the same, or nearly, and call different answers right."""
    for group in same(state.examples):
        for first, second in _pairs(group):
            if _elsewhere(first) != _elsewhere(second):
                continue
            told = disagreement(first.references, second.references, strictly=True)
            if told:
                yield Find("references-disagree", (first.id, second.id), told)
            if _tools(first) and _tools(second) and _tools(first) != _tools(second):
                calls = f"{', '.join(_tools(first))} against {', '.join(_tools(second))}"
                yield Find("tools-disagree", (first.id, second.id), calls)
    for group in alike(state.examples):
        for first, second in _pairs(group):
            # Who asks with other numbers, or of other passages, asks something else.
            if _elsewhere(first) != _elsewhere(second) or _numbers(first) != _numbers(second):
                continue
            if told := disagreement(first.references, second.references):
                yield Find("references-differ", (first.id, second.id), told)


def _pairs(group: tuple[Example, ...]) -> Iterator[tuple[Example, Example]]:
    """Every two; of very many each with the first."""
    if len(group) <= _MANY:
        yield from combinations(group, 2)
    else:
        yield from ((group[0], other) for other in group[1:])


def within_one(state: SetState) -> Iterator[Find]:
    """References of one example that cannot both be right."""
    for example in state.examples:
        for first, second in combinations(example.references, 2):
            if told := disagreement((first,), (second,)):
                yield Find("references-contradict", (example.id,), told)
                break


def checklists(state: SetState) -> Iterator[Find]:
    """What the checklist requires and no reference has."""
    for example in state.examples:
        long = [text for text in example.references if shingles(text).size >= _TOLD]
        if not long:
            continue
        every = [f" {squeezed(text)} " for text in example.references]
        missing = [
            item.name or " or ".join(item.any_of)
            for item in example.checklist
            if not item.regex and not any(_meets(item, text) for text in every)
        ]
        if missing:
            yield Find("checklist-unmet", (example.id,), "; ".join(missing))


def _meets(item: Requirement, text: str) -> bool:
    """Whether a text, squeezed, has a phrase of an element."""
    return any(f" {squeezed(phrase)} " in text for phrase in item.any_of)


def _elsewhere(example: Example) -> tuple[str, ...]:
    return tuple(sorted(map(squeezed, example.context)))


def _numbers(example: Example) -> object:
    return dict(quantities(example.question)), re.findall(r"\d+", example.question)


def _tools(example: Example) -> tuple[str, ...]:
    return tuple(call.name for call in example.tools)
