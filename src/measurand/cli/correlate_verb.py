"""``measurand correlate``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from measurand.cli.options import add_level, add_output, number, parser, show, whole

if TYPE_CHECKING:
    from measurand.store.score_table import ScoreReading

__all__ = ["run"]

EXAMPLES = """\
  measurand correlate models.csv --outcome quality
  measurand correlate models.csv --outcome support --outcome coding --family family --html b.html
  measurand correlate leaderboards.csv --outcome arena_elo --json      (a row for each score)
  measurand correlate models.csv --from-ledger measurand.yaml --names names.csv
"""


def run(words: Sequence[str]) -> int:
    """Which benchmark predicts quality in production, and what would choosing by it cost?

    The table has a row a model and a column a benchmark, or a row for each score; CSV or JSON
    Lines. Higher is better unless --lower-is-better says so. Exit code 0: there is a correlation;
    3: too few models for any.
    """
    made = parser("correlate", run.__doc__ or "", examples=EXAMPLES)
    made.add_argument("file", type=Path, help="the table of scores")
    _add_outcome(made)
    _add_columns(made)
    group = made.add_argument_group("statistics")
    add_level(group, "every interval, and of all comparisons of benchmarks together")
    group.add_argument(
        "--threshold",
        type=partial(number, above=0, below=1),
        default=0.75,
        metavar="R",
        help="the correlation that findings in words hold benchmarks against (0.75)",
    )
    group.add_argument(
        "--screen",
        type=partial(whole, least=1),
        metavar="N",
        help="how many systems a benchmark lets through to your own evaluation (half of them)",
    )
    group.add_argument(
        "--pairs",
        action=argparse.BooleanOptionalAction,
        help="compare every two benchmarks (where there are 60 or fewer)",
    )
    add_output(made)
    args = made.parse_args(words)

    from measurand.analysis.benchmarks_options import CorrelateOptions  # noqa: PLC0415 - after help
    from measurand.jobs.correlate import correlate  # noqa: PLC0415
    from measurand.report.benchmarks_page import CHOOSING, CORRELATIONS  # noqa: PLC0415
    from measurand.stats.estimate import LEVEL  # noqa: PLC0415

    options = CorrelateOptions(
        level=args.level or LEVEL,
        threshold=args.threshold,
        screen=args.screen,
        pairs=args.pairs,
    )
    answer = correlate(
        args.file,
        outcomes=tuple(args.outcome),
        project=args.from_ledger,
        reading=_reading(args),
        options=options,
    )
    return show(answer, args, also=frozenset({CORRELATIONS, CHOOSING}))


def _add_outcome(made: argparse.ArgumentParser) -> None:
    group = made.add_argument_group("outcome")
    group.add_argument(
        "--outcome",
        action="append",
        default=[],
        metavar="COLUMN",
        help="what is to be predicted (repeatable); with --from-ledger a dimension, or overall",
    )
    group.add_argument(
        "--from-ledger",
        type=Path,
        metavar="PLAN",
        help="the outcome is how people rated the systems of this project",
    )
    group.add_argument(
        "--names",
        type=Path,
        metavar="FILE",
        help="a table of two columns: a system's name in the table, and its other name",
    )


def _add_columns(made: argparse.ArgumentParser) -> None:
    group = made.add_argument_group("columns", "Guessed from their usual names when left out.")
    group.add_argument("--system", metavar="COLUMN", help="the names of the models or deployments")
    group.add_argument("--family", metavar="COLUMN", help="their families; intervals are by family")
    group.add_argument(
        "--benchmark",
        action="append",
        default=[],
        metavar="NAME",
        help="only these benchmarks (repeatable; all other columns of numbers when left out)",
    )
    group.add_argument(
        "--errors",
        metavar="SUFFIX",
        help="the columns of standard errors are called after the benchmark and this, as _se; of "
        "a table with a row for each score, the column of them",
    )
    group.add_argument(
        "--lower-is-better",
        action="append",
        default=[],
        metavar="COLUMN",
        help="turn a column round (repeatable)",
    )
    group.add_argument(
        "--benchmark-column",
        metavar="COLUMN",
        help="of a table with a row for each score: the names of the benchmarks; several columns, "
        "with a comma between, name a benchmark together",
    )
    group.add_argument("--score-column", metavar="COLUMN", help="of such a table: the scores")


def _reading(args: argparse.Namespace) -> ScoreReading:
    from measurand.jobs.correlate_ledger import read_names  # noqa: PLC0415 - after --help
    from measurand.store.score_table import ScoreReading  # noqa: PLC0415

    return ScoreReading(
        benchmarks=tuple(args.benchmark),
        system=args.system,
        family=args.family,
        errors=args.errors,
        benchmark=args.benchmark_column,
        score=args.score_column,
        lower_is_better=tuple(args.lower_is_better),
        names=read_names(args.names) if args.names else {},
    )
