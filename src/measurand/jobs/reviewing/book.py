"""A set as it is with all that was decided: decisions are entered one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from measurand.core.example import Example
from measurand.core.lineage import Lineage
from measurand.core.review import Act, Decision
from measurand.errors import MeasurandError, UsageError
from measurand.jobs.reviewing.dropping import heir_of, reweighed, sampled
from measurand.jobs.reviewing.editing import answered, edited
from measurand.store.built_set import BuiltSet, Spare
from measurand.store.lineage_file import BY_HAND

__all__ = ["CANNOT", "Book", "Dropped", "Stale"]

CANNOT = "cannot_be_answered"
"""Where an example's metadata says that an expert could not answer it."""
_INELIGIBLE = (
    "{id} is of core, which is a sample of production: it may leave only because it does not "
    "belong to what is sampled (as test traffic, or what is no question to this system). Say so "
    "(--ineligible), or keep it"
)
_NO_REASON = "say why: a reason is kept with everything that is dropped or cannot be answered"


class Stale(UsageError):  # noqa: N818 - reads as what it is
    """The example is no longer as the person saw it."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """An example that was dropped.

    Args:
        example: It.
        decision: By which decision.
        heir: The id of what took its place; empty where nothing did.
    """

    example: Example
    decision: Decision
    heir: str


@dataclass
class Book:
    """A set with decisions.

    Args:
        base: The set as it was read.
        ineligible: How many of each stratum of core had been found ineligible before.
        examples: The examples by id, in order.
        lineage: Where each comes from.
        spare: The reserve by id, in order.
        dropped: What was dropped, by id.
        last: The last decision on each example, by id.
        left: Decisions that fit nothing that stands there, and why.
    """

    base: BuiltSet
    ineligible: Counter[str] = field(default_factory=Counter)
    examples: dict[str, Example] = field(default_factory=dict)
    lineage: dict[str, Lineage] = field(default_factory=dict)
    spare: dict[str, Spare] = field(default_factory=dict)
    dropped: dict[str, Dropped] = field(default_factory=dict)
    last: dict[str, Decision] = field(default_factory=dict)
    left: list[tuple[Decision, str]] = field(default_factory=list)
    found: Counter[str] = field(default_factory=Counter)
    """By stratum of core, what was found ineligible in this review."""

    @property
    def drawn(self) -> bool:
        """Whether core is a sample of production."""
        return any(map(sampled, self.base.dataset))

    def __post_init__(self) -> None:
        self.examples = {one.id: one for one in self.base.dataset}
        self.lineage = dict(self.base.lineage)
        self.spare = {one.example.id: one for one in self.base.spare}

    @classmethod
    def of(
        cls, base: BuiltSet, decisions: Iterable[Decision], ineligible: Mapping[str, int]
    ) -> Book:
        """The set with these decisions; what fits nothing any more is left over."""
        made = cls(base, Counter(ineligible))
        every = list(decisions)
        undone = {int(one.content["of"]) for one in every if one.act == "undo"}
        for one in every:
            if one.act != "undo" and one.number not in undone:
                try:
                    made.enter(one)
                except MeasurandError as problem:
                    made.left.append((one, str(problem)))
        return made

    def copy(self) -> Book:
        """Another book that is the same by now."""
        made = Book(self.base, self.ineligible)
        for name in ("examples", "lineage", "spare", "dropped", "last", "left", "found"):
            setattr(made, name, getattr(self, name).copy())
        return made

    def enter(self, decision: Decision) -> None:
        """Do what was decided; the book is as before where that cannot be done.

        Raises:
            Stale: The example is not as the person saw it, or not there.
            UsageError: It may not be done.
            DataError: An edit or an answer is none.
        """
        if self._done(decision):
            return
        example = self.examples.get(decision.example)
        if example is None:
            raise Stale(_gone(decision.example, self.dropped.get(decision.example)))
        if decision.seen and decision.seen != example.fingerprint:
            raise Stale(f"{example.id} was changed meanwhile; look at it again")
        _DO[decision.act](self, example, decision)
        self.last[decision.example] = decision

    def _done(self, decision: Decision) -> bool:
        """Whether the set has it already: a save was written, and nobody could say so any more."""
        made = decision.content.get("made")
        example = self.examples.get(decision.example)
        return bool(
            made
            and example is not None
            and example.fingerprint == made
            and decision.seen not in {"", made}
        )

    def prepared(self, decision: Decision) -> Decision:
        """The decision with what it takes to do it again in the same way.

        Raises:
            MeasurandError: As `enter`.
        """
        example = self.examples.get(decision.example)
        if example is None or decision.act not in {"drop", "edit", "answer"}:
            return decision
        content = dict(decision.content)
        if decision.act == "drop":
            heir = self._heir(example)
            content["heir"] = "" if heir is None else heir.id
        else:
            content["made"] = _made(self, example, decision).fingerprint
        return replace(decision, content=content)

    def _heir(self, example: Example) -> Example | None:
        rule = self.lineage[example.id].rule if example.id in self.lineage else ""
        reserve = ((one.example, one.lineage.rule) for one in self.spare.values())
        return heir_of(example, reserve, list(self.examples.values()), rule=rule)

    def looked_at(self, example: Example) -> int:
        """How many of its stratum of core were looked at so far, whether they stayed or not."""
        stratum = example.stratum or ""
        there = sum(
            sampled(one) and (one.stratum or "") == stratum for one in self.examples.values()
        )
        return there + self.ineligible[stratum] + self.found[stratum]

    def note(self, example: Example, **parts: Any) -> None:
        """Put an example back with its lineage."""
        known = self.lineage.get(example.id) or Lineage(
            example=example.id,
            fingerprint=example.fingerprint,
            component=example.component,
            rule=BY_HAND,
            source=example.source,
            probability=example.probability,
            added=str(parts.get("accepted") or ""),
        )
        self.examples[example.id] = example
        content = example.fingerprint
        self.lineage[example.id] = replace(
            known,
            fingerprint=content,
            component=example.component,
            probability=example.probability,
            parent=self._parent(example.id, content, known),
            **parts,
        )

    def _parent(self, name: str, content: str, known: Lineage) -> str | None:
        """What it was before this review, however often it was edited in it."""
        before = self.base.lineage.get(name)
        if name not in self.base.dataset:
            # An heir that is edited: what it was is what stands in the reserve.
            return known.parent or (known.fingerprint if known.fingerprint != content else None)
        first = self.base.dataset[name].fingerprint
        if content == first:
            return None if before is None else before.parent
        return first

    def drop(self, example: Example, decision: Decision) -> None:
        """Take an example out, and let the next in reserve come in."""
        heir = str(decision.content.get("heir") or "")
        spare = self.spare.get(heir)
        if heir and spare is None:
            raise Stale(f"{heir}, which took the place of {example.id}, is in reserve no more")
        before = self.looked_at(example)
        place = list(self.examples)
        at = place.index(example.id)
        del self.examples[example.id]
        self.lineage.pop(example.id, None)
        self.dropped[example.id] = Dropped(example, decision, heir)
        if sampled(example):
            self.found[example.stratum or ""] += 1
        if spare is None:
            return
        del self.spare[heir]
        place[at] = heir
        self.examples[heir] = spare.example
        self.examples = {name: self.examples[name] for name in place}
        self.lineage[heir] = replace(
            spare.lineage,
            because=f"in the place of {example.id}: {decision.because}",
            added=decision.at,
        )
        self._reweigh(example, before)

    def _reweigh(self, dropped: Example, before: int) -> None:
        for name, one in self.examples.items():
            after = reweighed(one, dropped, before=before)
            if after is not one:
                self.examples[name] = after
                known = self.lineage.get(name)
                if known is not None:
                    self.lineage[name] = replace(known, probability=after.probability)
        for name, spare in self.spare.items():
            after = reweighed(spare.example, dropped, before=before)
            if after is not spare.example:
                lineage = replace(spare.lineage, probability=after.probability)
                self.spare[name] = replace(spare, example=after, lineage=lineage)


def _gone(name: str, dropped: Dropped | None) -> str:
    if dropped is None:
        return f"the set has no example {name!r}"
    return f"{name} was dropped by {dropped.decision.by}"


def _made(book: Book, example: Example, decision: Decision) -> Example:
    """The example that an edit or an answer makes."""
    if decision.act == "answer":
        made = answered(example, decision.content)
        return replace(made, metadata=_without(made.metadata))
    return edited(example, decision.content.get("fields", {}), drawn=book.drawn)


def _accept(book: Book, example: Example, decision: Decision) -> None:
    book.note(example, accepted_by=decision.by, accepted=decision.at)


def _edit(book: Book, example: Example, decision: Decision) -> None:
    made = _made(book, example, decision)
    if made == example:
        raise UsageError("nothing was changed")
    book.note(made, accepted_by=None, accepted=None)


def _answer(book: Book, example: Example, decision: Decision) -> None:
    if example.component != "golden":
        raise UsageError(
            f"{example.id} is of {example.component}; experts answer golden examples. An answer "
            "can be added to any by an edit of its references"
        )
    known = book.lineage.get(example.id)
    said = f"answered by {decision.by}"
    before = known.because if known is not None else ""
    told = before if said in before else "; ".join(filter(None, (before, said)))
    book.note(
        _made(book, example, decision), accepted_by=decision.by, accepted=decision.at, because=told
    )


def _cannot(book: Book, example: Example, decision: Decision) -> None:
    if not decision.because.strip():
        raise UsageError(_NO_REASON)
    mark = {"by": decision.by, "because": decision.because}
    marked = replace(example, metadata={**example.metadata, CANNOT: mark})
    book.note(marked, accepted_by=None, accepted=None)


def _drop(book: Book, example: Example, decision: Decision) -> None:
    if not decision.because.strip():
        raise UsageError(_NO_REASON)
    if sampled(example) and decision.content.get("ineligible") is not True:
        raise UsageError(_INELIGIBLE.format(id=example.id))
    book.drop(example, decision)


def _tag(book: Book, example: Example, decision: Decision) -> None:
    add, remove = (_tags(decision.content.get(name, ())) for name in ("add", "remove"))
    after = [one for one in (*example.segments, *add) if one not in remove]
    segments = tuple(dict.fromkeys(after))
    if segments == example.segments:
        raise UsageError(f"{example.id} has these tags already")
    tagged = replace(example, segments=segments)
    known = book.lineage.get(example.id)
    by, at = (known.accepted_by, known.accepted) if known is not None else (None, None)
    book.note(tagged, accepted_by=by, accepted=at)


def _tags(given: Any) -> Sequence[str]:
    """Tags as they are kept: without blanks at their ends, none empty."""
    if not isinstance(given, list | tuple) or not all(isinstance(one, str) for one in given):
        raise UsageError("tags are a list of texts")
    return [one.strip() for one in given if one.strip()]


def _without(metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {name: cell for name, cell in metadata.items() if name != CANNOT}


_DO: Mapping[Act, Callable[[Book, Example, Decision], None]] = {
    "accept": _accept,
    "edit": _edit,
    "answer": _answer,
    "cannot": _cannot,
    "drop": _drop,
    "tag": _tag,
}
