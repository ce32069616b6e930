"""``measurand data regress``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from measurand.cli.data.log_options import add_log_reading, log_reading_of
from measurand.cli.data.place import add_place, place_of
from measurand.cli.options import add_output, parser, show

__all__ = ["run"]

EXAMPLES = """\
  measurand data regress march.jsonl:17 --because "quotes last year's price"
  measurand data regress 8f2c --log march.jsonl --because "..." --must-contain "3 weeks"
  measurand data regress core-07 --system candidate --because "..." --reference "..."
"""


def run(words: Sequence[str]) -> int:
    """Capture a failure as a regression example: the conversation redacted, the failure kept."""
    made = parser("data regress", run.__doc__ or "", examples=EXAMPLES)
    made.add_argument(
        "record", help="a place in a log (FILE:LINE), an id with --log, an example with --system"
    )
    made.add_argument("--because", required=True, metavar="TEXT", help="why the answer is bad")
    group = made.add_argument_group("what failed")
    group.add_argument("--log", type=Path, metavar="FILE", help="the log that holds the id")
    group.add_argument("--system", metavar="NAME", help="whose answer to the example failed")
    group.add_argument("--dimension", metavar="NAME", help="on which dimension it failed")
    group = made.add_argument_group("what is right")
    group.add_argument(
        "--reference", action="append", default=[], metavar="TEXT", help="a right answer"
    )
    group.add_argument(
        "--must-contain",
        action="append",
        default=[],
        metavar="PHRASE",
        help="what a right answer contains (repeatable)",
    )
    made.add_argument("--segment", action="append", default=[], metavar="TAG", help="a tag of it")
    made.add_argument("--by", metavar="NAME", default="", help="who captures it; kept")
    add_log_reading(made)
    add_place(made, named=False)
    add_output(made)
    args = made.parse_args(words)

    from measurand.jobs.regress import Capture, regress  # noqa: PLC0415 - after --help

    capture = Capture(
        record=args.record,
        because=args.because,
        log=args.log,
        how=log_reading_of(args),
        system=args.system,
        dimension=args.dimension,
        references=tuple(args.reference),
        must_contain=tuple(args.must_contain),
        segments=tuple(args.segment),
        by=args.by,
    )
    shown = frozenset({"Summary", "What failed"})
    return show(regress(place_of(args), capture), args, also=shown)
