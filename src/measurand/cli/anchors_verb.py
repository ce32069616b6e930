"""``measurand anchors``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial

from measurand.cli.options import add_output, add_plan, parser, show, whole

__all__ = ["run"]

EXAMPLES = """\
  measurand anchors                   # none, system or judge: what has changed?
  measurand anchors --json
  measurand anchors --freeze          # begin anew, once a judge was calibrated again
"""
_SHOWN = frozenset({"Drift", "Judged otherwise"})


def run(words: Sequence[str]) -> int:
    """Has the judge changed, or the system? Frozen outputs, judged again at every run.

    Exit code 0: no drift; 1: a judge or a system has changed; 3: there are not two runs to compare
    yet.
    """
    made = parser("anchors", run.__doc__ or "", examples=EXAMPLES)
    add_plan(made)
    made.add_argument(
        "--freeze",
        action="store_true",
        help="freeze outputs that people have rated; those frozen before are watched no more",
    )
    made.add_argument(
        "--items",
        type=partial(whole, least=10),
        metavar="N",
        help="with --freeze: so many (the plan's, or 50)",
    )
    add_output(made)
    args = made.parse_args(words)
    if args.items and not args.freeze:
        made.error("--items says how many are frozen; add --freeze")

    from measurand.jobs.anchors import anchors, freeze_anchors  # noqa: PLC0415 - after --help

    if not args.freeze:
        return show(anchors(args.plan), args, also=_SHOWN)
    frozen = freeze_anchors(args.plan, items=args.items)
    dimensions = sorted({name for anchor in frozen.items for name in anchor.labels})
    sys.stdout.write(
        f"frozen: {len(frozen.items)} outputs with what people say of {', '.join(dimensions)}; "
        "measurand run judges them again each time\n"
    )
    return 0
