"""The page of a check of an evaluation set: the worst first, and what was not looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from measurand.analysis.set_check import SetCheck
from measurand.analysis.set_check_terms import Concern, Item, Weight
from measurand.core.set_version import SetVersion, sizes_told
from measurand.figures.text import shortened
from measurand.report.document import (
    Block,
    Cell,
    Column,
    Document,
    Fold,
    KeyValue,
    Paragraph,
    Section,
    Table,
)
from measurand.report.json_schema import Json
from measurand.report.sections import FOOTER, limits_section

__all__ = ["SHOWN", "CheckContext", "set_check_document", "set_check_part"]

_TITLES: dict[Weight, tuple[str, str]] = {
    "wrong": ("Wrong", "Results of the set are wrong until this is mended."),
    "doubtful": ("Doubtful", "May be wrong: somebody has to look."),
    "note": ("To be noted", "Does no harm by itself."),
}
SHOWN = frozenset({"What was found", "Wrong", "Doubtful", "Not looked at"})
"""The sections that a terminal shows."""
_FIRST, _LONG, _MORE = 5, 200, 200
"""Items that are shown at once, their characters, and those that are folded away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckContext:
    """What the page tells besides.

    Args:
        name: The project's name; empty without a plan.
        data: Where the set is.
        of: Which version it is.
        detectable: What its core can tell.
        limits: What the checks cannot see.
    """

    name: str
    data: str
    of: SetVersion
    detectable: str
    limits: tuple[str, ...]


def set_check_document(found: SetCheck, context: CheckContext) -> Document:
    """The page."""
    name = f" of {context.name}" if context.name else ""
    return Document(
        title=f"Check of the evaluation set{name}",
        subtitle=f"{context.data}: {sizes_told(context.of.sizes)}",
        headlines=(found.verdict,),
        sections=(
            _overview(found, context),
            *(_weighted(found, weight) for weight in _TITLES if found.of(weight)),
            *_not_looked(found),
            _looked(found),
            *limits_section(context.limits),
        ),
        footer=FOOTER,
    )


def set_check_part(found: SetCheck) -> Json:
    """The same for other programs."""
    return {
        "outcome": found.verdict.outcome,
        "concerns": [
            {
                "kind": one.kind.name,
                "weight": one.weight,
                "check": one.check,
                "title": one.kind.title,
                "why": one.kind.why,
                "do": one.kind.do,
                "lacking": one.kind.lacking,
                "items": [_item_part(item) for item in one.items],
            }
            for one in found.concerns
        ],
        "checks": [
            {"name": one.check.name, "outcome": one.outcome, "reason": one.why or None}
            for one in found.checks
        ],
    }


def _item_part(item: Item) -> Json:
    return {
        "examples": list(item.examples),
        "components": list(item.components),
        "places": list(item.places),
        "found": item.found,
    }


def _overview(found: SetCheck, context: CheckContext) -> Section:
    columns = (
        Column("How bad"),
        Column("What"),
        Column("Examples", right=True),
        Column("What to do"),
    )
    rows = tuple(_row(one) for one in found.concerns)
    facts = KeyValue(
        (
            ("version", context.of.fingerprint),
            ("locked", context.of.locked[:10] if context.of.locked else "no"),
            ("checks", _counted(found)),
        )
    )
    blocks: list[Block] = [facts]
    if rows:
        blocks.append(Table("The worst first", columns, rows))
    blocks.append(Paragraph(context.detectable))
    return Section("What was found", tuple(blocks), "Nothing is changed by this check.")


def _row(one: Concern) -> tuple[Cell, ...]:
    return (one.weight, one.kind.title, len(one.examples) or None, one.kind.do)


def _counted(found: SetCheck) -> str:
    ran = sum(one.outcome in {"found", "nothing found"} for one in found.checks)
    return f"{ran:,} of {len(found.checks):,} were run"


def _weighted(found: SetCheck, weight: Weight) -> Section:
    title, summary = _TITLES[weight]
    blocks = [block for one in found.of(weight) for block in _told(one)]
    return Section(title, tuple(blocks), summary)


def _told(one: Concern) -> Iterator[Block]:
    """A concern: the first few places, and the others folded away."""
    note = f"{one.kind.why} {one.kind.do}"
    every = one.items[: _FIRST + _MORE]
    made = (
        (Column("Example"), [_listed(item.examples) for item in every]),
        (Column("Found"), [shortened(item.found, _LONG) for item in every]),
        (Column("Where it stands"), [_listed(_standing(item)) for item in every]),
    )
    told = [(column, cells) for column, cells in made if any(cells)]
    if not told:
        yield Paragraph(f"{one.kind.title}. {note}")
        return
    columns = tuple(column for column, _ in told)
    rows = tuple(zip(*(cells for _, cells in told), strict=True))
    yield Table(one.kind.title, columns, rows[:_FIRST], note)
    if rest := rows[_FIRST:]:
        left = len(one.items) - len(every)
        more = f"and {left:,} more, which --json lists." if left else ""
        table = Table(one.kind.title, columns, rest, more)
        yield Fold(f"{one.kind.title}: the other {len(one.items) - _FIRST:,}", (table,))


def _standing(item: Item) -> tuple[str, ...]:
    return tuple(filter(None, item.places))


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(shortened(name, 80) for name in names[:_FIRST])
    return f"{shown} and {len(names) - _FIRST:,} more" if len(names) > _FIRST else shown


def _not_looked(found: SetCheck) -> Iterator[Section]:
    rows = tuple(
        (one.check.title, one.outcome, one.why)
        for one in found.checks
        if one.outcome in {"not run", "undecided"}
    )
    if rows:
        columns = (Column("Check"), Column("Outcome"), Column("Why"))
        summary = "What is not looked at may be wrong all the same."
        yield Section("Not looked at", (Table("Checks without an answer", columns, rows),), summary)


def _looked(found: SetCheck) -> Section:
    rows = tuple(
        (one.check.title, one.outcome)
        for one in found.checks
        if one.outcome in {"found", "nothing found"}
    )
    table = Table("Checks that were run", (Column("Check"), Column("Outcome")), rows)
    return Section("Looked at", (table,), "In the order in which they were run.")
