"""Whether anything that a judge is told shows an output that is locked for testing it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from measurand.core.example import Message
from measurand.core.exemplars import ExemplarId, Settled
from measurand.errors import LeakError

__all__ = ["Locked", "harmless", "refuse_leaks"]

_TELLING = 30
"""Characters from which a text that is found again was hardly written twice by chance."""
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Locked:
    """An output of the test set.

    Args:
        of: Its name.
        messages: The conversation up to it.
        output: What it says.
    """

    of: ExemplarId
    messages: tuple[Message, ...]
    output: str


def refuse_leaks(
    locked: Sequence[Locked],
    *,
    shown: Iterable[Settled] = (),
    texts: Mapping[str, Iterable[str]] | None = None,
) -> None:
    """Refuse exemplars and wordings that hold anything of a test set.

    An exemplar leaks where it is a locked output, answers the same conversation, or holds the
    text of one. A definition, anchor or criterion leaks where it holds a locked output, or the
    last question before it, of 30 characters or more; case and white space do not matter.

    Args:
        locked: The test set.
        shown: Exemplars.
        texts: What a judge is told besides, by where it is told.

    Raises:
        LeakError: Something leaks; every locked output that does is named.
    """
    found: dict[ExemplarId, str] = {}
    for one in shown:
        for item, why in _of_exemplar(one, locked):
            found.setdefault(item, why)
    for where, told in (texts or {}).items():
        for text in map(_plain, told):
            held = (item.of for item in locked if _holds(text, item))
            found |= {name: f"{where} holds its text" for name in held if name not in found}
    if found:
        named = [f"{item} ({why})" for item, why in list(found.items())[:_SHOWN]]
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise LeakError(
            "a judge must not be shown what it is tested on, and these outputs are locked for the "
            f"test: {', '.join(named)}{more}. Take them out; exemplars come from the development "
            "set",
            map(str, found),
        )


def harmless(one: Settled, locked: Sequence[Locked]) -> bool:
    """Whether an exemplar shows nothing of a test set."""
    return not any(True for _ in _of_exemplar(one, locked))


def _of_exemplar(one: Settled, locked: Sequence[Locked]) -> Iterator[tuple[ExemplarId, str]]:
    held = _plain(f"{one.exemplar.output} {one.exemplar.reason}")
    for item in locked:
        same = one.of.example == item.of.example and one.of.system in {None, item.of.system}
        if same or (one.exemplar.messages == item.messages and item.messages):
            yield item.of, f"the exemplar {one.of} answers the same conversation"
        elif _holds(held, item):
            yield item.of, f"the exemplar {one.of} holds its text"


def _holds(text: str, item: Locked) -> bool:
    """Whether a text holds the output, or the question, of a locked item."""
    question = item.messages[-1].content if item.messages else ""
    return any(
        len(wanted) >= _TELLING and wanted in text
        for wanted in map(_plain, (item.output, question))
    )


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
