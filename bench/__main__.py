"""``python -m bench``: measure, print the table, keep it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import (
    agreement,
    commands,
    comparing,
    desk,
    folding,
    imports,
    judging,
    overlap,
    redaction,
    resampling,
    runner,
    runner_table,
)
from bench.clock import Timing, race
from bench.row import Missing, Row, RunnerRow, Setting
from bench.table import load, machine, markdown, save, write

ROWS: tuple[Row, ...] = (
    *imports.ROWS,
    *agreement.ROWS,
    *resampling.ROWS,
    *redaction.ROWS,
    *commands.ROWS,
    *comparing.ROWS,
)
JUDGING: tuple[Row, ...] = judging.ROWS
"""These have a table of their own."""
RUNNERS: tuple[RunnerRow, ...] = runner.ROWS
"""So have these."""
DESKS: tuple[Row, ...] = desk.ROWS
"""And these, which are told in wall time."""
CORPORA: tuple[Row, ...] = (*overlap.ROWS, *folding.ROWS)
"""And these, of millions of texts."""


def main() -> int:
    """Run the rows that were asked for."""
    made = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    made.add_argument("names", nargs="*", metavar="NAME", help="rows, or how their names begin")
    made.add_argument("--list", action="store_true", help="print the names and stop")
    made.add_argument("--quick", action="store_true", help="tiny sizes; nothing is kept")
    made.add_argument(
        "--write",
        action="store_true",
        help="put the last results of every row of the tables that were measured into the README",
    )
    args = made.parse_args()
    every = [*ROWS, *JUDGING, *RUNNERS, *DESKS, *CORPORA]
    chosen = [row for row in every if not args.names or row.name.startswith(tuple(args.names))]
    if not chosen:
        made.error(f"no row begins with {' or '.join(args.names)}; see --list")
    if args.quick and args.write:
        made.error("tiny sizes are not results; leave out --quick or --write")
    if args.list:
        print("\n".join(row.name for row in chosen))
        return 0
    print(machine())
    outcomes = list(_measured(chosen, quick=args.quick))
    tables: list[tuple[str, Sequence[Row], Callable[..., Iterator[str]]]] = [
        ("results", ROWS, markdown),
        ("judging", JUDGING, markdown),
        ("runner", RUNNERS, runner_table.markdown),
        ("desk", DESKS, markdown),
        ("corpora", CORPORA, markdown),
    ]
    for name, rows, told in tables:
        found = [(row, outcome) for row, outcome in outcomes if row in rows]
        if not found:
            continue
        print("\n".join(told(found, aims=not args.quick)))
        if args.write:
            notes = {row.name: text for row, text in found if isinstance(text, str)}
            last = [(row, load(row) or notes.get(row.name, "not measured")) for row in rows]
            write(name, [machine(), "", *told(last)])
    return 0


def _measured(rows: Sequence[Row], *, quick: bool) -> Iterator[tuple[Row, Timing | str]]:
    for row in rows:
        print(f"{row.name} ...", end=" ", flush=True, file=sys.stderr)
        with TemporaryDirectory() as folder, ExitStack() as ending:
            try:
                contest = row.prepare(Setting(Path(folder), quick, ending))
            except Missing as problem:
                print(problem, file=sys.stderr)
                yield row, str(problem)
                continue
            timing = race(contest, 1 if quick else row.rounds, warm=row.warm and not quick)
        print(f"{timing.ratio:.3g}", file=sys.stderr)
        if not quick:
            save(row, timing)
        yield row, timing


if __name__ == "__main__":
    sys.exit(main())
