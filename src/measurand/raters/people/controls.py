"""What checks on raters without their knowing: golden items, and outputs that come back."""

from __future__ import annotations

from collections.abc import Mapping

from measurand.core.people import Item
from measurand.core.plan import PeoplePlan
from measurand.core.sampling import draw
from measurand.raters.people.queue import Queue

__all__ = ["Controls"]

_APART = 10
"""Items that a rater sees at the least between an output and its hidden duplicate."""


class Controls:
    """Which controls come when: their shares are kept, their moments cannot be foreseen.

    Args:
        items: All items by key.
        settings: The plan's ``people``.
        seed: From which every choice follows.
    """

    def __init__(self, items: Mapping[str, Item], settings: PeoplePlan, *, seed: int) -> None:
        self._items, self._settings, self._seed = items, settings, seed
        self._golden = [key for key, item in items.items() if item.purpose == "golden"]

    def practice(self, rater: str) -> list[str]:
        """The golden items that this rater trains on: at most half of what there is."""
        wanted = self._settings.training
        if self._settings.golden:
            wanted = min(wanted, len(self._golden) // 2)
        return self._own(rater)[:wanted]

    def golden(self, rater: str, queue: Queue) -> str | None:
        """A golden item that the rater has not seen, where it is time for one."""
        if not self._due(rater, queue, queue.golden, share=self._settings.golden):
            return None
        last = self.last(queue)
        unseen = [key for key in self._own(rater) if key not in queue.places]
        apart = (key for key in unseen if self._items[key].example != last)
        return next(apart, None)

    def again(self, rater: str, queue: Queue, *, away: bool = False) -> str | None:
        """An output of the sample that the rater rated some while ago, where it is time for one.

        Args:
            rater: Whose.
            queue: What the rater was given.
            away: Whether what was given, and is not done yet, may come again too.
        """
        if not self._due(rater, queue, queue.twice, share=self._settings.duplicates):
            return None
        seen = {one.item for one in queue.assignments if one.visit > 0}
        last = self.last(queue)
        early = [
            one.item
            for one in queue.assignments[:-_APART]
            if (away or one.position in queue.done)
            and one.position not in queue.skipped
            and one.stage == "work"
            and one.item not in seen
            and (item := self._items.get(one.item)) is not None
            and item.purpose == "sample"
            and item.example != last
        ]
        return min(
            early, key=lambda key: (draw(self._seed, rater, "again", key), key), default=None
        )

    def last(self, queue: Queue) -> str | None:
        """The example that a rater was given last."""
        item = self._items.get(queue.assignments[-1].item) if queue.assignments else None
        return None if item is None else item.example

    def _due(self, rater: str, queue: Queue, count: int, *, share: float) -> bool:
        """Whether there are fewer than the share by a chance that grows with what is lacking."""
        chance = draw(self._seed, rater, "control", queue.work)
        return count + chance < share * (queue.work + 1)

    def _own(self, rater: str) -> list[str]:
        return sorted(self._golden, key=lambda key: (draw(self._seed, rater, "golden", key), key))
