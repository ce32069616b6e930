"""Rows of any shape, read by a mapping."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from measurand.core.example import Message
from measurand.core.output import Failure
from measurand.core.rating import Kind
from measurand.core.record import Feedback
from measurand.store.logs.account import Unfit
from measurand.store.logs.dialect import Cells, Dialect
from measurand.store.logs.draft import Draft, said, word, words
from measurand.store.logs.mapping import LogMapping
from measurand.store.logs.paths import getter
from measurand.store.logs.transcript import talk
from measurand.store.logs.turns import conversation, decoded, last_answer, text_of, turns_of

__all__ = ["LogMapping", "mapped"]

_Get = Callable[[Mapping[str, Any]], Any]
_KINDS: tuple[Kind, ...] = ("people", "judge", "check")


def mapped(mapping: LogMapping) -> Dialect:
    """The dialect of a mapping: every row is read by it."""
    reader = _Reader(mapping)
    return _Mapped(
        name="mapped",
        title="rows read by a mapping",
        marks=frozenset(),
        fits=bool,
        drafts=reader.drafts,
    )


class _Mapped(Dialect):
    """Whoever maps a log knows what it is."""

    def reads(self, row: Cells) -> bool:
        """Every row."""
        return self.fits(row)


class _Reader:
    """Reads rows by a mapping."""

    def __init__(self, mapping: LogMapping) -> None:
        self._get: dict[str, Sequence[tuple[str, _Get]]] = {
            name: tuple((path, getter(path)) for path in paths)
            for name, paths in mapping.columns.items()
        }
        self._constants = mapping.constants

    def drafts(self, row: Cells) -> Iterator[Draft]:
        """What stands in a row."""
        if "turns" in self._get:
            yield from self._talk(row)
            return
        output, tools = last_answer(self._one(row, "output"))
        error = self._one(row, "error")
        yield Draft(
            id=self._one(row, "id"),
            messages=self._asked(row),
            output=output,
            failure=Failure("error", text_of(error)[:500]) if output is None and error else None,
            start=self._one(row, "time"),
            end=self._one(row, "end"),
            seconds=self._one(row, "seconds"),
            conversation=self._one(row, "conversation") or self._constants.get("conversation"),
            system=self._one(row, "system") or self._constants.get("system"),
            segments=self._segments(row),
            context=self._context(row),
            tools=tools,
            feedback=tuple(self._feedback(row)),
        )

    def _talk(self, row: Cells) -> Iterator[Draft]:
        path, get = self._get["turns"][0]
        listed = decoded(get(row))
        if not isinstance(listed, list) or not listed:
            raise Unfit("there is no list of turns where the mapping says", path)
        turns = turns_of(listed, path)
        for draft in talk(row, turns, path, assistant=self._constants.get("assistant")):
            if told := word(self._one(row, "conversation") or self._one(row, "id")):
                draft.conversation = told
                draft.id = f"{told}{draft.key.removeprefix(path)}"
            draft.start = draft.start if draft.start is not None else self._one(row, "time")
            draft.system = self._one(row, "system") or self._constants.get("system") or draft.system
            draft.segments = self._segments(row) or draft.segments
            draft.feedback = (*draft.feedback, *self._feedback(row))
            yield draft

    def _one(self, row: Cells, name: str) -> Any:
        value = self._get[name][0][1](row) if name in self._get else None
        return None if value == "" else value

    def _asked(self, row: Cells) -> tuple[Message, ...]:
        path, get = self._get["messages"][0]
        messages = conversation(get(row), path)
        told = self._one(row, "instructions") or self._constants.get("instructions")
        instructions = text_of(told)
        return (Message("system", instructions), *messages) if instructions.strip() else messages

    def _segments(self, row: Cells) -> tuple[str, ...]:
        found = [words(decoded(get(row))) for _, get in self._get.get("segments", ())]
        constant = self._constants.get("segments")
        return tuple(
            dict.fromkeys(
                [*(name for one in found for name in one), *([constant] if constant else [])]
            )
        )

    def _context(self, row: Cells) -> tuple[str, ...]:
        found: list[str] = []
        for _, get in self._get.get("context", ()):
            value = decoded(get(row))
            found += map(text_of, value if isinstance(value, list) else [value])
        return tuple(found)

    def _feedback(self, row: Cells) -> Iterator[Feedback]:
        comment = self._one(row, "comment")
        told = comment if isinstance(comment, str) else ""
        for kind in _KINDS:
            for path, get in self._get.get(kind, ()):
                name = path.replace("[]", "").rpartition(".")[2]
                yield from said(name, decoded(get(row)), kind=kind, comment=told)
