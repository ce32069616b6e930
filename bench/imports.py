"""Importing a million ratings, held against plain parsing of the same file."""

from __future__ import annotations

import csv
import json
import sys
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.clock import Contest, command, work
from bench.row import Row, Setting
from bench.worlds import HUMANS, write_jsonl, write_long, write_wide

__all__ = ["ROWS"]

RATINGS = 1_000_000
_MEMORY = 600 * 10**6
_READ = """
import sys
from measurand.core.scale import ONE_TO_FIVE
from measurand.store.ratings import read_ratings
assert read_ratings(sys.argv[1], scales=ONE_TO_FIVE).intake.kept
"""


def _file(setting: Setting, name: str, write: Callable[[Path, int], None]) -> Path:
    file = setting.folder / name
    write(file, setting.size(RATINGS, 2_000))
    return file


def _contest(
    setting: Setting, file: Path, *, parse: Callable[[Path], None], options: Sequence[str] = ()
) -> Contest:
    """``measurand import`` into a new ledger."""

    def before() -> None:
        for old in setting.folder.glob("ledger.db*"):
            old.unlink()

    ledger = str(setting.folder / "ledger.db")
    words = ["-m", "measurand", "import", str(file), "--scale", "1-5", "--ledger", ledger]
    ours = command([sys.executable, *words, *options], before=before, folder=setting.folder)
    return Contest(ours, work(lambda: parse(file), least=setting.least))


def _parse_csv(file: Path) -> None:
    with file.open(newline="", encoding="utf-8") as stream:
        deque(csv.reader(stream), maxlen=0)


def _parse_jsonl(file: Path) -> None:
    with file.open(encoding="utf-8") as stream:
        deque(map(json.loads, stream), maxlen=0)


def _read(setting: Setting) -> Contest:
    file = _file(setting, "ratings.csv", write_long)
    ours = command([sys.executable, "-c", _READ, str(file)], folder=setting.folder)
    return Contest(ours, work(lambda: _parse_csv(file), least=setting.least))


def _long(setting: Setting) -> Contest:
    return _contest(setting, _file(setting, "ratings.csv", write_long), parse=_parse_csv)


def _jsonl(setting: Setting) -> Contest:
    return _contest(setting, _file(setting, "ratings.jsonl", write_jsonl), parse=_parse_jsonl)


def _wide(setting: Setting) -> Contest:
    options = ("--map", "example:item", "--map", f"rater:{','.join(HUMANS)}", "--map", "scale=1-5")
    file = _file(setting, "wide.csv", write_wide)
    return _contest(setting, file, parse=_parse_csv, options=options)


ROWS = (
    Row(
        name="read-long",
        ours="read 1,000,000 ratings, long CSV: `read_ratings` in a new process",
        baseline="`csv.reader` over the file",
        prepare=_read,
        rounds=5,
        aim=10,
        aim_peak=_MEMORY,
    ),
    Row(
        name="import-long",
        ours="`measurand import` of 1,000,000 ratings, long CSV, into a new ledger",
        baseline="`csv.reader` over the file",
        prepare=_long,
        rounds=5,
        aim=10,
        aim_peak=_MEMORY,
    ),
    Row(
        name="import-jsonl",
        ours="`measurand import` of 1,000,000 ratings, JSON Lines, into a new ledger",
        baseline="`json.loads` of each line",
        prepare=_jsonl,
        rounds=3,
        aim=10,
        aim_peak=_MEMORY,
    ),
    Row(
        name="import-wide",
        ours="`measurand import` of 1,000,000 ratings, three a row, wide CSV, into a new ledger",
        baseline="`csv.reader` over the file",
        prepare=_wide,
        rounds=3,
        aim_peak=_MEMORY,
    ),
)
