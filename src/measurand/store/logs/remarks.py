"""What stands in a row of its own and belongs to a record elsewhere: scores, answers of a batch.

Remarks are gathered in a pass of their own, before records are read. They are held in memory, up to
a bound.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from measurand.core.record import Feedback

__all__ = ["MOST_CHARACTERS", "Remark", "Remarks"]

MOST_CHARACTERS = 2**28
"""Characters of answers, and scores counted as a hundred each, that are held."""
_SCORE = 100
_NONE: tuple[Feedback, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """Something said of a record that stands elsewhere.

    Args:
        target: The name of the record: its id, or that of its trace.
        feedback: What was said of it.
        reply: The response to it, where the record is a request only.
        size: Characters of the reply.
    """

    target: str
    feedback: tuple[Feedback, ...] = ()
    reply: Mapping[str, Any] | None = None
    size: int = 0


@dataclass(slots=True)
class Remarks:
    """Remarks by the record that they belong to.

    Args:
        feedback: By the record's name.
        replies: By the record's name.
        left: Remarks that were not held, for they were too many.
    """

    feedback: dict[str, tuple[Feedback, ...]] = field(default_factory=dict)
    replies: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    left: int = 0
    _held: int = 0

    def take(self, remarks: Iterable[Remark]) -> None:
        """Hold remarks, as long as there is room."""
        for one in remarks:
            self._held += _SCORE * len(one.feedback) + one.size
            if self._held > MOST_CHARACTERS:
                self.left += 1
                continue
            if one.feedback:
                known = self.feedback.get(one.target, _NONE)
                self.feedback[one.target] = (*known, *one.feedback)
            if one.reply is not None:
                self.replies[one.target] = one.reply

    def of(self, names: Iterable[str]) -> tuple[Feedback, ...]:
        """What was said of a record, by any of its names."""
        if not self.feedback:
            return _NONE
        return tuple(one for name in names for one in self.feedback.get(name, _NONE))
