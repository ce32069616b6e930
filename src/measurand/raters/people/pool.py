"""Who rates what next: balanced, in an order of one's own, and nobody waits for anybody.

Items have an order that hangs on the seed, urgent ones apart from the rest. A rater is given items
from a window at its front, so that items get all their ratings soon; within the window those come
first whose other raters the rater has met least (which balances the overlap of pairs of raters),
then by an order of the rater's own. Taking an item is a lease: without a sign it expires and the
item is open to others, while what the rater says later is still taken.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from measurand.core.judging import Order
from measurand.core.people import Assignment, Item, Stage
from measurand.core.plan import PeoplePlan
from measurand.core.sampling import draw
from measurand.raters.people.controls import Controls
from measurand.raters.people.queue import Queue

__all__ = ["Pool"]

_WINDOW = 20
"""Items at the front that are given out at the least; more with more raters."""
_BOTH = (True, False)


class Pool:
    """All items, and the queues of all raters.

    Args:
        items: What is to be rated; golden ones are for training and hidden checks.
        settings: The plan's ``people``.
        seed: From which every order follows.
    """

    def __init__(self, items: Iterable[Item], settings: PeoplePlan, *, seed: int) -> None:
        self.items = {item.key: item for item in items}
        self.settings = settings
        self.seed = seed
        self.queues: dict[str, Queue] = {}
        self.excluded: set[str] = set()
        self._raters: dict[str, dict[str, int]] = defaultdict(dict)
        self._met: dict[str, Counter[str]] = defaultdict(Counter)
        self._complete: set[str] = set()
        self._controls = Controls(self.items, settings, seed=seed)
        self._orders = {urgent: self._order(urgent=urgent) for urgent in _BOTH}
        self._wanted = sum(map(len, self._orders.values()))

    def _order(self, *, urgent: bool) -> list[str]:
        part = [
            item
            for item in self.items.values()
            if item.purpose != "golden" and (item.urgency > 0) == urgent
        ]
        part.sort(key=lambda item: (-item.urgency, draw(self.seed, "order", item.key), item.key))
        return [item.key for item in part]

    def queue(self, rater: str) -> Queue:
        """The queue of a rater, who may be new."""
        return self.queues.setdefault(rater, Queue())

    def seen(self, rater: str) -> Queue:
        """The queue of a rater, to look at; who has none gets none by that."""
        return self.queues.get(rater) or Queue()

    def add(self, assignment: Assignment, now: float) -> None:
        """Take an assignment into its rater's queue; also to read the log again.

        Raises:
            ValueError: It is not the next of its queue.
        """
        rater, key = assignment.rater, assignment.item
        item = self.items.get(key)
        golden = item is not None and item.purpose == "golden"
        queue = self.queue(rater)
        fresh = key not in queue.places
        queue.add(assignment, now, golden=golden)
        if not fresh or golden or item is None:
            return
        others = self._raters[key]
        for other in others:
            self._met[rater][other] += 1
            self._met[other][rater] += 1
        others[rater] = assignment.position
        queue.complete += key in self._complete

    def sign(self, rater: str, position: int, now: float) -> None:
        """The rater is at it: the lease begins anew."""
        self.queue(rater).sign(position, now)

    def mark(self, rater: str, position: int, *, done: bool = False, skipped: bool = False) -> None:
        """The rater is done with it, leaves it to others, or has taken it up again."""
        queue = self.queue(rater)
        queue.mark(position, done=done, skipped=skipped)
        self._judge_complete(queue.assignments[position].item)

    def exclude(self, rater: str) -> None:
        """Give this rater nothing more; what the rater did is done again by others."""
        self.excluded.add(rater)
        self._reopen(rater)

    def readmit(self, rater: str) -> None:
        """Take an exclusion back."""
        self.excluded.discard(rater)
        self._reopen(rater)

    def _reopen(self, rater: str) -> None:
        for key in self.queue(rater).places:
            self._judge_complete(key)
        for queue in self.queues.values():
            queue.front = dict.fromkeys(_BOTH, 0)

    def _judge_complete(self, key: str) -> None:
        """Note whether enough people have rated an item by now."""
        item = self.items.get(key)
        if item is None or item.purpose == "golden":
            return
        enough = self.rated(key) >= item.raters
        if enough == (key in self._complete):
            return
        (self._complete.add if enough else self._complete.discard)(key)
        for rater in self._raters[key]:
            self.queues[rater].complete += 1 if enough else -1

    def rated(self, key: str) -> int:
        """How many people who count have rated an item."""
        return sum(
            rater not in self.excluded and position in self.queues[rater].done
            for rater, position in self._raters.get(key, {}).items()
        )

    def wants(self, key: str, now: float) -> bool:
        """Whether another rater may take an item: not all places are done or leased."""
        taken, lease = 0, 60 * self.settings.lease
        for rater, position in self._raters.get(key, {}).items():
            queue = self.queues[rater]
            if rater in self.excluded or position in queue.skipped:
                continue
            taken += position in queue.done or now - queue.signs[position] < lease
        return taken < self.items[key].raters

    @property
    def complete(self) -> frozenset[str]:
        """The items that enough people have rated."""
        return frozenset(self._complete)

    def left(self, rater: str) -> int:
        """How many items, not given to the rater yet, still need somebody; no promise."""
        if rater in self.excluded:
            return 0
        queue = self.seen(rater)
        mine = sum(1 for key in queue.places if key in self._raters)
        return self._wanted - len(self._complete) - (mine - queue.complete)

    def take(self, rater: str, now: float, *, away: bool = False) -> Assignment | None:
        """The next assignment of a rater; it is in the queue only when it is added.

        Args:
            rater: Whose.
            now: The time in seconds.
            away: Whether it is for a packet: without training, and what comes back unmarked need
                not be done yet.

        Returns:
            None where nothing is left for this rater by now, or the rater is excluded.
        """
        if rater in self.excluded:
            return None
        queue = self.queue(rater)
        practice = self._controls.practice(rater)
        if not away and queue.training < len(practice):
            return self._assignment(rater, practice[queue.training], stage="training")
        chosen = self._chosen(rater, queue, now)
        if chosen is None:
            return None
        if (golden := self._controls.golden(rater, queue)) is not None:
            return self._assignment(rater, golden)
        if (again := self._controls.again(rater, queue, away=away)) is not None:
            return self._assignment(rater, again, visit=1)
        return self._assignment(rater, chosen)

    def training_left(self, rater: str) -> int:
        """How many training items the rater has not been given yet."""
        return max(len(self._controls.practice(rater)) - self.seen(rater).training, 0)

    def _chosen(self, rater: str, queue: Queue, now: float) -> str | None:
        """Every second item is an urgent one, while there are any."""
        urgent_first = queue.work % 2 == 0
        for urgent in (urgent_first, not urgent_first):
            if window := self._window(queue, now, urgent=urgent):
                return min(window, key=lambda key: self._cost(rater, key))
        return None

    def _window(self, queue: Queue, now: float, *, urgent: bool) -> Sequence[str]:
        """Items at the front of an order that may be taken, not of the last example."""
        size = max(_WINDOW, 2 * len(self.queues))
        last = self._controls.last(queue)
        found: list[str] = []
        beside: list[str] = []
        for key in self._open(queue, now, urgent=urgent):
            if urgent and found and self.items[key].urgency < self.items[found[0]].urgency:
                break
            (beside if self.items[key].example == last else found).append(key)
            if len(found) == size:
                break
        return found or beside[:1]

    def _open(self, queue: Queue, now: float, *, urgent: bool) -> Iterator[str]:
        """The items that may be taken, in order; what never will be is not looked at again."""
        order = self._orders[urgent]
        settled = True
        for at in range(queue.front[urgent], len(order)):
            key = order[at]
            never = key in queue.places or key in self._complete
            settled = settled and never
            if settled:
                queue.front[urgent] = at + 1
            if not never and self.wants(key, now):
                yield key

    def _cost(self, rater: str, key: str) -> tuple[float, float, str]:
        """How often the rater has met the others of an item, against how often on average."""
        met = self._met[rater]
        others = [other for other in self._raters.get(key, ()) if other != rater]
        usual = sum(met.values()) / max(len(self.queues) - 1, 1)
        often = sum(met[other] for other in others) / len(others) - usual if others else 0.0
        return often, draw(self.seed, rater, "order", key), key

    def _assignment(
        self, rater: str, key: str, *, visit: int = 0, stage: Stage = "work"
    ) -> Assignment:
        order: Order | None = None
        if self.items[key].against is not None:
            first = draw(self.seed, rater, "side", key) < 0.5  # noqa: PLR2004 - a fair coin
            order = "ab" if first != (visit > 0) else "ba"
        return Assignment(
            rater=rater,
            position=len(self.queue(rater).assignments),
            item=key,
            visit=visit,
            order=order,
            stage=stage,
        )
