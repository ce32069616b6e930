"""What was asked and answered, for the pages that show outputs."""

from __future__ import annotations

from collections.abc import Mapping

from measurand.jobs.source import Source
from measurand.report.document import Texts

__all__ = ["texts_of"]


def texts_of(source: Source) -> Mapping[tuple[str, str], Texts]:
    """The question, the answer and the reference of every output, where known."""
    texts: dict[tuple[str, str], Texts] = {}
    for output in source.outputs:
        example = source.examples.get(output.example)
        references = example.references if example else ()
        texts[output.example, output.system] = Texts(
            question=example.question if example else None,
            answer=output.failure.message if output.failure else output.text,
            reference=references[0] if references else None,
        )
    return texts
