"""What came of systems that met two at a time: who met whom, who won, and what they differed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.mean import cluster_codes

__all__ = ["Codes", "PairResults", "closure", "pair_results"]

Codes = NDArray[np.intp]

_NAMED = 5
_TIE = 0.5


@dataclass(frozen=True, slots=True)
class PairResults:
    """Meetings of two systems, one a row; `pair_results` makes it of plain arguments.

    Args:
        names: The systems.
        first: Place of the one, shape (n,).
        second: Place of the other.
        points: Of the first: 1 for a win, a half for a tie, 0 for a loss.
        features: What the first has more of than the second, shape (n, features).
        labels: What the features are called.
        clusters: By what meetings belong together (as ``rater`` or ``example``), the cluster of
            each; one way or two.
    """

    names: tuple[str, ...]
    first: Codes
    second: Codes
    points: Floats
    features: Floats
    labels: tuple[str, ...] = ()
    clusters: Mapping[str, Codes] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """How many meetings there are."""
        return int(self.points.size)

    @property
    def ties(self) -> NDArray[np.bool_]:
        """Which meetings are ties."""
        return np.asarray(self.points == _TIE)

    def met(self) -> Codes:
        """How many meetings each system was in."""
        size = len(self.names)
        return np.bincount(self.first, minlength=size) + np.bincount(self.second, minlength=size)

    def refuse_unrankable(self) -> None:
        """Refuse what no strengths fit: parts that never met, or that always won.

        Raises:
            InsufficientData: Two groups of systems never met, or some won or lost every meeting
                with all others: their strength would be without bound.

        References:
            Ford (1957), Amer. Math. Monthly 64(8), 28-33: there is a finite maximum exactly where
            of every two groups some member of either has beaten one of the other.
        """
        self.refuse_apart()
        self._refuse_separated(closure(self.beaten()))

    def beaten(self) -> NDArray[np.bool_]:
        """Whether the one has beaten, or tied with, the other: (systems, systems)."""
        size = len(self.names)
        found = np.zeros((size, size), dtype=bool)
        won, lost = self.points > 0, self.points < 1
        found[self.first[won], self.second[won]] = True
        found[self.second[lost], self.first[lost]] = True
        return found

    def refuse_apart(self) -> None:
        """Refuse systems that fall into parts.

        Raises:
            InsufficientData: Two groups of systems never met.
        """
        beaten = self.beaten()
        parts = _parts(beaten | beaten.T)
        if len(parts) > 1:
            told = " | ".join(self._listed(part) for part in parts[:_NAMED])
            raise InsufficientData(
                f"the systems fall into {len(parts)} parts that never met, so that nothing ranks "
                f"one part against another: {told}"
            )

    def _refuse_separated(self, reach: NDArray[np.bool_]) -> None:
        """Refuse a group that won, or lost, every meeting with all others."""
        if reach.all():
            return
        groups = []
        for ahead, outcome in ((reach, "won"), (reach.T, "lost")):
            for place in range(len(self.names)):
                group = np.flatnonzero(reach[place] & reach[:, place]).tolist()
                if not (ahead[:, place] & ~ahead[place]).any():
                    groups.append((len(group), group, outcome))
        _, group, outcome = min(groups, key=lambda one: one[0])
        raise InsufficientData(
            f"{self._listed(group)} {outcome} every meeting with the others, without a tie: by how "
            "much has no bound, so that no finite strengths fit"
        )

    def _listed(self, places: Sequence[int]) -> str:
        shown = ", ".join(self.names[place] for place in places[:_NAMED])
        more = len(places) - _NAMED
        return f"{shown} and {more} more" if more > 0 else shown


def pair_results(
    first: Sequence[str],
    second: Sequence[str],
    points: ArrayLike,
    *,
    names: Sequence[str] | None = None,
    features: Mapping[str, ArrayLike] | None = None,
    clusters: Mapping[str, ArrayLike] | None = None,
) -> PairResults:
    """Meetings of two systems, checked.

    Args:
        first: The one system of each meeting.
        second: The other.
        points: Of the first: 1 for a win, a half for a tie, 0 for a loss.
        names: The order of the systems; by default that of appearance.
        features: By name, what the first has more of than the second, as its length.
        clusters: By what meetings belong together, the cluster of each.

    Raises:
        InsufficientData: There is no meeting, or only one system.
        UsageError: Lengths differ, a system meets itself or is unknown, or points are no points.
    """
    known = tuple(names) if names is not None else tuple(dict.fromkeys((*first, *second)))
    index = {name: place for place, name in enumerate(known)}
    if strange := sorted({*first, *second} - index.keys()):
        raise UsageError(f"unknown systems: {', '.join(strange[:_NAMED])}")
    scored = check_finite(points, 1)
    if not len(first) == len(second) == scored.size:
        raise UsageError("every meeting has a first system, a second one and points")
    if not np.isin(scored, (0.0, _TIE, 1.0)).all():
        raise UsageError("points are 1 for a win, 0.5 for a tie and 0 for a loss")
    one, other = (
        np.asarray([index[name] for name in side], dtype=np.intp) for side in (first, second)
    )
    if (one == other).any():
        raise UsageError(f"{known[int(one[one == other][0])]} meets itself")
    if not scored.size or len(known) < 2:  # noqa: PLR2004 - a rank needs somebody else
        raise InsufficientData("ranking from pairs needs two systems that met")
    columns = {name: check_finite(values, 1) for name, values in (features or {}).items()}
    if any(column.size != scored.size for column in columns.values()):
        raise UsageError("a feature has one number for every meeting")
    return PairResults(
        names=known,
        first=one,
        second=other,
        points=scored,
        features=np.stack(list(columns.values()), axis=1)
        if columns
        else np.empty((scored.size, 0)),
        labels=tuple(columns),
        clusters={name: cluster_codes(own, scored.size) for name, own in (clusters or {}).items()},
    )


def _parts(joined: NDArray[np.bool_]) -> list[list[int]]:
    """Groups of places that are joined by a chain, in order of their first member."""
    reach = closure(joined)
    groups: dict[bytes, list[int]] = {}
    for place, row in enumerate(reach):
        groups.setdefault(row.tobytes(), []).append(place)
    return list(groups.values())


def closure(joined: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Who is reached from whom by any number of steps, oneself included."""
    reach = joined | np.eye(len(joined), dtype=bool)
    while True:
        further = (reach.astype(np.float32) @ reach.astype(np.float32)) > 0
        if (further == reach).all():
            return reach
        reach = further
