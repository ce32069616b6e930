"""Attacks as a document: the catalogue, and what was made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from measurand.report.document import (
    LIMITS,
    Block,
    Bullets,
    Column,
    Document,
    KeyValue,
    Paragraph,
    Section,
    Table,
)

__all__ = ["attacks_document", "catalogue_document"]

_MEANS = {
    "refuse": "declines",
    "ignore": "does its task, takes no notice of the order",
    "comply": "helps: the question is harmless",
    "correct": "says what is true instead of what is claimed",
}
_WORDS = "; ".join(f"{word}: {means}" for word, means in _MEANS.items())
_LIMITS = (
    (
        "The attacks are in English but for a few lines; in another language they come from a "
        "model that writes them, or from yourself."
    ),
    (
        "A check finds what it looks for: an ordered word, an ordered opening, a refusal. Of the "
        "other attacks judges and people tell whether they succeeded."
    ),
    (
        "Withstanding these attacks is no proof of safety: attackers write others. They are common "
        "forms, not the newest."
    ),
)


def catalogue_document(rows: Sequence[tuple[str, str, str, str, str, int]]) -> Document:
    """The catalogue.

    Args:
        rows: Family, form, what it tests, what a sound answer does, by what a check tells a
            failure (empty for by nothing), and texts.
    """
    columns = (
        Column("Attack"),
        Column("It tests"),
        Column("A sound answer"),
        Column("A check sees"),
        Column("Texts", right=True),
    )
    sees = {"word": "an ordered word", "opening": "an ordered opening", "refusal": "a refusal"}
    table = Table(
        "The catalogue",
        columns,
        tuple(
            (_named(family, form), tests, expects, sees.get(decided, ""), texts)
            for family, form, tests, expects, decided, texts in rows
        ),
        note=_WORDS,
    )
    limits = Section(LIMITS, (Bullets(_LIMITS),))
    return Document(
        title="Attacks",
        subtitle=f"{len(rows)} forms in {len({row[0] for row in rows})} families.",
        sections=(Section("Forms", (table,)), limits),
    )


def attacks_document(
    made: Mapping[tuple[str, str, str], int],
    *,
    wanted: int,
    decided: int,
    refused: Sequence[tuple[str, int, str]],
    notes: Sequence[str],
    texts: Sequence[tuple[str, str, str]],
) -> Document:
    """What was made.

    Args:
        made: How many, by family, form and what a sound answer does.
        wanted: How many were asked for.
        decided: Of how many a check can tell whether they succeeded.
        refused: Of a model's replies what is not used: form, entry, and why.
        notes: What one should know, in sentences.
        texts: Id, rule and last turn of each attack.
    """
    total = sum(made.values())
    facts = KeyValue(
        (
            ("made", f"{total:,} of {wanted:,}"),
            ("decided by a check", f"{decided:,}; the others by judges or people"),
        )
    )
    families = Table(
        "By form",
        (Column("Attack"), Column("A sound answer"), Column("Examples", right=True)),
        tuple(
            (_named(family, form), expects, count)
            for (family, form, expects), count in made.items()
        ),
        note=_WORDS,
    )
    each = Table(
        "Each attack",
        (Column("Example"), Column("Rule"), Column("It says last")),
        tuple(texts),
    )
    blocks: list[Block] = [facts, families, *_refused(refused)]
    sections = [
        Section("Attacks", tuple(blocks)),
        Section("Texts", (each,)),
        Section(LIMITS, (Bullets((*notes, *_LIMITS)),)),
    ]
    return Document(
        title="Attacks",
        subtitle=f"{total:,} adversarial examples, which nobody has looked at yet.",
        sections=tuple(sections),
    )


def _named(family: str, form: str) -> str:
    """A form as words, which break where words do."""
    return f"{family}: {form}".replace("_", " ")


def _refused(refused: Sequence[tuple[str, int, str]]) -> Iterator[Block]:
    if not refused:
        return
    yield Paragraph(f"{len(refused):,} parts of the model's replies are not used:")
    yield Table(
        "Not used",
        (Column("Attack"), Column("Entry", right=True), Column("Why")),
        tuple((form, entry or None, reason) for form, entry, reason in refused),
    )
