"""A gate that answers what a file says, and writes down that it was asked; for workers too."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from tests.report.gates import ITEMS, gate

from measurand.errors import UsageError


@dataclass(frozen=True)
class GateOptions:
    """As many options as these tests name."""

    system: str | None = None
    against: str | None = None
    record: bool = True


def planted() -> None:
    """Put this gate in the place of the real one, which takes seconds to import."""
    module = ModuleType("measurand.jobs.gate")
    vars(module).update(gate=answer, GateOptions=GateOptions)
    sys.modules[module.__name__] = module


CODES = {"pass": 0, "fail": 1, "inconclusive": 3}
COMPLETE = tuple(item for item in ITEMS if item.outcome != "missing")
PASSED = tuple(item for item in ITEMS if item.outcome == "pass")


def answer(plan: Path, options: Any) -> SimpleNamespace:
    """What the plan's text says: an outcome, or an error, or an outcome and an exit code.

    A third word says that results are missing.
    """
    with (plan.parent / "asked.txt").open("a", encoding="utf-8") as file:
        file.write(json.dumps([plan.name, options.system, options.against, options.record]) + "\n")
    word, code, lacking = (*plan.read_text(encoding="utf-8").split(), "", "")[:3]
    if word == "error":
        raise UsageError("the plan has no baseline")
    items = PASSED if word == "pass" else ITEMS if lacking or word == "fail" else COMPLETE
    made = gate(word, items)  # type: ignore[arg-type]
    return SimpleNamespace(gate=made, exit_code=int(code or CODES[word]))
