"""Production's own answers to the examples of a set, as outputs of a system."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from measurand.core.output import Failure, Output
from measurand.core.record import Record
from measurand.store.outputs import write_outputs

__all__ = ["PRODUCTION", "answered", "write_answers"]

PRODUCTION = "production"
"""The system that answered."""


def answered(record: Record, example: str) -> Output:
    """What production answered to an example, or that it did not."""
    failure = record.failure
    if failure is None and record.output is None:
        failure = Failure("no_output", "the log has no answer")
    return Output(
        example=example,
        system=PRODUCTION,
        text=record.output if failure is None else None,
        tool_calls=record.tools,
        usage=record.usage,
        seconds=record.seconds,
        failure=failure,
    )


def write_answers(folder: Path, plan_file: Path, answers: Iterable[Output]) -> str:
    """Write the answers beside a set, in ``outputs``, under the name of the set.

    Args:
        folder: The set's folder.
        plan_file: The project's plan, from whose folder targets start.
        answers: What production answered.

    Returns:
        The target by which the plan names them.
    """
    at = folder.resolve()
    file = at.parent / "outputs" / f"{at.name}-{PRODUCTION}.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    write_outputs(file, answers)
    return f"file:{Path(os.path.relpath(file, plan_file.resolve().parent)).as_posix()}"
