"""The verb ``audit`` of recorded ratings: what biases do they tell?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from measurand.analysis.audit import AuditOptions
from measurand.analysis.audit import audit as analyse
from measurand.analysis.biases.base import BIASES
from measurand.analysis.result import Findings, Verdict
from measurand.core.probe import ProbeRow
from measurand.jobs.answer import Answer
from measurand.jobs.source import Reading, Source, from_file, rounds_of
from measurand.report.audit_page import audit_document
from measurand.report.sections import PageContext
from measurand.store.outputs import read_outputs

__all__ = ["AuditAnswer", "audit_answer", "audit_file"]

_TOO_LITTLE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditAnswer(Answer):
    """What an audit found."""

    @property
    def exit_code(self) -> int:
        """1 where any bias is material, 3 where none is decided, else 0.

        Where a mitigation was measured its effects count, and not those it was measured against.
        """
        outcomes = {verdict.outcome for verdict in _counted(self.findings.verdicts)}
        if "material" in outcomes:
            return 1
        return 0 if "negligible" in outcomes else _TOO_LITTLE


def audit_file(
    source: Source | str | Path,
    *,
    reading: Reading | None = None,
    outputs: str | Path | None = None,
    judges: Sequence[str] = (),
    options: AuditOptions | None = None,
) -> AuditAnswer:
    """The biases that recorded ratings tell of.

    Args:
        source: Ratings already read, or a ratings file.
        reading: How the file is to be read.
        outputs: A file of the outputs' texts, for their lengths.
        judges: Which judges; by default all.
        options: Margin, level, families.

    Raises:
        DataError: A file cannot be read.
        UsageError: A judge is named that rated nothing.
    """
    read = source if isinstance(source, Source) else from_file(Path(source), reading or Reading())
    if outputs is not None:
        read = replace(read, outputs=(*read.outputs, *read_outputs(outputs)))
    return audit_answer(read, judges=judges, options=options)


def audit_answer(
    read: Source,
    *,
    probes: Sequence[ProbeRow] = (),
    judges: Sequence[str] = (),
    options: AuditOptions | None = None,
    context: PageContext | None = None,
) -> AuditAnswer:
    """The answer of one audit, from whatever there is: ratings, and what was asked for it.

    Args:
        read: The ratings, outputs and examples.
        probes: What judges said of probes.
        judges: Which judges; by default all.
        options: Margin, level, families.
        context: What the page knows besides; by default the files read.

    Raises:
        UsageError: A judge is named that rated nothing.
    """
    chosen = options or AuditOptions()
    if chosen.rounds is None:
        chosen = replace(chosen, rounds=rounds_of(read))
    findings = analyse(
        read.ratings,
        read.scales,
        judges=judges,
        rubric=read.rubric,
        examples=read.examples,
        outputs=read.outputs,
        probes=probes,
        options=chosen,
    )
    findings = replace(findings, limits=(*read.limits, *findings.limits))
    known = context or PageContext(intakes=read.intakes, rubric=read.rubric)
    return _answer(findings, read, known)


def _answer(findings: Findings, read: Source, known: PageContext) -> AuditAnswer:
    return AuditAnswer(
        verb="audit",
        findings=findings,
        document=audit_document(findings, known),
        intakes=read.intakes,
        run=known.run,
    )


def _counted(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts on biases, those after a mitigation in place of those before it."""
    biases = [verdict for verdict in verdicts if verdict.name in BIASES]
    after = {_about(verdict) for verdict in biases if verdict.mitigation is not None}
    return [v for v in biases if v.mitigation is not None or _about(v) not in after]


def _about(verdict: Verdict) -> tuple[object, ...]:
    return verdict.name, verdict.raters, verdict.design, verdict.dimension
