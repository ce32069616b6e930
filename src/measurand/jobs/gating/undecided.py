"""The answer of a gate that could not be asked, for the files that a build shows."""

from __future__ import annotations

from measurand.analysis.gate_result import GateResult
from measurand.analysis.result import Findings, Verdict
from measurand.jobs.gate import GateAnswer
from measurand.report.gate_page import gate_document
from measurand.report.sections import PageContext

__all__ = ["undecided"]


def undecided(problem: str) -> GateAnswer:
    """An answer without an example, whose verdict says why.

    Args:
        problem: What hindered the gate.
    """
    reason = f"nothing was decided: {problem}"
    verdict = Verdict(name="gate", outcome="inconclusive", reason=reason)
    findings = Findings(results=(), verdicts=(verdict,), limits=())
    result = GateResult(
        findings=findings,
        items=(),
        waivers=(),
        hashes={},
        system="not known",
        against="not known",
        outcome="inconclusive",
    )
    context = PageContext(banner="NOTHING WAS DECIDED")
    return GateAnswer(
        verb="gate",
        findings=findings,
        document=gate_document(result, context),
        decided=True,
        gate=result,
        name="measurand",
        context=context,
    )
