"""``measurand report``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from measurand.cli.compare_verb import add_comparison, comparison_options
from measurand.cli.options import add_file, add_reading, add_statistics, parser, show, source_of

__all__ = ["run"]

EXAMPLES = """\
  measurand report                       (the project in this folder, into report.html)
  measurand report ratings.csv --scale 1-5 -o ratings.html
  measurand report --markdown report.md --json > report.json
"""


def run(words: Sequence[str]) -> int:
    """Everything about a ratings file or a project as one self-contained HTML page."""
    made = parser("report", run.__doc__ or "", examples=EXAMPLES)
    add_file(made)
    add_reading(made)
    add_comparison(made)
    add_statistics(made)
    group = made.add_argument_group("output")
    group.add_argument(
        "-o",
        "--html",
        type=Path,
        metavar="FILE",
        default=Path("report.html"),
        help="the page (report.html)",
    )
    group.add_argument("--full", action="store_true", help="print every section")
    group.add_argument("--markdown", type=Path, metavar="FILE", help="also write Markdown")
    group.add_argument("--json", action="store_true", help="also one JSON document on stdout")
    group.add_argument("-q", "--quiet", action="store_true", help="print only the page's path")
    args = made.parse_args(words)

    from measurand.jobs.compare import planned_options, report  # noqa: PLC0415 - after --help

    source = source_of(args)
    answer = report(source, options=comparison_options(args, planned_options(source)))
    if args.quiet and not args.json:
        args.html.parent.mkdir(parents=True, exist_ok=True)
        args.html.write_text(answer.to_html(), encoding="utf-8")
        sys.stdout.write(f"{args.html}\n")
        return answer.exit_code
    return show(answer, args)
