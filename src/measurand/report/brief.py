"""What a terminal shows of a document unless asked for all of it."""

from __future__ import annotations

from dataclasses import replace

from measurand.report.document import Document

__all__ = ["brief"]

FIRST = frozenset(
    {"Overall", "Blocking", "Differences", "Agreement", "Ceiling", "Planted truth", "Limits"}
)
"""The sections that answer the question; the others are for looking things up."""


def brief(document: Document) -> tuple[Document, tuple[str, ...]]:
    """The sections that answer the question, and the titles of those left out."""
    kept = tuple(section for section in document.sections if section.title in FIRST)
    left = tuple(s.title for s in document.sections if s.title not in FIRST)
    return replace(document, sections=kept), left
