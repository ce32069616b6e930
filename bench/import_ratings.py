"""How long a million ratings take to import, next to what Python's csv module takes to read them.

Run it as ``python bench/import_ratings.py [rows]``. The aim: at most ten times as long, the ledger
included, in less than 600 MB.
"""

from __future__ import annotations

import csv
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from measurand.core.scale import ONE_TO_FIVE
from measurand.store.ledger import Source, open_ledger
from measurand.store.ratings import read_ratings

ROWS = 1_000_000
DIMENSIONS = ("accuracy", "tone", "safety", "format", "relevance")
COLUMNS = ("example", "system", "dimension", "rater", "kind", "value", "cluster", "reason")


def generate(file: Path, rows: int) -> None:
    """Write a long file: five dimensions, two systems, two raters an example."""
    rng = random.Random(7)  # noqa: S311 - nothing secret here
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        for row in range(rows):
            example, rest = divmod(row, 20)
            system, dimension = divmod(rest % 10, 5)
            name, rater = f"ex-{example:06d}", f"rater {rest // 10}"
            value, cluster = rng.randint(1, 5), f"c{example // 3}"
            cells = (name, f"system {system}", DIMENSIONS[dimension], rater, "people")
            writer.writerow((*cells, value, cluster, ""))


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processor


def main() -> None:
    """Print the table."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ratings.csv"
        generate(file, rows)

        def plain() -> None:
            with file.open(newline="", encoding="utf-8") as stream:
                for _ in csv.reader(stream):
                    pass

        def stored() -> None:
            result = read_ratings(file, scales=ONE_TO_FIVE)
            with open_ledger(Path(folder) / "ledger.db") as ledger:
                ledger.add_ratings(result.ratings, source=Source.of(result.intake))

        base = min(timed(plain)[1] for _ in range(3))
        print(f"{rows} rows, {file.stat().st_size / 1e6:.0f} MB")
        print(f"{'':14} {'seconds':>8} {'cpu':>8} {'x csv':>6}")
        for name, work in (
            ("csv.reader", plain),
            ("read_ratings", lambda: read_ratings(file, scales=ONE_TO_FIVE)),
            ("with ledger", stored),
        ):
            clock, processor = timed(work)
            print(f"{name:14} {clock:8.2f} {processor:8.2f} {processor / base:6.1f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB")


if __name__ == "__main__":
    main()
