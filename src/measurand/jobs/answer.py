"""What every verb answers with: findings, where they came from, and how they read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from measurand.analysis.account import RunAccount
from measurand.analysis.result import Findings
from measurand.core.intake import Intake
from measurand.core.set_version import SetVersion
from measurand.report.document import Document
from measurand.report.html import html_page
from measurand.report.markdown import markdown_text
from measurand.report.results_json import results_document

__all__ = ["Answer"]

_TOO_LITTLE = 3
DECISIONS = frozenset({"agreement", "requirement", "calibration"})
"""The names of verdicts that decide an exit code, where a decision was asked for."""

_FAILED = frozenset({"fail", "FAIL"})
_OPEN = frozenset({"inconclusive", "INCONCLUSIVE", "CEILING BELOW TARGET"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer of one verb.

    Args:
        verb: Which verb.
        findings: Results, verdicts, limits.
        document: The same as a document that any renderer can show.
        intakes: The files read, with what was refused.
        decided: Whether a decision was asked for, so that verdicts set the exit code.
        run: What was asked of models, where any were.
        of: Which version of the evaluation set it is of, where that is known.
        background: Names of results that were not asked for and do not count as an answer.
    """

    verb: str
    findings: Findings
    document: Document
    intakes: tuple[Intake, ...] = ()
    run: RunAccount | None = None
    of: SetVersion | None = None
    decided: bool = False
    background: frozenset[str] = frozenset()

    @property
    def exit_code(self) -> int:
        """0 answered, 1 a failed verdict, 3 inconclusive or too little evidence for any number."""
        asked = (r for r in self.findings.results if r.name not in self.background and not r.naive)
        if not any(result.estimate.present for result in asked):
            return _TOO_LITTLE
        if not self.decided:
            return 0
        asked_for = [v for v in self.findings.verdicts if v.name in DECISIONS]
        outcomes = {verdict.outcome for verdict in asked_for}
        if outcomes & _FAILED:
            return 1
        return _TOO_LITTLE if outcomes & _OPEN else 0

    def to_json(self) -> Mapping[str, Any]:
        """The published document: results, verdicts, limits."""
        return results_document(
            self.verb, self.findings, intake=self.intakes, run=self.run, of=self.of
        )

    def to_html(self) -> str:
        """One self-contained page."""
        return html_page(self.document)

    def to_markdown(self) -> str:
        """The same document for a pull request or a wiki."""
        return markdown_text(self.document)
