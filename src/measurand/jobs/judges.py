"""The verb ``judges``: which judge is the best on the user's own labels, and at what price?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from measurand.analysis.judges import JudgesOptions
from measurand.analysis.judges import judges as analyse
from measurand.analysis.judges_ranks import BEST, NONE
from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.rating import Rating, Ratings
from measurand.core.rubric import Dimension
from measurand.errors import MissingExtra, UsageError
from measurand.jobs.answer import Answer
from measurand.jobs.source import Reading, Source, from_file, rounds_of
from measurand.jobs.texts import listed
from measurand.raters.checks.overlap import Bleu, Rouge
from measurand.report.judges_page import judges_document
from measurand.report.sections import PageContext

__all__ = ["JudgesAnswer", "judges", "with_overlaps"]

_TOO_LITTLE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgesAnswer(Answer):
    """What a comparison of judges found."""

    @property
    def exit_code(self) -> int:
        """0 where some are surely not the best, 3 where nothing can be told apart."""
        outcomes = {v.outcome for v in self.findings.verdicts if v.name == BEST}
        return 0 if outcomes - {NONE} else _TOO_LITTLE


def judges(
    source: Source | str | Path,
    *,
    reading: Reading | None = None,
    options: JudgesOptions | None = None,
) -> JudgesAnswer:
    """Several judges side by side on the outputs that people rated, with checks and people.

    Where outputs and reference answers are known, as in a project, ROUGE-L and BLEU are computed
    and stand in the table too: they are the least that a judge should beat.

    Args:
        source: Ratings already read, or a ratings file.
        reading: How the file is to be read.
        options: Level, seed, who is right, who is compared.

    Raises:
        DataError: The file cannot be read as ratings.
        UsageError: The reference, or a judge that is named, rated nothing.
    """
    read = source if isinstance(source, Source) else from_file(Path(source), reading or Reading())
    chosen = options or JudgesOptions()
    if chosen.rounds is None:
        chosen = replace(chosen, rounds=rounds_of(read))
    if chosen.wage is None and read.plan is not None:
        chosen = replace(chosen, wage=read.plan.people.wage)
    table = with_overlaps(read)
    _refuse_unknown(table, chosen)
    findings = analyse(
        table, read.scales, rubric=read.rubric, examples=read.examples, options=chosen
    )
    findings = replace(findings, limits=(*read.limits, *findings.limits))
    return JudgesAnswer(
        verb="judges",
        findings=findings,
        document=judges_document(findings, PageContext(intakes=read.intakes, rubric=read.rubric)),
        intakes=read.intakes,
    )


def with_overlaps(source: Source) -> Ratings:
    """The ratings, with ROUGE-L and BLEU of the outputs that people graded."""
    return source.ratings + Ratings.of(_overlaps(source))


def _refuse_unknown(table: Ratings, options: JudgesOptions) -> None:
    raters = table.distinct("rater")
    wanted = (*options.only, *((options.reference,) if options.reference else ()))
    if unknown := [name for name in wanted if name not in raters]:
        raise UsageError(
            f"{listed(unknown)} rated nothing; the raters are: {listed(map(str, raters))}"
        )


def _overlaps(source: Source) -> Iterator[Rating]:
    """ROUGE-L and BLEU of every output that people rated on grades, where texts are known."""
    graded = [d for d in source.rubric if d.scale.metric != "nominal" and d.scale.bounded]
    people = source.ratings.where(kind="people", against=None)
    rated = set(zip(people["example"], people["system"], people["dimension"], strict=True))
    if not (graded and rated):
        return
    for check in _metrics():
        own = set(source.ratings.where(rater=check.name).distinct("dimension"))
        for output in source.outputs:
            wanted = [
                dimension
                for dimension in graded
                if dimension.name not in own
                and (output.example, output.system, dimension.name) in rated
            ]
            example = source.examples.get(output.example)
            if example is None or not example.references or output.trial or not wanted:
                continue
            began = time.perf_counter()
            share = check.measure(example, output).value
            seconds = (time.perf_counter() - began) / len(wanted)
            if isinstance(share, float):
                for one in wanted:
                    row = _row(example, output, check.name, share=share, dimension=one)
                    yield replace(row, seconds=seconds)


def _row(
    example: Example, output: Output, name: str, *, share: float, dimension: Dimension
) -> Rating:
    return Rating(
        example=output.example,
        system=output.system,
        dimension=dimension.name,
        rater=name,
        kind="check",
        value=dimension.scale.from_unit(share),
        cluster=example.cluster,
        cost=0.0,
    )


def _metrics() -> Iterator[Bleu | Rouge]:
    """The metrics; what they are told of dimensions does not matter to them."""
    yield Rouge("")
    try:
        yield Bleu("")
    except MissingExtra:  # sacreBLEU is an extra
        return
