"""What one rater was given, and how far the rater is with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from measurand.core.people import Assignment

__all__ = ["Queue"]


@dataclass(slots=True)
class Queue:
    """One rater's assignments, in the order given; their position is their index.

    Args:
        assignments: All of them.
        signs: When the rater last gave a sign of each, in seconds; by position.
        done: Positions that the rater has finished.
        skipped: Positions that the rater left to others.
        places: Where each item was given first.
        front: How far the rater has, or will never get, all there is of each order of items.
        complete: How many of the rater's items need nobody any more.
        twice: How many hidden duplicates there are.
        golden: How many hidden golden items.
        training: How many training items.
    """

    assignments: list[Assignment] = field(default_factory=list)
    signs: dict[int, float] = field(default_factory=dict)
    done: set[int] = field(default_factory=set)
    skipped: set[int] = field(default_factory=set)
    places: dict[str, int] = field(default_factory=dict)
    front: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})
    complete: int = 0
    twice: int = 0
    golden: int = 0
    training: int = 0

    @property
    def work(self) -> int:
        """How many assignments are no training."""
        return len(self.assignments) - self.training

    def open(self, after: int = -1) -> Iterator[Assignment]:
        """Those behind this position that are neither done nor skipped."""
        for one in self.assignments[after + 1 :]:
            if one.position not in self.done and one.position not in self.skipped:
                yield one

    def add(self, assignment: Assignment, now: float, *, golden: bool) -> None:
        """Take the next assignment.

        Raises:
            ValueError: It is not the next one.
        """
        if assignment.position != len(self.assignments):
            raise ValueError(
                f"{assignment.rater} has {len(self.assignments)} assignments, "
                f"and this one has position {assignment.position}"
            )
        self.assignments.append(assignment)
        self.signs[assignment.position] = now
        training = assignment.stage == "training"
        self.training += training
        self.twice += assignment.visit > 0
        self.golden += golden and not training
        self.places.setdefault(assignment.item, assignment.position)

    def mark(self, position: int, *, done: bool, skipped: bool) -> None:
        """The rater is done with it, leaves it to others, or has taken it up again."""
        for places, belongs in ((self.done, done), (self.skipped, skipped and not done)):
            (places.add if belongs else places.discard)(position)

    def sign(self, position: int, now: float) -> None:
        """The rater is at it; what is held for longer, as in a packet, stays held."""
        self.signs[position] = max(now, self.signs[position])
