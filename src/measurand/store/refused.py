"""Refused ratings, written aside: refused is not lost."""

from __future__ import annotations

from pathlib import Path

from measurand.core.intake import Intake
from measurand.store.lines import write_jsonl

__all__ = ["write_refused"]


def write_refused(intake: Intake, path: Path | str) -> None:
    """Write the refused ratings as JSON Lines, whole or not at all.

    Each line holds ``file``, ``line``, ``key``, ``found``, ``reason`` and ``row``, the whole row
    as it stood. Of several ratings refused in one row, each has its line.
    """
    write_jsonl(
        path,
        (
            {
                "file": intake.file,
                "line": refusal.line,
                "key": refusal.key,
                "found": refusal.found,
                "reason": refusal.reason,
                "row": dict(refusal.row),
            }
            for refusal in intake.refused
        ),
    )
