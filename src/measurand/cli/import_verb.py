"""``measurand import``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from measurand.cli.options import PLAN, add_reading, parser, reading_of

if TYPE_CHECKING:
    from measurand.jobs.import_ratings import Taken

__all__ = ["run"]

EXAMPLES = """\
  measurand import ratings.csv --scale 1-5
  measurand import study.csv --scale 1-5 --map "example:id" --map "rater:Human 1,Human 2,Human 3"
  measurand import scores.csv.gz --mapping scores.yaml -o scores.long.csv
"""


def run(words: Sequence[str]) -> int:
    """Read ratings from any file; keep what is on the scale, write the rest aside with reasons."""
    made = parser("import", run.__doc__ or "", examples=EXAMPLES)
    made.add_argument("file", type=Path, help="CSV, JSONL or JSON, long or wide, .gz too")
    add_reading(made)
    group = made.add_argument_group("output")
    group.add_argument(
        "--ledger",
        type=Path,
        metavar="FILE",
        default=Path(".measurand/ledger.db"),
        help="the ledger that takes the ratings (.measurand/ledger.db)",
    )
    group.add_argument(
        "-o", "--out", type=Path, metavar="FILE", help="write a long CSV or JSONL file instead"
    )
    group.add_argument("--json", action="store_true", help="one JSON document on stdout")
    args = made.parse_args(words)

    if args.plan is None and not args.scale and PLAN.exists():
        args.plan = PLAN

    from measurand.jobs.import_ratings import import_ratings  # noqa: PLC0415 - after --help

    taken = import_ratings(args.file, ledger=args.ledger, out=args.out, reading=reading_of(args))
    if args.json:
        text = json.dumps(taken.to_json(), ensure_ascii=False, allow_nan=False, indent=2)
        sys.stdout.write(text + "\n")
    else:
        sys.stdout.write("\n".join(_told(taken)) + "\n")
    return 0 if taken.intake.kept else 2


def _told(taken: Taken) -> Iterator[str]:
    from measurand.cli.refusals import told  # noqa: PLC0415 - after --help

    intake = taken.intake
    yield (
        f"{intake.file}: {intake.read:,} ratings read, {intake.kept:,} kept, "
        f"{len(intake.refused):,} refused"
    )
    for name, scale in taken.scales.items():
        yield f"  {name}: {scale}"
    yield from (f"  {note}" for note in intake.notes)
    scales = map(str, taken.scales.values())
    yield from (f"  {line}" for line in told(intake.refused, scales))
    if taken.refused:
        yield f"refused ratings are kept in {taken.refused}"
    if taken.added is not None and taken.added < intake.kept:
        yield f"{intake.kept - taken.added:,} were in the ledger already"
    yield f"written: {taken.target}"
