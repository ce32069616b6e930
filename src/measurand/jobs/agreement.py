"""The verb ``agreement``: do the raters agree?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from measurand.analysis.agreement import AgreementOptions
from measurand.analysis.agreement import agreement as analyse
from measurand.errors import UsageError
from measurand.jobs.answer import Answer
from measurand.jobs.exclusions import named_with, without_excluded
from measurand.jobs.source import Reading, Source, from_file, rounds_of, subsample_of
from measurand.jobs.texts import listed, texts_of
from measurand.report.agreement_page import agreement_document
from measurand.report.sections import PageContext

__all__ = ["agreement"]


def agreement(
    source: Source | str | Path,
    *,
    reading: Reading | None = None,
    options: AgreementOptions | None = None,
) -> Answer:
    """Agreement among people, the ceiling it sets, and judges and checks against people.

    Args:
        source: Ratings already read, or a ratings file.
        reading: How the file is to be read.
        options: Level, resamples, seed, breakdown, reference, requirement.

    Raises:
        DataError: The file cannot be read as ratings.
        UsageError: The reference rated nothing.
    """
    read = source if isinstance(source, Source) else from_file(Path(source), reading or Reading())
    chosen = options or AgreementOptions()
    if chosen.rounds is None:
        chosen = replace(chosen, rounds=rounds_of(read))
    if chosen.subsample is None:
        chosen = replace(chosen, subsample=subsample_of(read))
    raters = read.ratings.distinct("rater")
    if chosen.reference is not None and chosen.reference not in raters:
        raise UsageError(
            f"the reference {chosen.reference} rated nothing; the raters are: {listed(raters)}"
        )
    findings = analyse(
        read.ratings, read.scales, rubric=read.rubric, examples=read.examples, options=chosen
    )
    findings = replace(findings, limits=(*read.limits, *findings.limits))
    beside = without_excluded(read, chosen)
    return Answer(
        verb="agreement",
        findings=replace(findings, results=(*findings.results, *named_with(beside))),
        document=agreement_document(
            findings,
            PageContext(
                intakes=read.intakes,
                rubric=read.rubric,
                texts=texts_of(read),
                required=chosen.require is not None,
                beside=beside,
            ),
        ),
        intakes=read.intakes,
        decided=chosen.require is not None,
    )
