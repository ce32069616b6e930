"""What a user waits for: start-up, the demo, its report, checks."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path
from shutil import rmtree
from typing import Any

from bench.clock import Contest, Side, command, work
from bench.row import Row, Setting, library
from measurand.core.example import Example, Message
from measurand.core.output import Output
from measurand.raters.checks.json_text import JsonSchema
from measurand.simulate.support_bot import REPLY_SCHEMA, support_bot

__all__ = ["ROWS"]

_PYTHON = "`python -c pass`"
_MEASURAND = (sys.executable, "-m", "measurand")


def _nothing(folder: Path) -> Side:
    return command([sys.executable, "-c", "pass"], folder=folder)


def _start(setting: Setting, *, words: tuple[str, ...]) -> Contest:
    return Contest(
        command([sys.executable, *words], folder=setting.folder), _nothing(setting.folder)
    )


def _demo(setting: Setting) -> Contest:
    made = setting.folder / "demo"
    ours = command(
        [*_MEASURAND, "demo", str(made)],
        before=lambda: rmtree(made, ignore_errors=True),
        folder=setting.folder,
    )
    return Contest(ours, _nothing(setting.folder))


def _report(setting: Setting) -> Contest:
    made = setting.folder / "demo"
    command([*_MEASURAND, "demo", str(made)], folder=setting.folder)()
    words = [*_MEASURAND, "report", str(made / "ratings.csv"), "--quiet", "--baseline", "today"]
    return Contest(command(words, folder=setting.folder), _nothing(setting.folder))


def _schema_check(setting: Setting) -> Contest:
    alone: Any = library("jsonschema_rs")
    check = JsonSchema("format", REPLY_SCHEMA)
    validator = alone.validator_for(dict(REPLY_SCHEMA), validate_formats=True)
    example = Example(id="x", messages=(Message("user", "?"),))
    outputs = [o for o in support_bot(7).outputs if o.text and _is_json(o)]
    outputs = outputs[: setting.size(1_000, 20)]

    def ours() -> None:
        for output in outputs:
            check.rate(example, output)

    def baseline() -> None:
        for output in outputs:
            validator.is_valid(json.loads(output.text or ""))

    return Contest(work(ours, least=setting.least), work(baseline, least=setting.least))


def _is_json(output: Output) -> bool:
    try:
        json.loads(output.text or "")
    except ValueError:
        return False
    return True


ROWS = (
    Row(
        name="start-help",
        ours="`measurand --help`",
        baseline=_PYTHON,
        prepare=partial(_start, words=("-m", "measurand", "--help")),
        rounds=21,
        aim=6,
    ),
    Row(
        name="start-compare-help",
        ours="`measurand compare --help`",
        baseline=_PYTHON,
        prepare=partial(_start, words=("-m", "measurand", "compare", "--help")),
        rounds=21,
    ),
    Row(
        name="start-import",
        ours="`import measurand`",
        baseline=_PYTHON,
        prepare=partial(_start, words=("-c", "import measurand")),
        rounds=21,
        aim=6,
    ),
    Row(
        name="demo",
        ours="`measurand demo`: 430 examples, four systems, 1,720 outputs checked, report",
        baseline=_PYTHON,
        prepare=_demo,
        rounds=3,
    ),
    Row(
        name="report",
        ours="`measurand report` of the demo's ratings, one HTML page",
        baseline=_PYTHON,
        prepare=_report,
        rounds=3,
    ),
    Row(
        name="check-json-schema",
        ours="`JsonSchema.rate` of 1,000 outputs, strict parsing, every fault with its path",
        baseline="`json.loads` and `jsonschema_rs` `is_valid`",
        prepare=_schema_check,
    ),
)
