"""``measurand vote``."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from measurand.cli.options import add_file, add_reading, parser, source_of, tell, whole

__all__ = ["run"]

EXAMPLES = """\
  measurand vote ratings.csv --scale 1-5
  measurand vote ratings.csv --scale 1-5 --rule mean --csv votes.csv
  measurand vote --json
"""


def run(words: Sequence[str]) -> int:
    """What do people's ratings of each output come to? Ties are never given to either side."""
    made = parser("vote", run.__doc__ or "", examples=EXAMPLES)
    add_file(made)
    add_reading(made)
    group = made.add_argument_group("vote")
    group.add_argument(
        "--rule",
        choices=["majority", "median", "mean"],
        help="of grades: mean, or else the median; labels go by the majority (the plan's, or "
        "majority)",
    )
    group.add_argument(
        "--raters",
        type=partial(whole, least=1),
        metavar="N",
        help="votes that an output needs (the plan's; else 3, or as many as any output has)",
    )
    group = made.add_argument_group("output")
    group.add_argument(
        "--csv",
        type=Path,
        metavar="FILE",
        help="write one row a vote; JSON Lines unless the name ends in .csv",
    )
    group.add_argument("--full", action="store_true", help="print every section")
    group.add_argument("--json", action="store_true", help="one JSON document on stdout")
    args = made.parse_args(words)

    from measurand.analysis.vote import VoteOptions  # noqa: PLC0415 - after --help
    from measurand.jobs.vote import vote  # noqa: PLC0415

    source = source_of(args)
    people = source.plan.people if source.plan else None
    options = VoteOptions(
        rule=args.rule or (people.vote if people else "majority"),
        raters=args.raters or (people.raters if people else None),
    )
    answer = vote(source, options=options)
    if args.csv:
        answer.write(args.csv)
    if args.json:
        text = json.dumps(answer.to_json(), ensure_ascii=False, allow_nan=False, indent=2)
        sys.stdout.write(text + "\n")
    else:
        tell(answer.document, full=args.full, also=frozenset({"Votes", "To be adjudicated"}))
        if args.csv:
            sys.stdout.write(f"written: {args.csv}\n")
    return answer.exit_code
