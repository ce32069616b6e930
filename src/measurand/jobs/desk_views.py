"""What the desk shows and tells: values, without a way to change anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from measurand.core.judging import Order
from measurand.core.people import Access, Answer, Assignment, Mark
from measurand.core.rubric import Dimension
from measurand.errors import UsageError
from measurand.raters.people.sheet import Sheet
from measurand.report.rating_status_page import PersonLine

__all__ = ["Dispute", "Feedback", "Overview", "Person", "Progress", "Shown", "StaleAnswer"]


class StaleAnswer(UsageError):  # noqa: N818 - the answer came late; nothing went wrong
    """A save came after a later one, as from a second window; nothing was changed.

    Args:
        current: What stands.
    """

    def __init__(self, current: Answer) -> None:
        super().__init__("a later answer is there already; nothing was changed")
        self.current = current


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One item as its rater meets it.

    Args:
        assignment: Its place in the rater's queue.
        sheet: What is shown.
        dimensions: In the order asked: blocking ones first, the rest in the rater's own order.
        answer: What was said so far; its number is that of the last save.
    """

    assignment: Assignment
    sheet: Sheet
    dimensions: tuple[Dimension, ...]
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """The right ratings of a training item, and why."""

    marks: Mapping[str, Mark]
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a rater is.

    Args:
        done: Items of work that are finished.
        left: About how many items may come to this rater still; in fives, so that checks that come
            unmarked do not show.
        training_left: Training items that are not finished.
        seconds: Active time so far.
    """

    done: int
    left: int
    training_left: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who was invited, or has rated.

    Args:
        name: The name.
        access: The newest link; None where there is none.
        excluded: Why the person's ratings do not count; None where they do.
        done: Items of work that are finished.
        seconds: Active time so far.
        last: When something was last heard.
    """

    name: str
    access: Access | None
    excluded: str | None
    done: int
    seconds: float
    last: datetime | None

    @property
    def rates(self) -> bool:
        """Whether the person is a rater whose ratings count."""
        link = self.access
        rater = self.done > 0 or (link is not None and link.role == "rater" and not link.revoked)
        return rater and self.excluded is None

    def line(self) -> PersonLine:
        """The person in a line of a report."""
        return PersonLine(
            name=self.name,
            role=self.access.role if self.access else "rater",
            done=self.done,
            hours=self.seconds / 3600,
            last=self.last.isoformat(timespec="minutes") if self.last else None,
            excluded=self.excluded,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Where the whole work stands, in counts.

    Args:
        items: What is to be rated, golden items apart.
        rated: Items that enough people have rated.
        started: Items that somebody, but not enough people, have rated.
        answers: Finished answers, golden and second ones among them.
        urgent_left: Urgent items that not enough people have rated.
        disputes: Votes that wait for an adjudicator.
    """

    items: int
    rated: int
    started: int
    answers: int
    urgent_left: int
    disputes: int

    def counts(self) -> Mapping[str, int]:
        """The counts by name."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A vote that somebody has to settle.

    Args:
        id: Its name, which tells nothing.
        item: The item's key; not to be shown.
        sheet: What the raters saw.
        order: Which of a pair is shown first; values are told of the pair's own system.
        dimension: On which dimension.
        votes: What each rater said, and the comment, in an order that hangs on nobody's name.
    """

    id: str
    item: str
    sheet: Sheet
    order: Order | None
    dimension: Dimension
    votes: tuple[tuple[Mark, str], ...]
