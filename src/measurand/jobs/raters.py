"""The verb ``raters``: how well does each person rate?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from measurand.analysis.rater_quality import RaterQualityOptions
from measurand.analysis.rater_quality import rater_quality as analyse
from measurand.jobs.answer import Answer
from measurand.jobs.source import Reading, Source, from_file
from measurand.report.raters_page import raters_document
from measurand.report.sections import PageContext

__all__ = ["raters"]


def raters(
    source: Source | str | Path,
    *,
    reading: Reading | None = None,
    options: RaterQualityOptions | None = None,
) -> Answer:
    """Each person against what is right, against themselves, and against the others.

    What is right are rows of kind ``reference``. Of a project, outputs that were chosen or are
    golden count too, and so do excluded raters: who is left out can be seen to be rightly so.

    Args:
        source: Ratings already read, or a ratings file.
        reading: How the file is to be read.
        options: Levels and bounds.

    Raises:
        DataError: The file cannot be read as ratings.
    """
    read = source if isinstance(source, Source) else from_file(Path(source), reading or Reading())
    chosen = options or RaterQualityOptions()
    if not chosen.words:
        words = {(o.example, o.system): len(o.text.split()) for o in read.outputs if o.text}
        chosen = replace(chosen, words=words)
    table = read.ratings + read.aside + read.dropped + read.dropped_aside
    findings = analyse(table, read.scales, examples=read.examples, options=chosen)
    findings = replace(findings, limits=(*read.limits, *findings.limits))
    return Answer(
        verb="raters",
        findings=findings,
        document=raters_document(findings, PageContext(intakes=read.intakes, rubric=read.rubric)),
        intakes=read.intakes,
    )
