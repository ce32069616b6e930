"""Rows of Parquet files, a few hundred at a time, as long as that many fit.

A row is measured before it is unpacked.
"""

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
from measurand.store.logs.parquet_sizes import rows_at_once, weight
from measurand.store.logs.source import BOMB_LEAST, BOMB_RATIO, LINE_LIMIT, Found, Stopped, too_long

__all__ = ["MARK", "parquet_rows"]

MARK = b"PAR1"
_DEEPEST = 50
_LARGEST = 2**32
_RATIO = 5 * BOMB_RATIO
"""What stands once and is said in every row, as a system's instructions, packs better than text."""
_VALUE = 4
"""Bytes that a value takes at least while a group of rows is unpacked, however it is packed."""


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
        for row in _all(path, parquet):
            number += 1
            yield Found(number, row)
    except Stopped as end:
        raise Stopped(end.reason, number) from None
    except (arrow.ArrowException, OSError, UnicodeDecodeError):
        raise Stopped("it is no Parquet file, or damaged", number) from None


def _all(path: Path, parquet: Any) -> Iterator[object]:
    out, size = 0, path.stat().st_size
    with parquet.ParquetFile(path) as file:
        _bounded(file.metadata, size)
        for group in range(file.metadata.num_row_groups):
            rows = rows_at_once(path, file.metadata, group)
            for batch in file.iter_batches(rows, row_groups=[group]):
                out += (heavy := weight(batch))
                if out > BOMB_LEAST and out > _RATIO * size:
                    raise Stopped(f"the file unpacks into more than {_RATIO:,} times its size")
                yield from _rows(batch, heavy)


def _bounded(metadata: Any, size: int) -> None:
    """Whether a group of rows is worth unpacking, by what the file says of itself."""
    for at in range(metadata.num_row_groups):
        group = metadata.row_group(at)
        values = sum(group.column(column).num_values for column in range(group.num_columns))
        unpacked = max(group.total_byte_size, _VALUE * values)
        if unpacked > _LARGEST or (unpacked > BOMB_LEAST and unpacked > BOMB_RATIO * size):
            raise Stopped(f"a group of rows unpacks into more than {BOMB_RATIO} times the file")


def _rows(batch: Any, heavy: int) -> Iterator[object]:
    """The rows of a batch; one by one where all of them together are too large."""
    if heavy <= LINE_LIMIT:
        yield from map(_row, batch.to_pylist(maps_as_pydicts="lossy"))
        return
    for at in range(batch.num_rows):
        one = batch.slice(at, 1)
        if weight(one) > LINE_LIMIT:
            yield too_long()
        else:
            yield _row(one.to_pylist(maps_as_pydicts="lossy")[0])


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
    if isinstance(value, float | Decimal):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, str | bool | int | datetime) else None
