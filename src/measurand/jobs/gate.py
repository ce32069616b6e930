"""The verb ``gate``: may this change ship?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from measurand._version import __version__
from measurand.analysis.gate_result import GateResult
from measurand.errors import InfrastructureError, LedgerError, UsageError
from measurand.jobs.answer import Answer
from measurand.jobs.gating.options import GateOptions
from measurand.jobs.gating.scene import Scene
from measurand.jobs.gating.table import of_table
from measurand.jobs.run import Watch
from measurand.jobs.source import Reading, Source, from_file
from measurand.jobs.texts import texts_of
from measurand.models.environment import Environment
from measurand.report.document import Document
from measurand.report.gate_json import gate_part
from measurand.report.gate_page import Room, gate_document
from measurand.report.html import html_page
from measurand.report.junit import junit_xml
from measurand.report.pull_request import pull_request_text
from measurand.report.sarif import sarif_text
from measurand.report.sections import PageContext

__all__ = ["GateAnswer", "GateOptions", "gate", "is_plan"]

_CODES = {"pass": 0, "fail": 1, "inconclusive": 3}
_OUTSIDE = 4
_SCREEN = Room(wrong=12, rest=12)
_YAML = frozenset({".yaml", ".yml"})


@dataclass(frozen=True, slots=True, kw_only=True)
class GateAnswer(Answer):
    """The answer of a gate.

    Args:
        gate: What was decided, and on what.
        name: What the evaluation is called.
        context: What its page knows besides.
    """

    gate: GateResult
    name: str
    context: PageContext

    @property
    def exit_code(self) -> int:
        """0 pass, 1 fail, 3 inconclusive, 4 where a provider is at fault for what is missing."""
        if self.gate.outcome == "inconclusive" and self.gate.broken:
            return _OUTSIDE
        return _CODES[self.gate.outcome]

    def to_json(self) -> Mapping[str, Any]:
        """The published document, with what became of every example."""
        return {**Answer.to_json(self), "gate": gate_part(self.gate)}

    def to_html(self) -> str:
        """One self-contained page, with all of it."""
        return html_page(gate_document(self.gate, self.context))

    def to_markdown(self) -> str:
        """For a pull request, and no longer than a comment may be."""
        return pull_request_text(self.gate, self.context)

    def to_terminal(self) -> Document:
        """What a terminal shows: the first of many examples."""
        return gate_document(self.gate, self.context, room=_SCREEN)

    def to_junit(self) -> str:
        """JUnit XML, for whatever shows tests."""
        return junit_xml(self.gate, name=self.name, when=datetime.now(UTC))

    def to_sarif(self) -> str:
        """SARIF, for findings beside lines."""
        return sarif_text(self.gate, version=__version__)


def is_plan(path: Path) -> bool:
    """Whether a file is a plan, and no ratings."""
    return path.suffix.lower() in _YAML


def gate(
    where: Source | Path | str,
    options: GateOptions | None = None,
    *,
    reading: Reading | None = None,
    today: date | None = None,
    watch: Watch | None = None,
    environment: Environment | None = None,
) -> GateAnswer:
    """Decide whether a system may ship: exit code 0 pass, 1 fail, 3 inconclusive, 4 outside.

    Args:
        where: A plan, whose ledger is decided on; or ratings already read, or a ratings file.
        options: What is asked; by default as the plan says.
        reading: How a ratings file is to be read.
        today: The day on which waivers are held against the calendar; by default this one.
        watch: Told how far a run is.
        environment: Where keys and addresses come from; by default the process's.

    Raises:
        PlanError: The plan is wrong.
        DataError: The ratings, the evaluation set or the waivers are wrong.
        UsageError: It is left open which systems are meant, or there are no such.
        InsufficientData: Nothing passed before, or there is no example to run.
        InfrastructureError: A provider, a key, the budget or the disk is not there.
    """
    chosen, day = options or GateOptions(), today or datetime.now(UTC).date()
    if isinstance(where, Source):
        return _answer(of_table(where, chosen, today=day))
    path = Path(where)
    if not is_plan(path):
        return _answer(of_table(from_file(path, reading or Reading()), chosen, today=day))
    return _project(path, chosen, day, watch=watch, environment=environment or Environment())


def _project(
    path: Path, options: GateOptions, today: date, *, watch: Watch | None, environment: Environment
) -> GateAnswer:
    from measurand.jobs.gating.project import (  # noqa: PLC0415 - ratings alone need no engine
        of_project,
        record,
        run_first,
    )

    stopped = ""
    if options.run:
        stopped = run_first(path, options, watch=watch, environment=environment).stop.message
    try:
        scene = of_project(path, options, today=today, environment=environment)
    except UsageError as problem:
        if stopped:
            raise InfrastructureError(f"{stopped}; {problem}") from problem
        raise
    answer = _answer(scene, broken=stopped)
    if not options.record:
        return answer
    try:
        record(path, scene, answer.gate)
    except LedgerError as problem:
        lost = (
            f"This decision was not kept: {problem}. Later gates will not know of it; where that "
            "is meant, say so with --no-record."
        )
        return _answer(replace(scene, notes=(lost, *scene.notes)), broken=stopped)
    return answer


def _answer(scene: Scene, *, broken: str = "") -> GateAnswer:
    result = scene.decided()
    limits = tuple(dict.fromkeys((*scene.notes, *result.findings.limits)))
    findings = replace(result.findings, limits=limits)
    result = replace(result, findings=findings, broken=broken or result.broken)
    source = scene.source
    context = PageContext(
        banner=_let_pass(result),
        intakes=source.intakes,
        rubric=scene.rubric,
        systems=source.plan.systems if source.plan else (),
        texts=texts_of(source),
        run=source.run,
        of=source.of,
    )
    return GateAnswer(
        verb="gate",
        findings=findings,
        document=gate_document(result, context),
        intakes=source.intakes,
        run=source.run,
        of=source.of,
        decided=True,
        gate=result,
        name=scene.name,
        context=context,
    )


def _let_pass(result: GateResult) -> str | None:
    """What must not be overlooked: failures of what must never happen that somebody lets pass."""
    let = [item for item in result.items if item.blocking and item.outcome == "waived"]
    if not let:
        return None
    told = ", ".join(f"{item.example} on {item.dimension}" for item in let)
    return f"BLOCKING FAILURES ARE WAIVED: {told}"
