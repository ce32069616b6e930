"""What was asked and answered, for the pages that show outputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from measurand.jobs.source import Source
from measurand.report.document import Texts

__all__ = ["listed", "texts_of"]

_LISTED = 20
_OR = "\n\nor:\n\n"
"""Between acceptable answers, any of which is right."""


def listed(names: Iterable[object]) -> str:
    """Names for a message: the first twenty, and how many more there are."""
    texts = [str(name) for name in names]
    more = f" and {len(texts) - _LISTED} more" if len(texts) > _LISTED else ""
    return ", ".join(texts[:_LISTED]) + more


def texts_of(source: Source) -> Mapping[tuple[str, str], Texts]:
    """The question, the answer and the reference of every output, where known."""
    texts: dict[tuple[str, str], Texts] = {}
    for output in source.outputs:
        example = source.examples.get(output.example)
        references = example.references if example else ()
        notes = example.notes if example else {}
        answer = output.failure.message if output.failure else output.text
        texts[output.example, output.system] = Texts(
            question=source.redact(example.question) if example else None,
            answer=None if answer is None else source.redact(answer),
            reference=_OR.join(map(source.redact, references)) if references else None,
            notes={name: source.redact(note) for name, note in notes.items()},
        )
    return texts
