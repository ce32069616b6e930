"""Whether anything that a judge is told shows an output that is locked for testing it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from measurand.core.example import Message
from measurand.core.exemplars import ExemplarId, Settled
from measurand.errors import LeakError
from measurand.texts.words import Shingle, Shingles, short_lengths

__all__ = ["Locked", "harmless", "refuse_leaks"]

_COMMON = 3
"""Examples of the development set from which a wording is everybody's."""
_NEAR = 0.5
"""Share of a locked text from which an output of the development set is that text over again."""
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

    @property
    def texts(self) -> tuple[str, ...]:
        """What must not be quoted: the output, and the last question before it."""
        return (self.output, *(message.content for message in self.messages[-1:]))


def refuse_leaks(
    locked: Sequence[Locked],
    *,
    shown: Iterable[Settled] = (),
    texts: Mapping[str, Iterable[str]] | None = None,
    known: Sequence[Locked] = (),
) -> None:
    """Refuse exemplars and wordings that hold anything of a test set.

    A definition, anchor, criterion or reason leaks where eight words in a row are those of a
    locked output, or of the last question before it; of a text of four to seven words, all of
    them. Case and punctuation do not matter. In scripts without spaces two characters are a word.
    An exemplar leaks where it is a locked output, answers the same conversation, or where such
    rows make up half of one. What is also said in three examples of the development set is
    everybody's, and tells nothing.

    Args:
        locked: The test set.
        shown: Exemplars.
        texts: What a judge is told besides, by where it is told.
        known: The development set.

    Raises:
        LeakError: Something leaks; every locked output that does is named.
    """
    lock = _lock(tuple(locked), tuple(known))
    found: dict[ExemplarId, str] = {}
    for one in shown:
        for item, why in _of_exemplar(one, lock):
            found.setdefault(item, why)
    for where, told in (texts or {}).items():
        for text in told:
            for item in lock.quoted(text):
                found.setdefault(item, f"{where} holds its text")
    if found:
        named = [f"{item} ({why})" for item, why in list(found.items())[:_SHOWN]]
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise LeakError(
            "a judge must not be shown what it is tested on, and these outputs are locked for the "
            f"test: {', '.join(named)}{more}. Take them out; exemplars come from the development "
            "set",
            map(str, found),
        )


def harmless(one: Settled, locked: Sequence[Locked], *, known: Sequence[Locked] = ()) -> bool:
    """Whether an exemplar shows nothing of a test set; arguments as for `refuse_leaks`."""
    return not any(True for _ in _of_exemplar(one, _lock(tuple(locked), tuple(known))))


@dataclass(frozen=True, kw_only=True)
class _Lock:
    """A test set, by its rows of words.

    Args:
        locked: The outputs.
        where: In which texts, by output and number, each row stands.
        sizes: Of how many words each text is, of those that tell.
        short: The lengths of texts that are a row as a whole.
    """

    locked: tuple[Locked, ...]
    where: Mapping[Shingle, frozenset[tuple[ExemplarId, int]]]
    sizes: Mapping[tuple[ExemplarId, int], int]
    short: frozenset[int]

    def quoted(self, text: str) -> tuple[ExemplarId, ...]:
        """The outputs of which a text holds any row."""
        held = (self.where.get(row, frozenset()) for row in Shingles(text).within(self.short))
        return tuple(dict.fromkeys(of for places in held for of, _ in sorted(places, key=str)))

    def repeated(self, text: str) -> tuple[ExemplarId, ...]:
        """The outputs of which a text holds half or more."""
        told = frozenset(Shingles(text).within(self.short))
        texts = {(of, n) for row in told for of, n in self.where.get(row, ())}
        by_name = {item.of: item for item in self.locked}
        near = (
            of
            for of, number in sorted(texts, key=str)
            if _covered(by_name[of].texts[number], told & self.where.keys())
            >= _NEAR * self.sizes[of, number]
        )
        return tuple(dict.fromkeys(near))


def _covered(text: str, rows: Iterable[Shingle]) -> int:
    """How many words of a text stand in any of these rows."""
    return len(Shingles(text).places(frozenset(rows)))


@lru_cache(maxsize=8)
def _lock(locked: tuple[Locked, ...], known: tuple[Locked, ...]) -> _Lock:
    short = short_lengths(text for item in locked for text in item.texts)
    rows: dict[Shingle, set[tuple[ExemplarId, int]]] = defaultdict(set)
    for item in locked:
        for number, text in enumerate(item.texts):
            for row in Shingles(text).own():
                rows[row].add((item.of, number))
    examples: dict[Shingle, set[str]] = defaultdict(set)
    for item in known:
        for text in (item.output, *(message.content for message in item.messages)):
            for row in rows.keys() & set(Shingles(text).within(short)):
                examples[row].add(item.of.example)
    telling = {
        row: frozenset(places) for row, places in rows.items() if len(examples[row]) < _COMMON
    }
    sizes = {
        (item.of, number): _covered(text, telling)
        for item in locked
        for number, text in enumerate(item.texts)
    }
    return _Lock(locked=locked, where=telling, sizes=sizes, short=short)


def _of_exemplar(one: Settled, lock: _Lock) -> Iterator[tuple[ExemplarId, str]]:
    held = {*lock.repeated(one.exemplar.output), *lock.quoted(one.exemplar.reason)}
    for item in lock.locked:
        same = one.of.example == item.of.example and one.of.system in {None, item.of.system}
        if same or (one.exemplar.messages == item.messages and item.messages):
            yield item.of, f"the exemplar {one.of} answers the same conversation"
        elif item.of in held:
            yield item.of, f"the exemplar {one.of} holds its text"
