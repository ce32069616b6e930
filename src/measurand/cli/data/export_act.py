"""``measurand data export``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from measurand.cli.data.place import add_place, data_of, place_of
from measurand.cli.options import parser, scales_of
from measurand.errors import UsageError

if TYPE_CHECKING:
    from measurand.jobs.evals_out import Exported

__all__ = ["run"]

EXAMPLES = """\
  measurand data export data/ --to inspect --out support.jsonl
  measurand data export data/ --to promptfoo --out tests.yaml
  measurand data export data/ --to csv --out support.csv --outputs outputs/today.jsonl
"""
_FORMATS = ("inspect", "promptfoo", "huggingface", "csv", "jsonl")


def run(words: Sequence[str]) -> int:
    """Write an evaluation set for another tool, with outputs and ratings where it takes them.

    What a format cannot hold is told. No text of the set becomes a template, a formula or a path
    in the other tool.
    """
    made = parser("data export", run.__doc__ or "", examples=EXAMPLES)
    add_place(made)
    made.add_argument("--to", choices=_FORMATS, required=True, help="the format")
    made.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        required=True,
        help="the file; what goes with it is written beside it",
    )
    group = made.add_argument_group("what goes with it")
    group.add_argument(
        "--outputs", type=Path, metavar="FILE", help="outputs (outputs.jsonl in the folder)"
    )
    group.add_argument(
        "--ratings", type=Path, metavar="FILE", help="ratings (ratings.jsonl in the folder)"
    )
    group.add_argument(
        "--scale",
        action="append",
        default=[],
        metavar="DIMENSION=SCALE",
        help="the scale of a dimension's ratings (inferred when left out; repeatable)",
    )
    made.add_argument("--json", action="store_true", help="one JSON document on stdout")
    args = made.parse_args(words)
    everywhere, single = scales_of(args.scale)
    if everywhere is not None:
        raise UsageError("--scale: name the dimension, as in --scale share=0..1")

    from measurand.jobs.evals_out import send_out  # noqa: PLC0415 - after --help
    from measurand.jobs.source import Reading  # noqa: PLC0415

    exported = send_out(
        data_of(args) or place_of(args).data,
        to=args.to,
        out=args.out,
        outputs=args.outputs,
        ratings=args.ratings,
        reading=Reading(scales=single or None),
    )
    if args.json:
        text = json.dumps(exported.to_json(), ensure_ascii=False, allow_nan=False, indent=2)
        sys.stdout.write(text + "\n")
    else:
        sys.stdout.write("\n".join(_told(exported)) + "\n")
    return 0


def _told(exported: Exported) -> Iterator[str]:
    yield f"{exported.examples:,} examples for {exported.format}"
    yield from (f"  {note}" for note in exported.notes)
    for one in exported.sent:
        yield f"written: {one.file} ({one.rows:,} {one.what})"
