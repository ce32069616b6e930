"""The pages about versions of an evaluation set: the list, a difference, the lock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from measurand.core.example import COMPONENTS, Component, Example
from measurand.core.set_version import SetVersion, sizes_told
from measurand.curation.set_changes import ExampleChange, SetChanges, changed_words
from measurand.figures.text import one_line, shortened
from measurand.report.document import (
    Block,
    Bullets,
    Cell,
    Column,
    Document,
    KeyValue,
    Paragraph,
    Section,
    Table,
)
from measurand.report.json_schema import Json, object_of, typed
from measurand.report.json_schema import counted as counted_schema
from measurand.report.sections import FOOTER, limits_section

__all__ = [
    "SetFacts",
    "VersionLine",
    "changes_json",
    "counted",
    "diff_document",
    "facts_document",
    "ids_told",
    "set_schema",
    "versions_document",
]

_SHOWN = 100
"""Examples that are named in a table; the others are counted."""
_FEW = 5
"""As many of two sets that have nothing in common."""
_LONG = 600
_QUESTION = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """One version in the list.

    Args:
        name: The name of its folder.
        fingerprint: Of its set.
        parent: That of the set it was made from; None for the first.
        at: When it was made, as an ISO 8601 time.
        act: By what.
        sizes: Examples by component.
        runs: The runs that asked it: when each started.
        now: Whether it is what stands in the folder.
        locked: Whether it is locked.
    """

    name: str
    fingerprint: str
    parent: str | None
    at: str
    act: str
    sizes: Mapping[Component, int]
    runs: tuple[str, ...] = ()
    now: bool = False
    locked: bool = False

    def to_json(self) -> Json:
        """It for other programs."""
        return {
            "name": self.name,
            "fingerprint": self.fingerprint,
            "parent": self.parent,
            "at": self.at,
            "act": self.act,
            "sizes": dict(self.sizes),
            "runs": list(self.runs),
            "now": self.now,
            "locked": self.locked,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SetFacts:
    """What an act did, for a short page.

    Args:
        title: The heading.
        said: What was done, in a sentence or two.
        pairs: Facts by name.
        sections: What else there is to show.
        limits: What it does not say.
    """

    title: str
    said: str
    pairs: tuple[tuple[str, str], ...] = ()
    sections: tuple[Section, ...] = ()
    limits: tuple[str, ...] = ()


def versions_document(
    lines: Sequence[VersionLine], now: SetVersion, *, elsewhere: Sequence[tuple[str, str]] = ()
) -> Document:
    """The list of versions, the newest first.

    Args:
        lines: The versions, the oldest first.
        now: What stands in the folder.
        elsewhere: Runs of versions that are not kept: when each started, and its fingerprint.
    """
    columns = (
        *(Column("version"), Column("made"), Column("by"), Column("examples", right=True)),
        *(Column("runs", right=True), Column("")),
        *(Column(name, right=True, detail=True) for name in COMPONENTS),
        Column("from", detail=True),
    )
    rows = tuple(_row(line) for line in reversed(lines))
    blocks: list[Block] = [KeyValue((("now", now.told), ("kept", counted(len(lines), "version"))))]
    if rows:
        note = "A version is made by every build, edit and rotation, and by edits of the files."
        blocks.append(Table("Versions, the newest first", columns, rows, note))
    if elsewhere:
        told = tuple(f"the run of {at} asked version {print_}" for at, print_ in elsewhere)
        blocks += [Paragraph("Runs of versions that are not kept here:"), Bullets(told)]
    return Document(
        title="Versions of the evaluation set",
        sections=(Section("Versions", tuple(blocks)),),
        footer=FOOTER,
    )


def diff_document(
    changes: SetChanges,
    names: tuple[str, str],
    *,
    redact: Callable[[str], str],
    limits: Sequence[str] = (),
) -> Document:
    """What differs between two versions.

    Args:
        changes: What differs.
        names: What the two are called.
        redact: What is done to every text that is shown.
        limits: What it means for results; the first of them stands first.
    """
    before, after = names
    pairs = (
        (before, sizes_told(changes.sizes_before)),
        (after, sizes_told(changes.sizes_after)),
        ("differs", changes.told),
        ("the same in both", f"{changes.common:,} examples"),
    )
    meaning = tuple(map(Paragraph, limits[:1]))
    sections = [Section("Summary", (*meaning, KeyValue(pairs)))]
    shown = _Shown(redact, _SHOWN if changes.common else _FEW)
    sections += shown.listed("Added", changes.added)
    sections += shown.listed("Removed", changes.removed)
    sections += shown.changed("Changed in content", changes.content)
    sections += shown.changed("Changed in tags alone", changes.tags)
    sections += _moved(changes)
    return Document(
        title=f"From {before} to {after}",
        sections=(*sections, *limits_section(tuple(limits[1:]))),
        footer=FOOTER,
    )


def facts_document(facts: SetFacts) -> Document:
    """A short page."""
    blocks: tuple[Block, ...] = (Paragraph(facts.said),)
    if facts.pairs:
        blocks = (*blocks, KeyValue(facts.pairs))
    return Document(
        title=facts.title,
        sections=(
            Section("Summary", blocks),
            *facts.sections,
            *limits_section(facts.limits),
        ),
        footer=FOOTER,
    )


def changes_json(changes: SetChanges, redact: Callable[[str], str]) -> Json:
    """The same for other programs; texts are redacted."""
    return {
        "sizes_before": dict(changes.sizes_before),
        "sizes_after": dict(changes.sizes_after),
        "common": changes.common,
        "added": [one.id for one in changes.added],
        "removed": [one.id for one in changes.removed],
        "renamed": [list(pair) for pair in changes.renamed],
        "moved": [{"example": n, "before": a, "after": b} for n, a, b in changes.moved],
        "changed": [
            {
                "example": one.example,
                "component": one.component,
                "content": one.content,
                "fields": [
                    {
                        "field": part.field,
                        "before": redact(part.before),
                        "after": redact(part.after),
                    }
                    for part in one.fields
                ],
            }
            for one in changes.changed
        ],
    }


def _row(line: VersionLine) -> tuple[Cell, ...]:
    marks = [word for word, so in (("now", line.now), ("locked", line.locked)) if so]
    return (
        *(line.name, line.at[:16].replace("T", " "), line.act, sum(line.sizes.values())),
        *(len(line.runs), ", ".join(marks)),
        *(line.sizes.get(name, 0) for name in COMPONENTS),
        line.parent or "",
    )


@dataclass(frozen=True, slots=True)
class _Shown:
    """Texts as they are shown."""

    redact: Callable[[str], str] = field(repr=False)
    most: int

    def listed(self, title: str, examples: Sequence[Example]) -> Iterator[Section]:
        """Examples with what they ask."""
        if not examples:
            return
        columns = (Column("example"), Column("component"), Column("asks"))
        rows = tuple(
            (one.id, one.component, shortened(one_line(self.redact(one.question)), _QUESTION))
            for one in examples[: self.most]
        )
        caption = counted(len(examples), "example")
        yield Section(title, (Table(caption, columns, rows, _more(len(examples), self.most)),))

    def changed(self, title: str, changes: Sequence[ExampleChange]) -> Iterator[Section]:
        """Examples field by field, word by word where it is text."""
        if not changes:
            return
        columns = (Column("example"), Column("field"), Column("from [-gone-] to {+new+}"))
        rows = tuple(
            (one.example, part.field, self._words(part.before, part.after))
            for one in changes[:_SHOWN]
            for part in one.fields
        )
        caption = counted(len(changes), "example")
        yield Section(title, (Table(caption, columns, rows, _more(len(changes))),))

    def _words(self, before: str, after: str) -> str:
        return shortened(changed_words(self.redact(before), self.redact(after)), _LONG)


def _moved(changes: SetChanges) -> Iterator[Section]:
    if changes.moved:
        columns = (Column("example"), Column("from"), Column("to"))
        note = _more(len(changes.moved))
        caption = counted(len(changes.moved), "example")
        yield Section("Moved", (Table(caption, columns, changes.moved[:_SHOWN], note),))
    if changes.renamed:
        note = "The same content under another id; results know examples by their id."
        names = (Column("was"), Column("is"))
        yield Section(
            "Renamed",
            (
                Table(
                    counted(len(changes.renamed), "example"), names, changes.renamed[:_SHOWN], note
                ),
            ),
        )


def _more(count: int, most: int = _SHOWN) -> str:
    return f"{count - most:,} more are not shown." if count > most else ""


def ids_told(names: Iterable[str], most: int = 5) -> str:
    """A few ids, and how many more."""
    listed = list(names)
    more = f" and {len(listed) - most:,} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more


def counted(count: int, what: str) -> str:
    """A count with its noun."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def set_schema() -> Json:
    """The JSON Schema of the version that results are of."""
    sizes = {"type": "object", "additionalProperties": counted_schema()}
    return object_of(
        {
            "fingerprint": typed("string", "Of the whole evaluation set that the results are of."),
            "sizes": sizes | {"description": "Examples by component."},
            "locked": typed(["string", "null"], "Since when; null where it is not locked."),
        }
    )
