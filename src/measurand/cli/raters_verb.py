"""``measurand raters``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from measurand.cli.options import (
    add_file,
    add_level,
    add_output,
    add_reading,
    number,
    parser,
    show,
    source_of,
)

__all__ = ["run"]

EXAMPLES = """\
  measurand raters ratings.csv --scale 1-5
  measurand raters --json                     # of the project in this folder
"""
_SHOWN = frozenset({"Decisions", "Each person"})


def run(words: Sequence[str]) -> int:
    """How well each person rates: against what is right, against themselves, against the others."""
    made = parser("raters", run.__doc__ or "", examples=EXAMPLES)
    add_file(made)
    add_reading(made)
    group = made.add_argument_group("statistics")
    add_level(group)
    group.add_argument(
        "--alpha",
        type=partial(number, above=0, below=1),
        metavar="SHARE",
        help="of each kind of decision, the chance that anybody at its bound is failed (0.05)",
    )
    add_output(made)
    args = made.parse_args(words)

    from measurand.analysis.rater_quality import RaterQualityOptions  # noqa: PLC0415 - after --help
    from measurand.jobs.raters import raters  # noqa: PLC0415
    from measurand.stats.estimate import LEVEL  # noqa: PLC0415

    options = RaterQualityOptions(level=args.level or LEVEL, alpha=args.alpha or 0.05)
    return show(raters(source_of(args), options=options), args, also=_SHOWN)
