"""``measurand data import``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from measurand.cli.options import parser, scales_of
from measurand.errors import UsageError

if TYPE_CHECKING:
    from measurand.core.example import Component
    from measurand.core.scale import Scale
    from measurand.jobs.evals import Brought
    from measurand.store.evals.gather import Taken

__all__ = ["run"]

EXAMPLES = """\
  measurand data import logs/2026-03-01_support.eval --out support/
  measurand data import results.json --out support/ --component regression
  measurand data import run1.json run2.json --out support/ --judge "answer quality"
  measurand compare support/ratings.jsonl
"""
_PARTS = ("core", "edge", "adversarial", "regression", "golden")


def run(words: Sequence[str]) -> int:
    """Take results of another evaluation tool: its examples, its outputs and its scores.

    Read are logs of Inspect (.eval, .json), results of promptfoo (JSON, JSONL), runs of DeepEval,
    samples of lm-evaluation-harness, logs of OpenAI Evals and exports of its dashboard. What is in
    a file says which tool wrote it. What could not be taken is listed; an error is no score.
    """
    args = _parser().parse_args(words)
    scales = _scales(args.scale)

    from measurand.jobs.evals import bring_in  # noqa: PLC0415 - after --help
    from measurand.jobs.set_place import set_place  # noqa: PLC0415
    from measurand.store.evals.tools import Taking  # noqa: PLC0415

    taking = Taking(
        component=cast("Component", args.component),
        system=args.system,
        judges=frozenset(args.judge),
        people=frozenset(args.people),
        scales=scales,
    )
    brought = bring_in(
        args.files,
        place=set_place(args.plan, args.out),
        taking=taking,
        ledger=args.ledger,
        redacted=not args.as_it_is,
    )
    if args.json:
        text = json.dumps(brought.to_json(), ensure_ascii=False, allow_nan=False, indent=2)
        sys.stdout.write(text + "\n")
    else:
        sys.stdout.write("\n".join(_told(brought)) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    made = parser("data import", run.__doc__ or "", examples=EXAMPLES)
    made.add_argument("files", nargs="+", type=Path, help="files of other evaluation tools")
    made.add_argument(
        "--out", type=Path, metavar="FOLDER", required=True, help="the folder for what is taken"
    )
    made.add_argument(
        "--plan", type=Path, metavar="FILE", help="the project's plan (measurand.yaml, where it is)"
    )
    group = made.add_argument_group("reading")
    group.add_argument(
        "--component",
        choices=_PARTS,
        default="core",
        help="of examples that do not name their own (core)",
    )
    group.add_argument(
        "--system", metavar="NAME", help="whose answers they are (as the file names the model)"
    )
    group.add_argument(
        "--judge",
        action="append",
        default=[],
        metavar="SCORER",
        help="a scorer that is a judge model, where the tool does not say so (repeatable)",
    )
    group.add_argument(
        "--people",
        action="append",
        default=[],
        metavar="SCORER",
        help="a scorer that is a person (repeatable)",
    )
    group.add_argument(
        "--scale",
        action="append",
        default=[],
        metavar="DIMENSION=SCALE",
        help="the scale of a dimension, as in share=0..1 (the tool's, or inferred; repeatable)",
    )
    group.add_argument(
        "--as-it-is",
        action="store_true",
        help="do not replace personal data and secrets; for files that are known to have none",
    )
    group = made.add_argument_group("output")
    group.add_argument(
        "--ledger", type=Path, metavar="FILE", help="a ledger that takes the ratings too"
    )
    group.add_argument("--json", action="store_true", help="one JSON document on stdout")
    return made


def _scales(words: Sequence[str]) -> dict[str, Scale]:
    everywhere, single = scales_of(words)
    if everywhere is not None:
        raise UsageError("--scale: name the dimension, as in --scale share=0..1")
    return single


def _told(brought: Brought) -> Iterator[str]:
    evaluation = brought.evaluation
    for taken in evaluation.taken:
        yield from _file(taken)
    failed = sum(one.failure is not None for one in evaluation.outputs)
    more = f", {failed:,} of them failures" if failed else ""
    yield (
        f"{len(evaluation.dataset):,} examples, {len(evaluation.outputs):,} outputs{more}, "
        f"{len(evaluation.ratings):,} ratings"
    )
    for name, scale in evaluation.scales.items():
        yield f"  {name}: {scale}"
    if brought.changed:
        yield f"personal data or secrets were replaced in {brought.changed:,} texts"
    yield f"written: {brought.folder} (version {brought.version})"
    yield from (f"written: {file}" for file in brought.files)
    if brought.added is not None:
        yield f"new to the ledger: {brought.added:,} ratings"


def _file(taken: Taken) -> Iterator[str]:
    from measurand.cli.refusals import told  # noqa: PLC0415 - after --help

    yield f"{taken.samples.file} is of {taken.tool}"
    for what, intake in (("samples", taken.samples), ("ratings", taken.scores)):
        refused = len(intake.refused)
        yield f"  {intake.read:,} {what} read, {intake.kept:,} kept, {refused:,} refused"
        yield from (f"    {line}" for line in told(intake.refused, ()))
    yield from (f"  {note}" for note in taken.samples.notes)
