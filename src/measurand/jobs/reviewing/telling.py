"""What a review came to, and how far it is, as a short page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from measurand.core.example import COMPONENTS, Component, Example
from measurand.core.review import Act, Decision
from measurand.core.set_version import sizes_told
from measurand.jobs.reviewing.book import CANNOT, Book
from measurand.jobs.reviewing.dropping import sampled
from measurand.jobs.set_answer import SetAnswer, set_answer
from measurand.jobs.set_place import SetPlace
from measurand.report.document import Column, Section, Table
from measurand.report.set_pages import SetFacts, counted, facts_document, ids_told
from measurand.store.dataset import Dataset

__all__ = ["Outcome", "Part", "Progress", "outcome_answer", "progress_of", "status_answer"]

_ROWS = 200
_WORDS: Mapping[Act, str] = {
    "accept": "accepted",
    "edit": "edited",
    "drop": "dropped",
    "tag": "tagged",
    "answer": "answered",
    "cannot": "found unanswerable",
}


@dataclass(frozen=True, slots=True)
class Part:
    """How far a component is.

    Args:
        name: It.
        total: Its examples.
        accepted: Those that somebody accepted, as they stand.
        unanswered: Golden ones without an answer.
        cannot: Those that an expert could not answer.
    """

    name: Component
    total: int
    accepted: int
    unanswered: int
    cannot: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a review is.

    Args:
        parts: By component, those that have examples.
        unwritten: Decisions that are in no version yet.
        left: Decisions that fit nothing that stands in the set, and why.
    """

    parts: tuple[Part, ...]
    unwritten: int
    left: tuple[tuple[Decision, str], ...]

    @property
    def total(self) -> int:
        """The examples."""
        return sum(part.total for part in self.parts)

    @property
    def accepted(self) -> int:
        """Those that somebody accepted."""
        return sum(part.accepted for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a review came to.

    Args:
        folder: The set.
        version: The fingerprint of the set then.
        written: Whether a version was written.
        book: The set with what was decided.
        decisions: What was decided and not taken back.
        held: What there is to say of a lock; empty without.
    """

    folder: str
    version: str
    written: bool
    book: Book
    decisions: tuple[Decision, ...]
    held: str = ""


def unanswered(example: Example) -> bool:
    """Whether it is golden and waits for an expert's answer."""
    return example.component == "golden" and not any(map(str.strip, example.references))


def progress_of(book: Book, standing: Sequence[Decision]) -> Progress:
    """How far a review is."""
    parts = []
    for name in COMPONENTS:
        own = [one for one in book.examples.values() if one.component == name]
        if own:
            parts.append(
                Part(
                    name,
                    len(own),
                    sum(_accepted(book, one) for one in own),
                    sum(map(unanswered, own)),
                    sum(CANNOT in one.metadata for one in own),
                )
            )
    return Progress(tuple(parts), len(standing), tuple(book.left))


def _accepted(book: Book, example: Example) -> bool:
    known = book.lineage.get(example.id)
    return known is not None and known.accepted_by is not None


def outcome_answer(outcome: Outcome) -> SetAnswer:
    """The answer of a review that was finished."""
    book, counts = outcome.book, Counter(one.act for one in outcome.decisions)
    after = Dataset(tuple(book.examples.values()))
    told = ", ".join(f"{counts[act]:,} {word}" for act, word in _WORDS.items() if counts[act])
    said = (
        f"{counted(len(outcome.decisions), 'decision')}: {told}."
        if outcome.written
        else "Nothing was decided that is not in the set already: it stays as it is."
    )
    limits = tuple(filter(None, (*_limits(book), outcome.held)))
    facts = SetFacts(
        title="Review of the evaluation set",
        said=said,
        pairs=(
            ("before", sizes_told(book.base.dataset.sizes())),
            ("after", sizes_told(after.sizes())),
            ("in reserve", f"{len(book.spare):,} candidates"),
            ("version", outcome.version),
            ("set", outcome.folder),
        ),
        sections=(*_dropped(book), *_parts(progress_of(book, ()))),
        limits=limits,
    )
    part = {
        "version": outcome.version,
        "written": outcome.written,
        "decisions": {_WORDS[act]: counts[act] for act in _WORDS if counts[act]},
        "dropped": [
            {
                "example": name,
                "because": one.decision.because,
                "by": one.decision.by,
                "replaced_by": one.heir or None,
            }
            for name, one in book.dropped.items()
        ],
        **_progress_part(progress_of(book, ())),
    }
    return set_answer("data review", facts_document(facts), part, limits=limits)


def status_answer(progress: Progress, place: SetPlace) -> SetAnswer:
    """How far the review of a set is, as an answer."""
    said = f"{progress.accepted:,} of {progress.total:,} examples are accepted."
    if progress.unwritten:
        said += f" {counted(progress.unwritten, 'decision')} not yet in the set: " + place.commands(
            "measurand data review --finish writes them."
        )
    limits = tuple(_left(progress.left))
    facts = SetFacts(
        title="How far the review is",
        said=said,
        pairs=(("set", str(place.data)),),
        sections=tuple(_parts(progress)),
        limits=limits,
    )
    part = {**_progress_part(progress), "unwritten": progress.unwritten}
    return set_answer("data review", facts_document(facts), part, limits=limits)


def _progress_part(progress: Progress) -> dict[str, object]:
    return {
        "components": {
            part.name: {
                "examples": part.total,
                "accepted": part.accepted,
                "unanswered": part.unanswered,
                "cannot_be_answered": part.cannot,
            }
            for part in progress.parts
        },
        "left": [
            {"number": one.number, "act": one.act, "example": one.example, "why": why}
            for one, why in progress.left
        ],
    }


def _parts(progress: Progress) -> Iterator[Section]:
    columns = (
        Column("component"),
        *(Column(name, right=True) for name in ("examples", "accepted", "to look at")),
        *(Column(name, right=True) for name in ("without an answer", "cannot be answered")),
    )
    rows = tuple(
        (
            *(part.name, part.total, part.accepted, part.total - part.accepted),
            *((part.unanswered, part.cannot) if part.name == "golden" else ("", part.cannot or "")),
        )
        for part in progress.parts
    )
    caption = f"{progress.accepted:,} of {progress.total:,} accepted"
    yield Section("How far it is", (Table(caption, columns, rows),))


def _dropped(book: Book) -> Iterator[Section]:
    if not book.dropped:
        return
    columns = (Column("dropped"), Column("component"), Column("why"), Column("replaced by"))
    rows = tuple(
        (name, one.example.component, one.decision.because, one.heir)
        for name, one in list(book.dropped.items())[:_ROWS]
    )
    more = len(book.dropped) - _ROWS
    note = f"{more:,} more are not shown." if more > 0 else ""
    caption = counted(len(book.dropped), "example")
    yield Section("Dropped", (Table(caption, columns, rows, note),))


def _limits(book: Book) -> Iterator[str]:
    yield from _left(book.left)
    if any(sampled(one.example) for one in book.dropped.values()):
        yield (
            "What was dropped from core as ineligible counts as no part of what is estimated: its "
            "strata weigh less by it, and results from core speak of the eligible part of "
            "production. That holds as far as eligibility was judged without a look at how systems "
            "answer."
        )
    without = [name for name, one in book.dropped.items() if not one.heir]
    if without:
        yield (
            f"Nothing in reserve could take the place of {ids_told(without)}; more comes from "
            "logs, by measurand data build."
        )
    asked = [
        one.id
        for one in book.examples.values()
        if sampled(one)
        and one.id in book.base.dataset
        and one.messages != book.base.dataset[one.id].messages
    ]
    if asked:
        yield (
            f"What {ids_told(asked)} of core ask was edited: they stand for production as far as "
            "what they ask now is asked there."
        )


def _left(left: Sequence[tuple[Decision, str]]) -> Iterator[str]:
    for one, why in left:
        yield (
            f"Decision {one.number} ({one.act} {one.example}, by {one.by}) was not entered: {why}. "
            "It is kept in the journal."
        )
