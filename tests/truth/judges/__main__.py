"""``python -m tests.truth.judges``: run the cases, print the table, keep it."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.truth.judges.cases import CASES
from tests.truth.judges.harness import FULL, Case, Row
from tests.truth.judges.table import markdown, page


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the cases that were asked for; 1 where a rule is not held."""
    made = argparse.ArgumentParser(prog="python -m tests.truth.judges", description=__doc__)
    made.add_argument("numbers", nargs="*", type=int, metavar="NUMBER", help="cases; else all")
    made.add_argument("--seeds", type=int, default=FULL, help="worlds drawn for each case")
    made.add_argument("--write", type=Path, metavar="FILE", help="the page to write")
    asked = made.parse_args(arguments)
    chosen = [case for case in CASES if not asked.numbers or case.number in asked.numbers]
    if not chosen:
        made.error("there is no such case")
    if asked.write and len(chosen) < len(CASES):
        made.error("the page is written from all cases; leave out the numbers or --write")
    found = [(case, _told(case, asked.seeds)) for case in chosen]
    sys.stdout.write("\n".join(markdown(found)) + "\n")
    if asked.write:
        asked.write.write_text(page(found, seeds=asked.seeds), encoding="utf-8")
    return int(not all(row.held for _, rows in found for row in rows))


def _told(case: Case, seeds: int) -> tuple[Row, ...]:
    start = time.perf_counter()
    rows = case.run(seeds)
    took = time.perf_counter() - start
    sys.stderr.write(f"{case.number}. {case.title}: {took:.1f} s\n")
    return rows


if __name__ == "__main__":
    sys.exit(main())
