"""The lineage of a set's examples, as ``lineage.jsonl`` beside the components' files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from measurand.core.example import Component, Example
from measurand.core.lineage import Lineage
from measurand.errors import DataError, Fault
from measurand.store.codec import Form, Number, Origin, Text, Word, decode, encode
from measurand.store.lines import read_rows

__all__ = ["BY_HAND", "LineageForm", "lineage_rows", "read_lineage", "traced"]

BY_HAND = "by hand"
"""The rule of an example that somebody wrote into the files."""


class LineageForm(Form):
    """Where one example comes from."""

    example: Word
    fingerprint: Word
    component: Component
    rule: Text
    """By what it came in."""
    source: Text | None = None
    """The place of its row in a log."""
    log: Text | None = None
    """The SHA-256 of the file that the row stands in."""
    probability: Annotated[Number, Field(gt=0, le=1)] | None = None
    """The inclusion probability with which it was drawn."""
    because: Text = ""
    parent: Text | None = None
    """The fingerprint that it had before it was edited."""
    accepted_by: Text | None = None
    accepted: Text | None = None
    added: Text

    def build(self) -> Lineage:
        """The lineage."""
        return Lineage(**{name: getattr(self, name) for name in type(self).model_fields})


def read_lineage(path: Path, faults: list[Fault]) -> dict[str, Lineage]:
    """The lineages of a file by example; none where there is no file.

    Args:
        path: The file.
        faults: Receives what is wrong with it.
    """
    found: dict[str, Lineage] = {}
    if not path.exists() or not path.stat().st_size:
        return found
    for line, cells in read_rows(path, faults):
        try:
            one = decode(LineageForm, cells, Origin(str(path), line)).build()
        except DataError as problem:
            faults.extend(problem.faults)
        else:
            found[one.example] = one
    return found


def lineage_rows(lineage: Mapping[str, Lineage]) -> Iterator[dict[str, Any]]:
    """The rows of the file, by example."""
    for name in sorted(lineage):
        row: dict[str, Any] = encode(lineage[name])
        yield row


def traced(
    examples: Iterable[Example], lineage: Mapping[str, Lineage], *, now: str | None = None
) -> dict[str, Lineage]:
    """The lineages that fit these examples as they stand.

    One that has another content than its lineage says was edited: what it was is its parent, and
    nobody has accepted what it is. One without lineage was written by hand.

    Args:
        examples: The examples of a set.
        lineage: What is known of them, by id, and perhaps of others.
        now: When those came in of which nothing is known; None to leave them out.
    """
    kept: dict[str, Lineage] = {}
    for example in examples:
        content, component = example.fingerprint, example.component
        known = lineage.get(example.id)
        if known is not None:
            kept[example.id] = _edited(replace(known, component=component), content)
        elif now is not None:
            kept[example.id] = Lineage(
                example=example.id,
                fingerprint=content,
                component=component,
                rule=BY_HAND,
                source=example.source,
                probability=example.probability,
                added=now,
            )
    return kept


def _edited(known: Lineage, content: str) -> Lineage:
    """The lineage of an example that has this content now."""
    if known.fingerprint == content:
        return known
    return replace(
        known, fingerprint=content, parent=known.fingerprint, accepted_by=None, accepted=None
    )
