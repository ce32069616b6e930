"""``measurand data check``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from measurand.cli.data.place import add_place, data_of
from measurand.cli.options import add_output, parser, scales_of, show, whole
from measurand.cli.progress import progress

__all__ = ["run"]

EXAMPLES = """\
  measurand data check
  measurand data check data/ --report check.html
  measurand data check --window logs/april.jsonl --ratings ratings.csv
  measurand data check --json > check.json
"""


def run(words: Sequence[str]) -> int:
    """Is anything wrong with the evaluation set? One page, the worst first; nothing is changed.

    Exit code 0: nothing is wrong (doubts and notes may be told); 1: something is wrong; 3: nothing
    is wrong, but the set is not complete (a part is smaller than its minimum, production asks what
    it has not, golden questions await answers), or a check had too little to decide on. A check
    whose input is not named, as --window, is listed as not run and does not count.
    """
    made = parser("data check", run.__doc__ or "", examples=EXAMPLES)
    add_place(made)
    group = made.add_argument_group("what else is looked at")
    group.add_argument(
        "--window",
        nargs="+",
        type=Path,
        default=[],
        metavar="LOGS",
        help="production logs, or folders of them: is what they ask in the set?",
    )
    group.add_argument(
        "--ratings",
        type=Path,
        metavar="FILE",
        help="ratings, by which labels are held against raters (the project's ledger)",
    )
    group.add_argument(
        "--scale",
        action="append",
        default=[],
        metavar="SCALE",
        help="the scale of those ratings, as 1-5, or of one dimension: accuracy=1-5",
    )
    group.add_argument(
        "--seed", type=partial(whole, least=0), default=0, metavar="N", help="of all draws (0)"
    )
    add_output(made)
    made.add_argument("--report", type=Path, metavar="FILE", help="the same as --html")
    args = made.parse_args(words)
    args.html = args.report or args.html

    from measurand.jobs.set_check import CheckRequest, check_set  # noqa: PLC0415 - after --help
    from measurand.report.set_check_page import SHOWN  # noqa: PLC0415

    everywhere, single = scales_of(args.scale)
    request = CheckRequest(
        window=tuple(args.window),
        ratings=args.ratings,
        scales=everywhere or single or None,
        seed=args.seed,
    )
    with progress("reading and redacting") as told:
        answer = check_set(data_of(args), request, plan=args.plan, progress=told)
    return show(answer, args, also=SHOWN)
