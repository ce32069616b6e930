"""What stands in two places of a set, or in what systems and judges are shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from measurand.analysis.set_check_terms import Find, LockSide, SetState
from measurand.analysis.set_check_texts import alike, quoted, rows_of, same, shingles
from measurand.core.example import Example
from measurand.texts.words import Shingle

__all__ = ["duplicates", "golden_quoted", "leaks_of_calibration", "shown_to_systems"]

_MOST = 0.8
"""Share of a text's words in what is shown from which the text is shown."""
_WORDS = 8
"""Words of an answer, and of a question within a conversation, that nobody writes by chance."""


def duplicates(state: SetState) -> Iterator[Find]:
    """The same conversation twice, or nearly: within a part or in two."""
    for group in same(state.examples):
        yield _found(group, "same-in-two-parts", "same-twice")
    for group in alike(state.examples):
        yield _found(group, "near-in-two-parts", "near-twice")
    yield from _conversations(state)


def _conversations(state: SetState) -> Iterator[Find]:
    """Turns of one conversation in two parts."""
    groups: defaultdict[str, list[Example]] = defaultdict(list)
    for example in state.examples:
        if example.cluster is not None:
            groups[example.cluster].append(example)
    for name, group in groups.items():
        parts = dict.fromkeys(example.component for example in group)
        if len(parts) > 1:
            told = f"{name}: {', '.join(parts)}"
            yield Find("conversation-in-two-parts", tuple(one.id for one in group), told)


def _found(group: tuple[Example, ...], across: str, within: str) -> Find:
    """The same in two parts, or within one."""
    parts = {example.component for example in group}
    names = tuple(example.id for example in group)
    return Find(across if len(parts) > 1 else within, names, _asked(group[0]))


def leaks_of_calibration(state: SetState) -> Iterator[Find]:
    """Examples that ask the same, on either side of a calibration."""
    sides = _sides(state.sides or {})
    rated = [example for example in state.examples if example.id in sides]
    for kind, groups in (("calibration-leak", same(rated)), ("near-leak", alike(rated))):
        for group in groups:
            found = [sides[example.id] for example in group]
            if len(frozenset[LockSide]().union(*found)) > 1:
                told = ", ".join(
                    f"{example.id}: {' and '.join(sorted(side))}"
                    for example, side in zip(group, found, strict=True)
                )
                yield Find(kind, tuple(example.id for example in group), told)


def _sides(sides: Mapping[tuple[str, str], LockSide]) -> dict[str, frozenset[LockSide]]:
    found: defaultdict[str, frozenset[LockSide]] = defaultdict(frozenset)
    for (example, _), side in sides.items():
        found[example] |= {side}
    return dict(found)


def shown_to_systems(state: SetState) -> Iterator[Find]:
    """Questions and answers of the set in prompts, and locked ones in what judges are shown."""
    locked = {name for name, side in _sides(state.sides or {}).items() if "test" in side}
    for shown in state.shown or ():
        rows = rows_of([shown.text], short=True)
        for example in state.examples:
            if shown.judge:
                own = shown.example == example.id
                if example.id in locked and (own or _shows(example, rows)):
                    yield Find("locked-shown", (example.id,), shown.name)
                continue
            if _shows(example, rows):
                yield Find("question-in-prompt", (example.id,), f"{shown.name}: {_asked(example)}")
            for answer in example.references:
                if _told(answer, rows):
                    golden = example.component == "golden"
                    kind = "golden-answer-shown" if golden else "answer-in-prompt"
                    yield Find(kind, (example.id,), f"{shown.name}: {answer}")


def golden_quoted(state: SetState) -> Iterator[Find]:
    """Golden answers in other examples, and any answer in its own question."""
    golden = [one for one in state.examples if one.component == "golden" and one.references]
    wanted = {row for one in golden for answer in one.references for row in shingles(answer).own()}
    for other in state.examples:
        asked = [message.content for message in other.messages]
        if wanted:
            rows = wanted & rows_of((*asked, *other.context))
            for one in golden if rows else ():
                answers = (text for text in one.references if _told(text, frozenset(rows)))
                if one.id != other.id and (answer := next(answers, None)) is not None:
                    yield Find("golden-answer-shown", (one.id, other.id), answer)
        own = (text for text in other.references if shingles(text).size >= _WORDS)
        for answer in own:
            if _told(answer, rows_of([other.question])):
                yield Find("answer-in-question", (other.id,), answer)


def _shows(example: Example, rows: frozenset[Shingle]) -> bool:
    """Whether a text shows what an example asks; short turns of conversations are everybody's."""
    alone = len(example.messages) == 1
    enough = alone or shingles(example.question).size >= _WORDS
    return enough and quoted(example.question, rows) >= _MOST


def _told(answer: str, rows: frozenset[Shingle]) -> bool:
    return shingles(answer).size >= _WORDS and quoted(answer, rows) >= _MOST


def _asked(example: Example) -> str:
    return " ".join(example.question.split())
