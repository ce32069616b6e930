"""A gate as a comment on a pull request: the verdict first, and never longer than a comment may be.

What passed is cut before what did not, and a sentence tells what was cut.
"""

from __future__ import annotations

from dataclasses import replace

from measurand.analysis.gate_result import GateResult
from measurand.report.gate_page import Room, gate_document
from measurand.report.markdown import markdown_text
from measurand.report.sections import PageContext

__all__ = ["LONGEST", "pull_request_text"]

LONGEST = 65_436
"""Characters that a comment on GitHub may have, but for a line that a build puts before it."""

_ROOMS = (
    Room(),
    Room(rest=200),
    Room(rest=30),
    Room(rest=30, texts=10),
    Room(wrong=200, rest=0, texts=10),
    Room(wrong=60, rest=0, texts=5),
    Room(wrong=20, rest=0, texts=2),
    Room(wrong=5, rest=0, texts=0),
    Room(wrong=0, rest=0, texts=0),
)


def pull_request_text(
    gate: GateResult, context: PageContext | None = None, *, longest: int = LONGEST
) -> str:
    """Render a gate as Markdown for a pull request, a merge request or a job's summary.

    Args:
        gate: What was decided.
        context: What the page knows besides.
        longest: Characters that it may have.
    """
    text = ""
    for room in _ROOMS:
        document = gate_document(gate, context, room=room)
        if room != Room():
            told = " · ".join(filter(None, (document.subtitle, _told(room))))
            document = replace(document, subtitle=told)
        text = markdown_text(document, details=True)
        if len(text) <= longest:
            return text
    return _cut(text, longest)


def _told(room: Room) -> str:
    """What was cut to fit."""
    if room.wrong is None:
        return f"shortened: no more than {room.rest:,} rows of what passed and of all numbers"
    return f"shortened: no more than {room.wrong:,} rows a table, and nothing of what passed"


def _cut(text: str, longest: int) -> str:
    """The whole lines that fit, and a sentence that the rest is missing."""
    end = "\n\n**Cut here: the rest is in the files of --json and --junit.**\n"
    kept = text[: max(longest - len(end), 0)]
    return kept[: kept.rfind("\n") + 1].rstrip() + end
