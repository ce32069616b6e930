"""Which of people's ratings feed estimates: not those of chosen outputs, nor of excluded raters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from measurand.core.people import Purpose
from measurand.core.rating import Ratings
from measurand.store.ledger import Ledger

__all__ = ["Parted", "part"]

_UNIT = ("example", "system", "against")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """The table of ratings, parted by what its rows may be used for.

    Args:
        ratings: What feeds estimates.
        aside: What people said at the desk of outputs that were routed, or are golden.
        dropped: What excluded raters said, of whatever output.
        excluded: Who they are, and why.
    """

    ratings: Ratings
    aside: Ratings
    dropped: Ratings
    excluded: Mapping[str, str]

    def notes(self) -> tuple[str, ...]:
        """What was parted, in sentences."""
        notes = []
        if len(self.aside):
            notes.append(
                f"Left out of estimates: {len(self.aside):,} ratings by people of outputs that "
                "were chosen (flagged, doubtful, or known), not drawn at random."
            )
        if self.excluded:
            who = "; ".join(f"{name} ({why})" for name, why in self.excluded.items())
            notes.append(
                f"Left out: {len(self.dropped):,} ratings by raters who were excluded: {who}."
            )
        return tuple(notes)


def part(ratings: Ratings, ledger: Ledger) -> Parted:
    """Part the ratings that count by what the desk's log says of items and raters."""
    nothing = Ratings.of(())
    excluded: dict[str, str] = {}
    here: set[str] = set()
    for entry in ledger.people.log(every_save=False):
        if entry.event == "excluded":
            excluded[entry.who] = str(entry.body.get("reason", ""))
        elif entry.event == "readmitted":
            excluded.pop(entry.who, None)
        elif entry.event == "assigned":
            here.add(entry.who)
    if not excluded and not here:
        return Parted(ratings=ratings, aside=nothing, dropped=nothing, excluded={})
    purposes: dict[tuple[object, ...], Purpose] = {
        (item.example, item.system, item.against): item.purpose
        for item in ledger.people.items().values()
    }
    places = bytearray(len(ratings))
    columns = zip(*(ratings[name] for name in ("kind", "rater", *_UNIT)), strict=True)
    for at, (kind, rater, *unit) in enumerate(columns):
        if kind != "people":
            continue
        if rater in excluded:
            places[at] = 2
        elif rater in here and purposes.get(tuple(unit), "sample") != "sample":
            places[at] = 1
    return Parted(
        ratings=ratings.filtered(bytes(place == 0 for place in places)),
        aside=ratings.filtered(bytes(place == 1 for place in places)),
        dropped=ratings.filtered(bytes(place == 2 for place in places)),  # noqa: PLR2004 - as above
        excluded=excluded,
    )
