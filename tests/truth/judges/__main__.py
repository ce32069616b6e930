"""``python -m tests.truth.judges``: run the cases, print the table, keep it."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path

from tests.truth.judges.cases import CASES
from tests.truth.judges.harness import FULL, Case, Row
from tests.truth.judges.table import markdown, page


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the cases that were asked for; 1 where a rule is not held."""
    asked = _asked(arguments)
    chosen = [case for case in CASES if not asked.numbers or case.number in asked.numbers]
    if not chosen:
        raise SystemExit("there is no such case")
    kept = _kept(asked.keep, asked.seeds)
    due = [case for case in chosen if asked.numbers or _name(case) not in kept]
    for case, rows in _run(due, asked.seeds, asked.jobs):
        kept[_name(case)] = rows
        if asked.keep:
            _keep(asked.keep, case, rows, asked.seeds)
    found = [(case, kept[_name(case)]) for case in CASES if _name(case) in kept]
    sys.stdout.write("\n".join(markdown(found)) + "\n")
    if asked.write:
        if missing := [_name(case) for case in CASES if _name(case) not in kept]:
            raise SystemExit(f"the page is written from all cases; not run: {', '.join(missing)}")
        asked.write.write_text(page(found, seeds=asked.seeds), encoding="utf-8")
    return int(not all(row.held for _, rows in found for row in rows))


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    made = argparse.ArgumentParser(prog="python -m tests.truth.judges", description=__doc__)
    made.add_argument(
        "numbers", nargs="*", type=int, metavar="NUMBER", help="cases, run anew; else all"
    )
    made.add_argument("--seeds", type=int, default=FULL, help="worlds drawn for each case")
    made.add_argument("--jobs", type=int, default=1, help="cases run at once")
    made.add_argument(
        "--keep", type=Path, metavar="FILE", help="what was found; cases in it are not run again"
    )
    made.add_argument("--write", type=Path, metavar="FILE", help="the page to write")
    return made.parse_args(arguments)


def _run(cases: Sequence[Case], seeds: int, jobs: int) -> Iterator[tuple[Case, tuple[Row, ...]]]:
    places = [CASES.index(case) for case in cases]
    with ProcessPoolExecutor(max(jobs, 1)) as pool:
        yield from zip(cases, pool.map(_told, places, [seeds] * len(places)), strict=True)


def _told(place: int, seeds: int) -> tuple[Row, ...]:
    case = CASES[place]
    start = time.perf_counter()
    rows = case.run(min(seeds, case.most))
    sys.stderr.write(f"{_name(case)}: {time.perf_counter() - start:.1f} s\n")
    return rows


def _name(case: Case) -> str:
    return f"{case.number}. {case.title}"


def _kept(file: Path | None, seeds: int) -> dict[str, tuple[Row, ...]]:
    """What was found before with as many seeds; of the same case the last."""
    if file is None or not file.exists():
        return {}
    lines = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return {
        line["case"]: tuple(
            Row(**{**row, "coverage": _pair(row["coverage"])}) for row in line["rows"]
        )
        for line in lines
        if line["seeds"] == seeds
    }


def _keep(file: Path, case: Case, rows: Sequence[Row], seeds: int) -> None:
    line = {"case": _name(case), "seeds": seeds, "rows": [asdict(row) for row in rows]}
    with file.open("a", encoding="utf-8") as out:
        out.write(json.dumps(line, default=float) + "\n")


def _pair(cell: Sequence[int] | None) -> tuple[int, int] | None:
    return None if cell is None else (cell[0], cell[1])


if __name__ == "__main__":
    sys.exit(main())
