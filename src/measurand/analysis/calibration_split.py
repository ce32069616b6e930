"""Which rated outputs a judge may be improved on, and which are locked until it is done.

Whole groups go to one side: outputs of the same prompt are alike, and a judge that was adjusted on
one of them has seen the others. The order in which groups are taken hangs on the seed and the
group's name alone, so that the order of a file means nothing. No judge has a part in it: strata
are what people said, as those of what a judge says would be others with every judge.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from measurand.core.sampling import draw
from measurand.errors import UsageError

__all__ = ["DEVELOPMENT", "LEAST_TEST", "Side", "Split", "split_pool"]

Side = Literal["development", "test"]

DEVELOPMENT = 50
"""Outputs for improving a judge, where nothing else is asked."""
LEAST_TEST = 80
"""Locked outputs below which a verdict is only a screening."""
_THIRD = 3
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Split:
    """The two sides of a pool.

    Args:
        development: What prompts and exemplars may be made from.
        test: What is locked; nothing of it may be in a prompt.
        rest: What is on neither side, and can be the next test set.
    """

    development: frozenset[str]
    test: frozenset[str]
    rest: frozenset[str] = frozenset()

    @property
    def screening(self) -> bool:
        """Whether the test set is too small for more than a screening."""
        return len(self.test) < LEAST_TEST


def split_pool(  # noqa: PLR0913 - the pool has three columns
    items: Sequence[str],
    groups: Sequence[str] | None = None,
    strata: Sequence[str] | None = None,
    *,
    development: int = DEVELOPMENT,
    test: int | None = None,
    seed: int = 0,
    known: Mapping[str, Side] | None = None,
) -> Split:
    """Split rated outputs by groups into a development set and a locked test set.

    Args:
        items: A name for each output.
        groups: What each shares with others, as its prompt; by default each is its own.
        strata: What each is like, as the level that people gave it; every stratum is split in
            the same proportion as far as whole groups let it.
        development: How many outputs are for development, about; 0 where the judge was never
            adjusted on any of them. A pool too small for these and `LEAST_TEST` more gives a third.
        test: How many are locked, about; None for all that are left.
        seed: Of the split.
        known: Sides that outputs had before. Their groups keep them, so that nothing that was
            once worked on is ever tested on; only what is new is shared out.

    Returns:
        A set larger than asked for holds the rest of the last group.

    Raises:
        UsageError: The columns differ in length, a name is there twice, a size is negative, or a
            group was on both sides.
    """
    own, kinds = groups or items, strata or [""] * len(items)
    _refuse_odd(items, own, kinds, sizes=(development, test or 0))
    pool = _Pool.of(items, own, kinds, seed=seed)
    sides = pool.known(known or {})
    if len(items) < development + LEAST_TEST:
        development = min(development, len(items) // _THIRD)
    wanted: tuple[tuple[Side, int | None], ...] = (("development", development), ("test", test))
    for side, count in wanted:
        sides |= dict.fromkeys(pool.take(count, side, sides), side)
    return Split(
        development=pool.on("development", sides),
        test=pool.on("test", sides),
        rest=frozenset(items) - pool.on("development", sides) - pool.on("test", sides),
    )


@dataclass(frozen=True, slots=True)
class _Pool:
    """The groups in the order in which they are taken, with their items and their stratum."""

    members: Mapping[str, tuple[str, ...]]
    stratum: Mapping[str, str]

    @classmethod
    def of(
        cls, items: Sequence[str], groups: Sequence[str], strata: Sequence[str], *, seed: int
    ) -> _Pool:
        members: dict[str, list[str]] = defaultdict(list)
        kinds: dict[str, Counter[str]] = defaultdict(Counter)
        for item, group, kind in zip(items, groups, strata, strict=True):
            members[group].append(item)
            kinds[group][kind] += 1
        order = sorted(members, key=lambda group: (draw(seed, "calibration", group), group))
        return cls(
            {group: tuple(members[group]) for group in order},
            {group: _commonest(kinds[group]) for group in order},
        )

    def known(self, sides: Mapping[str, Side]) -> dict[str, Side]:
        """The side of every group of which any item has one."""
        found: dict[str, Side] = {}
        for group, items in self.members.items():
            own = {sides[item] for item in items if item in sides}
            if len(own) > 1:
                raise UsageError(
                    f"outputs of {group} were for development and for testing; they share what "
                    "they are about, so neither can be told from the other"
                )
            found |= dict.fromkeys([group] if own else [], *own)
        return found

    def on(self, side: Side, sides: Mapping[str, Side]) -> frozenset[str]:
        """The items on a side."""
        groups = (group for group, its in sides.items() if its == side)
        return frozenset(item for group in groups for item in self.members[group])

    def take(self, wanted: int | None, side: Side, sides: Mapping[str, Side]) -> list[str]:
        """More groups for a side, so that it has as many items as wanted, alike in each stratum."""
        free = [group for group in self.members if group not in sides]
        if wanted is None:
            return free
        size = {group: len(self.members[group]) for group in free}
        missing = max(wanted - len(self.on(side, sides)), 0)
        share = min(missing / max(sum(size.values()), 1), 1.0)
        taken: list[str] = []
        due = got = 0.0
        for kind in sorted({self.stratum[group] for group in free}):
            inside = [group for group in free if self.stratum[group] == kind]
            # What one stratum's last group had too many, the next one has less.
            due += share * sum(size[group] for group in inside)
            for group in inside:
                if got >= due - _ROUNDING:
                    break
                taken.append(group)
                got += size[group]
        return taken


def _commonest(kinds: Counter[str]) -> str:
    """What most of a group's items are like; of several the first by name."""
    return min(kinds, key=lambda kind: (-kinds[kind], kind))


def _refuse_odd(
    items: Sequence[str], groups: Sequence[str], strata: Sequence[str], *, sizes: tuple[int, int]
) -> None:
    if not len(items) == len(groups) == len(strata):
        raise UsageError(
            "every output has one group and one stratum; found "
            f"{len(items)} outputs, {len(groups)} groups, {len(strata)} strata"
        )
    if twice := [name for name, count in Counter(items).items() if count > 1]:
        raise UsageError(f"an output is named twice: {twice[0]}")
    if min(sizes) < 0:
        raise UsageError(f"a set has 0 outputs or more; found {min(sizes)}")
