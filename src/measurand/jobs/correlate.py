"""The verb ``correlate``: which benchmark predicts quality in production, and what does it miss?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from measurand.analysis.benchmarks import correlate as analyse
from measurand.analysis.benchmarks_options import CorrelateOptions
from measurand.analysis.benchmarks_table import BenchmarkTable
from measurand.core.intake import Intake
from measurand.errors import UsageError
from measurand.jobs.answer import Answer
from measurand.jobs.correlate_ledger import Joined, join
from measurand.report.benchmarks_page import benchmarks_document
from measurand.report.sections import PageContext
from measurand.stats.arrays import Floats
from measurand.store.score_table import ScoreReading, ScoreTable, read_scores

__all__ = ["correlate"]


def correlate(
    file: str | Path,
    *,
    outcomes: str | Sequence[str] = (),
    project: str | Path | None = None,
    reading: ScoreReading | None = None,
    options: CorrelateOptions | None = None,
) -> Answer:
    """Hold benchmarks against an outcome: a column of the same table, or a project's own people.

    Args:
        file: Scores of systems on benchmarks, as `read_scores` reads them.
        outcomes: What is to be predicted: columns of the table; with a project dimensions of its
            rubric, or ``overall``, which it is by default.
        project: A plan whose ledger says how people rated each system; its systems are joined to
            those of the table by name.
        reading: How the table is to be read.
        options: Level, threshold, screening, and whether pairs of benchmarks are compared.

    Raises:
        DataError: The table cannot be read.
        PlanError: The plan or its ledger cannot.
        UsageError: There is no outcome, nothing to correlate it with, or no system is in both.
    """
    wanted = (outcomes,) if isinstance(outcomes, str) else tuple(outcomes)
    how = reading or ScoreReading()
    if project is None:
        how = replace(how, outcomes=wanted or how.outcomes)
        if not how.outcomes:
            raise UsageError(
                "there is nothing to predict: name a column with --outcome, or a project whose "
                "people rated the systems with --from-ledger"
            )
        scores = read_scores(file, how)
        joined = _columns(scores, how.outcomes)
    else:
        scores = read_scores(file, replace(how, names={}))
        joined = join(scores, Path(project), wanted, names=how.names)
    tables = [_table(scores, joined, outcome) for outcome in joined.values]
    findings = analyse(tables, options)
    findings = replace(findings, limits=(*scores.limits, *joined.notes, *findings.limits))
    intake = Intake(scores.file, scores.read, scores.read, notes=scores.notes)
    context = PageContext(intakes=(intake,), subtitle=_subtitle(tables))
    return Answer(
        verb="correlate",
        findings=findings,
        document=benchmarks_document(findings, context),
        intakes=(intake,),
    )


def _columns(scores: ScoreTable, outcomes: Sequence[str]) -> Joined:
    """Outcomes that stand in the table itself."""
    return Joined(
        values={name: scores.columns[name] for name in outcomes},
        errors={name: scores.errors[name] for name in outcomes if name in scores.errors},
    )


def _table(scores: ScoreTable, joined: Joined, outcome: str) -> BenchmarkTable:
    """One outcome; every column that is no outcome is a benchmark."""
    taken = frozenset() if joined.notes else frozenset(joined.values)
    benchmarks = tuple(name for name in scores.columns if name not in taken)
    if not benchmarks:
        raise UsageError(f"there is no benchmark besides the outcome {outcome}")
    return BenchmarkTable(
        systems=scores.systems,
        benchmarks=benchmarks,
        scores=np.stack([scores.columns[name] for name in benchmarks], axis=1),
        errors=_errors(scores.errors, benchmarks, len(scores.systems)),
        outcome=outcome,
        values=joined.values[outcome],
        value_errors=joined.errors.get(outcome),
        families=scores.families,
    )


def _errors(errors: Mapping[str, Floats], benchmarks: Sequence[str], systems: int) -> Floats | None:
    """The standard errors of all benchmarks, NaN where there are none."""
    if not any(name in errors for name in benchmarks):
        return None
    unknown = np.full(systems, np.nan)
    return np.stack([errors.get(name, unknown) for name in benchmarks], axis=1)


def _subtitle(tables: Sequence[BenchmarkTable]) -> str:
    first = tables[0]
    count = len(first.benchmarks)
    return (
        f"{count} {'benchmark' if count == 1 else 'benchmarks'} of {len(first.systems)} systems "
        f"against {', '.join(table.outcome for table in tables)}"
    )
