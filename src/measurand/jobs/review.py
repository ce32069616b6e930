"""A review of an evaluation set: every decision is kept at once, the set is written in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from measurand.core.example import Example
from measurand.core.people import name_fault
from measurand.core.review import Decision, Wish
from measurand.errors import UsageError
from measurand.jobs.reviewing.book import Book
from measurand.jobs.reviewing.telling import Outcome, Progress, progress_of
from measurand.jobs.set_lock import left_lock
from measurand.jobs.set_place import SetPlace
from measurand.jobs.versions import moment
from measurand.store.built_set import BuiltSet, SetChanged, load_set, note_edits, save_set
from measurand.store.dataset import Dataset
from measurand.store.review_journal import ReviewJournal, reviewing_alone
from measurand.store.versions import versions

__all__ = ["REVIEWED", "Review", "look", "open_review"]

REVIEWED = "reviewed"
"""The act of a version that a review wrote."""
_BUILT = "built"
_TRIES = 5


@contextmanager
def open_review(place: SetPlace, *, now: datetime | None = None) -> Iterator[Review]:
    """Open the review of a set, for this process alone; what was decided before is there.

    Args:
        place: Where the set is.
        now: The time.

    Raises:
        UsageError: There is no set, it is one file, or another review of it is open.
        DataError: The set or the journal cannot be read.
    """
    if not place.data.exists():
        raise UsageError(_missing(place))
    note_edits(place.data, moment(now))
    with reviewing_alone(place.data):
        yield Review(place, load_set(place.data), ReviewJournal.read(place.data))


def _missing(place: SetPlace) -> str:
    build = place.commands("measurand data build LOGS")
    return f"there is no evaluation set {place.data}; build one: {build}"


def look(place: SetPlace) -> Review:
    """The review as it stands, to look at and not to decide in.

    Raises:
        UsageError: There is no set.
        DataError: The set or the journal cannot be read.
    """
    if not place.data.exists():
        raise UsageError(_missing(place))
    return Review(place, load_set(place.data), ReviewJournal.read(place.data))


@dataclass(frozen=True, slots=True)
class _Before:
    """What versions say of earlier reviews."""

    upto: int
    """The last decision of this journal that is in a version."""
    ineligible: Counter[str]
    """By stratum of core, what was dropped as ineligible since the set was built."""


class Review:
    """An open review.

    Args:
        place: Where the set is.
        built: The set as it was read.
        journal: What was decided.
    """

    def __init__(self, place: SetPlace, built: BuiltSet, journal: ReviewJournal) -> None:
        self.place = place
        self._journal = journal
        self._begin(built)

    def _begin(self, built: BuiltSet) -> None:
        """Enter what was decided and is in no version yet."""
        self._built = built
        self._before = _before(self.place, self._journal.name)
        self.book = Book.of(built, self.pending, self._before.ineligible)

    @property
    def pending(self) -> tuple[Decision, ...]:
        """The decisions that are in no version yet, with those that were taken back."""
        return tuple(one for one in self._journal.decisions if one.number > self._before.upto)

    @property
    def standing(self) -> tuple[Decision, ...]:
        """The decisions that are in no version yet and were not taken back."""
        undone = {one.content["of"] for one in self.pending if one.act == "undo"}
        return tuple(one for one in self.pending if one.act != "undo" and one.number not in undone)

    @property
    def number(self) -> int:
        """The number of the last decision."""
        return self._journal.last

    def example(self, name: str) -> Example:
        """An example as it is by now.

        Raises:
            UsageError: There is none of this id, or it was dropped.
        """
        found = self.book.examples.get(name)
        if found is None:
            gone = self.book.dropped.get(name)
            by = f"{name} was dropped by {gone.decision.by}" if gone else ""
            raise UsageError(by or f"the set has no example {name!r}")
        return found

    def decide(
        self, wishes: Sequence[Wish], *, by: str, now: datetime | None = None
    ) -> tuple[Decision, ...]:
        """Decide something, all of it or nothing; it is on disk when this returns.

        Args:
            wishes: What; to take something back see `undo`.
            by: Who decides.
            now: The time.

        Raises:
            Stale: An example is not as the person saw it.
            UsageError: Something may not be done.
            DataError: An edit or an answer is none; all its faults at once.
            InfrastructureError: It cannot be written down.
        """
        if fault := name_fault(by):
            raise UsageError(fault)
        book, at = self.book.copy(), moment(now)
        made: list[Decision] = []
        for number, wish in enumerate(wishes, start=self.number + 1):
            example = book.examples.get(wish.example)
            decision = Decision(
                number=number,
                act=wish.act,
                example=wish.example,
                seen=wish.seen or ("" if example is None else example.fingerprint),
                by=by,
                at=at,
                because=wish.because.strip(),
                content=wish.content,
            )
            made.append(book.prepared(decision))
            book.enter(made[-1])
        self._journal.add(*made)
        self.book = book
        return tuple(made)

    def undo(self, by: str, *, now: datetime | None = None) -> Decision:
        """Take the last decision of somebody back.

        Raises:
            UsageError: There is none that is in no version yet, or later decisions rest on it.
            InfrastructureError: It cannot be written down.
        """
        own = [one for one in self.standing if one.by == by]
        if not own:
            raise UsageError("there is nothing to undo that is not written to the set yet")
        last = own[-1]
        content = {"of": last.number}
        made = Decision(
            number=self.number + 1,
            act="undo",
            example=last.example,
            seen="",
            by=by,
            at=moment(now),
            content=content,
        )
        after = Book.of(self._built, (*self.pending, made), self._before.ineligible)
        if len(after.left) > len(self.book.left):
            raise UsageError(
                f"what was decided on {last.example} cannot be taken back: a later decision, "
                f"perhaps of somebody else, rests on it ({after.left[-1][1]})"
            )
        self._journal.add(made)
        self.book = after
        return made

    def progress(self) -> Progress:
        """How far the review is."""
        return progress_of(self.book, self.standing)

    def finish(self, *, now: datetime | None = None) -> Outcome:
        """Write what was decided to the set, as one version; without decisions nothing is written.

        Where another process has changed the set meanwhile, the decisions are entered into what
        stands there now; those that do not fit it are told and stay in the journal.

        Raises:
            SetChanged: The set is changed again and again.
            UsageError: Another process is writing.
            DataError: The set cannot be read.
        """
        at = moment(now)
        if not self.standing:
            return self._outcome("")
        for _ in range(_TRIES):
            try:
                print_ = save_set(
                    self.place.data, self._after(), manifest=self._manifest(), now=at, act=REVIEWED
                )
            except SetChanged:
                note_edits(self.place.data, at)
                self._begin(load_set(self.place.data))
            else:
                done = self._outcome(print_)
                self._begin(load_set(self.place.data))
                return done
        raise SetChanged(
            f"{self.place.data} is changed by something else all the time; what was decided is "
            "kept in the journal: try again later"
        )

    def _after(self) -> BuiltSet:
        book = self.book
        lineage = {name: one for name, one in book.lineage.items() if name in book.examples}
        spare = tuple(book.spare.values())
        examples = tuple(book.examples.values())
        return BuiltSet(Dataset(examples), lineage, spare, self._built.stamp)

    def _manifest(self) -> Mapping[str, Any]:
        counts = Counter(one.act for one in self.standing)
        return {
            "review": {
                "journal": self._journal.name,
                "upto": self.number,
                "decisions": dict(sorted(counts.items())),
                "by": sorted({one.by for one in self.standing}),
                "left": [one.number for one, _ in self.book.left],
            },
            "ineligible": dict(sorted(self.book.found.items())),
            "dropped": {
                name: {"because": one.decision.because, "replaced_by": one.heir or None}
                for name, one in self.book.dropped.items()
            },
        }

    def _outcome(self, print_: str) -> Outcome:
        return Outcome(
            folder=str(self.place.data),
            version=print_ or self._built.dataset.fingerprint,
            written=bool(print_),
            book=self.book,
            decisions=self.standing,
            held=left_lock(self.place, print_) if print_ else "",
        )


def _before(place: SetPlace, journal: str) -> _Before:
    upto, ineligible = 0, Counter[str]()
    for version in versions(place.data):
        if version.act == _BUILT:
            ineligible.clear()
        told = version.manifest.get("review", {})
        if told.get("journal") == journal:
            upto = max(upto, int(told["upto"]))
        ineligible.update(version.manifest.get("ineligible", {}))
    return _Before(upto, ineligible)
