"""The page about a round of rating: how far it is, who does how well, what is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from measurand.analysis.exclusion import beside
from measurand.analysis.rater_quality import RaterSummary
from measurand.analysis.result import Findings
from measurand.report.document import Cell, Column, Document, KeyValue, Section, Table
from measurand.report.exclusion_section import exclusion_section
from measurand.report.json_schema import Json, counted, list_of, object_of, typed
from measurand.report.raters_page import raters_sections
from measurand.report.rating_forecast_page import forecast_sections
from measurand.report.sections import FOOTER, limits_section
from measurand.report.shelf import Shelf

__all__ = ["PersonLine", "Standing", "round_schema", "status_document"]

_WORDS: Mapping[str, str] = {
    "items": "items to rate",
    "rated": "rated by enough people",
    "started": "begun",
    "answers": "finished answers, checks among them",
    "urgent_left": "urgent items left",
    "disputes": "votes that wait for an adjudicator",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """One person, in counts.

    Args:
        name: Who.
        role: What for.
        done: Items finished.
        hours: Active time.
        last: When the person was last heard of, as an ISO 8601 time; None where never.
        excluded: Why the person's ratings do not count; None where they do.
    """

    name: str
    role: str
    done: int
    hours: float
    last: str | None
    excluded: str | None


def round_schema() -> Json:
    """The JSON Schema of `Standing.to_json`."""
    person = object_of(
        {
            "name": typed("string"),
            "role": typed("string", "rater, adjudicator or organiser"),
            "done": counted("Items that are finished."),
            "hours": {"type": "number", "minimum": 0, "description": "Active time."},
            "last": typed(["string", "null"], "When last heard of, ISO 8601."),
            "excluded": typed(["string", "null"], "Why the ratings do not count."),
        }
    )
    counts = {name: counted(f"How many: {word}.") for name, word in _WORDS.items()}
    return object_of({**counts, "people": list_of(person)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a round stands.

    Args:
        overview: Counts by name, as ``items`` and ``rated``.
        people: Everybody.
    """

    overview: Mapping[str, int]
    people: tuple[PersonLine, ...]

    def to_json(self) -> Mapping[str, Any]:
        """The same for other programs."""
        return {**self.overview, "people": [asdict(line) for line in self.people]}


def status_document(
    name: str, standing: Standing, findings: Findings, *, summaries: Sequence[RaterSummary]
) -> Document:
    """The page of ``rate status``; every result appears on it once."""
    shelf = Shelf(findings.results)
    shelf.take(*_twice(findings))
    return Document(
        title="How far is the rating?",
        subtitle=name,
        sections=(
            _counts(standing),
            *_people(standing, summaries),
            *forecast_sections(shelf),
            *raters_sections(shelf, findings),
            *exclusion_section(Findings(results=findings.results)),
            *shelf.rest(),
            *limits_section(findings.limits),
        ),
        footer=FOOTER,
    )


def _twice(findings: Findings) -> list[str]:
    """The names of results that stand side by side, with and without excluded raters."""
    pairs = beside(findings.results)
    return [name for pair in pairs for name in (pair.all.name, pair.without.name)]


def _counts(standing: Standing) -> Section:
    pairs = tuple((word, f"{standing.overview[key]:,}") for key, word in _WORDS.items())
    return Section("The round", (KeyValue(pairs),))


def _people(standing: Standing, summaries: Sequence[RaterSummary]) -> list[Section]:
    if not standing.people:
        return []
    known = {one.rater: one for one in summaries}
    columns = (
        Column("Person"),
        Column("Role"),
        Column("Done", right=True),
        Column("Hours", right=True),
        Column("Last heard of"),
        Column("Qualification"),
        Column("Look at"),
    )
    rows = tuple(_row(line, known.get(line.name)) for line in standing.people)
    table = Table("People", columns, rows)
    summary = "Nobody is left out unless an organiser decides so and says why."
    return [Section("People", (table,), summary)]


def _row(line: PersonLine, summary: RaterSummary | None) -> tuple[Cell, ...]:
    flags = "; ".join(summary.flags) if summary else ""
    if line.excluded is not None:
        flags = f"excluded: {line.excluded}" + (f"; {flags}" if flags else "")
    return (
        line.name,
        line.role,
        line.done,
        f"{line.hours:.1f}",
        (line.last or "never").replace("T", " ").removesuffix("+00:00"),
        summary.qualification if summary else "",
        flags,
    )
