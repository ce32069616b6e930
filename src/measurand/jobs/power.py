"""The verb ``power``: how many examples, or what so many can detect; no project is needed."""

from __future__ import annotations

from measurand.analysis.power_options import PowerOptions
from measurand.analysis.power_plan import power_findings
from measurand.jobs.answer import Answer
from measurand.report.power_page import power_document

__all__ = ["power"]


def power(options: PowerOptions | None = None) -> Answer:
    """Answer a question about sizes and power.

    Args:
        options: The question; whichever of difference, discordance and n is left out is found.
            Without any, what the guide's sizes detect and prove.

    Returns:
        Its first result is ``power`` wherever the question has one.

    Raises:
        UsageError: The question is impossible or contradicts itself; every fault is named.
    """
    asked = options or PowerOptions()
    findings = power_findings(asked)
    document = power_document(findings, wanted=asked.wanted)
    return Answer(verb="power", findings=findings, document=document)
