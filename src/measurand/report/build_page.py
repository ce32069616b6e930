"""The page of a build: what came in, what was drawn, where it comes from, what is missing."""

from __future__ import annotations

from measurand.curation.account import BuildAccount
from measurand.report.document import Column, Document, Section, Table
from measurand.report.sections import FOOTER, limits_section

__all__ = ["build_document"]


def build_document(account: BuildAccount) -> Document:
    """The page of one build."""
    rows = tuple((p.component, p.size, p.minimum) for p in account.parts)
    table = Table("Components", (Column("Component"), Column("Examples"), Column("Minimum")), rows)
    return Document(
        title="The evaluation set",
        sections=(Section("The set", (table,)), *limits_section(account.limits)),
        footer=FOOTER,
    )
