"""What excluded raters would change: shown beside every answer from which they are left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from measurand.analysis.agreement import AgreementOptions
from measurand.analysis.exclusion import beside, with_and_without
from measurand.analysis.result import Findings, Result
from measurand.jobs.source import Source

__all__ = ["named_with", "without_excluded"]

_ENDING = "_with_excluded"


def without_excluded(source: Source, options: AgreementOptions | None = None) -> Findings | None:
    """Agreement, ceiling and mean vote with and without the excluded raters; None without any.

    Args:
        source: The ratings; those of excluded raters are in its ``dropped``.
        options: How agreement is computed.
    """
    people = source.dropped.where(kind="people")
    names = tuple(str(name) for name in people.distinct("rater"))
    if not names:
        return None
    everybody = source.ratings.where(kind="people") + people
    known = frozenset(source.scales)
    rows = everybody.filtered(everybody["dimension"].mask(known.__contains__))
    return with_and_without(rows, source.scales, names, examples=source.examples, options=options)


def named_with(found: Findings | None) -> Iterator[Result]:
    """What the results would be with everybody, under names of their own."""
    for pair in beside(found.results) if found else ():
        yield replace(pair.all, name=f"{pair.all.name}{_ENDING}")
