"""Rows of Parquet files, a few hundred at a time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

from measurand.errors import MissingExtra
from measurand.store.logs.account import Unfit
from measurand.store.logs.source import BOMB_LEAST, BOMB_RATIO, LINE_LIMIT, Found, Stopped

__all__ = ["MARK", "parquet_rows"]

MARK = b"PAR1"
_BATCH = 256
_DEEPEST = 50
_LARGEST = 2**32


def parquet_rows(path: Path) -> Iterator[Found]:
    """The rows of a file; memory is bounded by its largest group of rows.

    Raises:
        MissingExtra: pyarrow is not installed.
        Stopped: The file, or its rest, cannot be read.
    """
    try:
        parquet: Any = import_module("pyarrow.parquet")
        arrow: Any = import_module("pyarrow")
    except ImportError:
        raise MissingExtra("reading Parquet files", "parquet") from None
    number = 0
    try:
        with parquet.ParquetFile(path) as file:
            _bounded(file.metadata, path.stat().st_size)
            for batch in file.iter_batches(batch_size=_BATCH):
                for row in batch.to_pylist(maps_as_pydicts="lossy"):
                    number += 1
                    yield Found(number, _row(row))
    except (arrow.ArrowException, OSError, UnicodeDecodeError):
        raise Stopped("it is no Parquet file, or damaged", number) from None


def _bounded(metadata: Any, size: int) -> None:
    """Whether a group of rows is worth unpacking, by what the file says of itself."""
    for at in range(metadata.num_row_groups):
        unpacked = metadata.row_group(at).total_byte_size
        if unpacked > _LARGEST or (unpacked > BOMB_LEAST and unpacked > BOMB_RATIO * size):
            raise Stopped(f"a group of rows unpacks into more than {BOMB_RATIO} times the file")


def _row(row: Any) -> object:
    try:
        plain = _plain(row)
    except Unfit as why:
        return why
    return plain


def _plain(value: Any, depth: int = 0) -> Any:
    """The value as JSON has it; NaN and bytes are absent, times stay times."""
    if depth > _DEEPEST:
        raise Unfit("it is nested too deeply")
    if isinstance(value, dict):
        return {str(name): _plain(one, depth + 1) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one, depth + 1) for one in value]
    return _leaf(value)


def _leaf(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LINE_LIMIT:
        raise Unfit(f"it is longer than {LINE_LIMIT:,} characters")
    if isinstance(value, float | Decimal):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, str | bool | int | datetime) else None
