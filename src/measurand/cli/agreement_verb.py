"""``measurand agreement``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from measurand.cli.options import (
    add_file,
    add_output,
    add_reading,
    add_statistics,
    number,
    parser,
    show,
    source_of,
)

__all__ = ["run"]

EXAMPLES = """\
  measurand agreement ratings.csv --scale 1-5
  measurand agreement ratings.csv --by system --json
  measurand agreement study.csv --scale 1-5 --map "example:id" --map "rater:Ann,Ben,Cem"
  measurand agreement labels.jsonl --mapping labels.yaml --reference final_label
"""


def run(words: Sequence[str]) -> int:
    """Agreement among people, the ceiling it sets, and judges and checks against people."""
    made = parser("agreement", run.__doc__ or "", examples=EXAMPLES)
    add_file(made)
    add_reading(made)
    add_statistics(made)
    made.add_argument(
        "--by",
        action="append",
        default=[],
        choices=["system", "component", "segment"],
        help="also within each of these (repeatable)",
    )
    made.add_argument(
        "--reference",
        metavar="RATER",
        help="a rater who is the truth, as an adjudicated label: not one of the people who "
        "agree or not, but what judges and checks are held against",
    )
    made.add_argument(
        "--require",
        type=partial(number, above=0, below=1, closed=True),
        metavar="ALPHA",
        help="decide: exit 1 where alpha is surely below this, 3 where it may be",
    )
    made.add_argument(
        "--target",
        type=partial(number, above=0, below=1, closed=True),
        metavar="SHARE",
        help="what a judge is to reach against these raters; told is whether the ceiling lets it "
        "(0.8)",
    )
    add_output(made)
    args = made.parse_args(words)

    from measurand.analysis.agreement import AgreementOptions  # noqa: PLC0415 - after --help
    from measurand.analysis.readings import TARGET  # noqa: PLC0415
    from measurand.jobs.agreement import agreement  # noqa: PLC0415
    from measurand.stats.estimate import LEVEL  # noqa: PLC0415

    options = AgreementOptions(
        level=args.level or LEVEL,
        resamples=args.resamples or 2000,
        seed=args.seed or 0,
        by=tuple(args.by),
        reference=args.reference,
        require=args.require,
        target=TARGET if args.target is None else args.target,
    )
    return show(agreement(source_of(args), options=options), args)
