"""``measurand judges``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from measurand.cli.options import (
    add_file,
    add_level,
    add_output,
    add_reading,
    parser,
    show,
    source_of,
    whole,
)

__all__ = ["run"]

EXAMPLES = """\
  measurand judges ratings.csv --scale 1-5
  measurand judges ratings.csv --scale 1-5 --judge openai/gpt-4o --judge mistral/large --html j.html
  measurand judges labels.jsonl --mapping labels.yaml --reference final_label --json
  measurand judges                             # the judges of the project in this folder
"""


def run(words: Sequence[str]) -> int:
    """Which judge is the best on your own labels: accuracy, bias, failures, cost, speed, ranks.

    Exit code 0: some judges are surely not the best, on one dimension or overall; 3: every verdict
    is inconclusive, or there is none.
    """
    made = parser("judges", run.__doc__ or "", examples=EXAMPLES)
    add_file(made)
    made.add_argument(
        "--judge",
        action="append",
        default=[],
        metavar="NAME",
        help="compare these judges and checks alone (repeatable; all when left out)",
    )
    made.add_argument(
        "--reference",
        metavar="RATER",
        help="a rater who is right, as an adjudicated label, in place of what people say",
    )
    add_reading(made)
    group = made.add_argument_group("statistics")
    add_level(group, "every interval, and of all ranks together")
    group.add_argument(
        "--seed", type=partial(whole, least=0), metavar="N", help="seed of flips and folds (0)"
    )
    add_output(made)
    args = made.parse_args(words)

    from measurand.analysis.judges import JudgesOptions  # noqa: PLC0415 - after --help
    from measurand.jobs.judges import judges  # noqa: PLC0415
    from measurand.report.judges_page import BY_DIMENSION  # noqa: PLC0415
    from measurand.stats.estimate import LEVEL  # noqa: PLC0415

    options = JudgesOptions(
        level=args.level or LEVEL,
        seed=args.seed or 0,
        reference=args.reference,
        only=tuple(args.judge),
    )
    answer = judges(source_of(args), options=options)
    return show(answer, args, also=frozenset({BY_DIMENSION}))
