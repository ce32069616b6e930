"""How large rows of Parquet become when they are unpacked, known before they are.

A text that is said often stands once in a file, and millions of rows refer to it.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from measurand.store.logs.source import LINE_LIMIT, Stopped, too_long

__all__ = ["BATCH", "rows_at_once", "weight"]

BATCH = 256
"""Rows that are read at once."""
_AT_ONCE = 2**26
"""Bytes that they may unpack into."""
_VALUE = 32
"""Bytes that a value is counted as, beside those of its text."""
_DICTIONARIES = frozenset({"RLE_DICTIONARY", "PLAIN_DICTIONARY"})


def rows_at_once(path: Path, metadata: Any, group: int) -> int:
    """How many rows of a group can be read at once.

    Args:
        path: The file.
        metadata: What it says of itself.
        group: The number of the group.

    Raises:
        Stopped: One row unpacks into more than a row may have.
    """
    rows = BATCH
    for place in range(metadata.num_columns):
        column = metadata.row_group(group).column(place)
        # No text is longer than all that stands in the column.
        if not _texts(metadata.schema.column(place), column):
            continue
        if column.num_values * column.total_uncompressed_size <= _AT_ONCE:
            continue
        with _file(path, column) as file:
            name = [column.path_in_schema]
            first = next(file.iter_batches(1, row_groups=[group], columns=name), None)
            longest = 0 if first is None else _longest(first.column(0))
            if column.num_values * longest <= _AT_ONCE:
                continue
            if metadata.schema.column(place).max_repetition_level:
                longest = _heaviest(file.read_row_group(group, columns=name))
                if longest > LINE_LIMIT:
                    raise Stopped(f"a row unpacks into more: {too_long().reason}")
        rows = min(rows, max(1, _AT_ONCE // longest))
    return rows


def weight(values: Any) -> int:
    """About how many bytes values take when they are unpacked.

    Args:
        values: A batch of rows, or an array.
    """
    arrow: Any = import_module("pyarrow")
    if isinstance(values, arrow.RecordBatch):
        return sum(map(weight, values.columns))
    if isinstance(values, arrow.ExtensionArray):
        return weight(values.storage)
    own = _VALUE * len(values)
    if arrow.types.is_struct(values.type):
        return own + sum(map(weight, values.flatten()))
    if arrow.types.is_nested(values.type):
        bounds = _bounds(values)
        return own + weight(values.values.slice(bounds[0], bounds[-1] - bounds[0]))
    lengths = _lengths(values)
    return own + int(values.nbytes if lengths is None else _compute().sum(lengths).as_py() or 0)


def _texts(said: Any, column: Any) -> bool:
    """Whether a column is of texts that may be shared."""
    shared = not _DICTIONARIES.isdisjoint(column.encodings)
    texts = column.physical_type == "BYTE_ARRAY" and str(said.logical_type.type) != "DECIMAL"
    return shared and texts


def _file(path: Path, column: Any) -> Any:
    """The file, whose texts of a column are not unpacked."""
    parquet: Any = import_module("pyarrow.parquet")
    return parquet.ParquetFile(path, read_dictionary=[column.path_in_schema])


def _compute() -> Any:
    return import_module("pyarrow.compute")


def _longest(values: Any) -> int:
    """The longest text of those that a column shares."""
    arrow: Any = import_module("pyarrow")
    while arrow.types.is_nested(values.type):
        struct = arrow.types.is_struct(values.type)
        values = values.flatten()[0] if struct else values.values
    texts = values.dictionary if arrow.types.is_dictionary(values.type) else values
    return _compute().max(_compute().binary_length(texts)).as_py() or 0


def _heaviest(table: Any) -> int:
    """What the heaviest row of one column with lists unpacks into."""
    chunks = (_weights(chunk) for chunk in table.column(0).chunks)
    return max((int(one.max()) for one in chunks if len(one)), default=0)


def _weights(values: Any) -> Any:
    """What each value unpacks into."""
    arrow: Any = import_module("pyarrow")
    numpy: Any = import_module("numpy")
    if arrow.types.is_struct(values.type):
        return sum(map(_weights, values.flatten())) + _VALUE
    if arrow.types.is_nested(values.type):
        before = numpy.concatenate([[0], numpy.cumsum(_weights(values.values))])
        bounds = _bounds(values)
        return before[bounds[1:]] - before[bounds[:-1]] + _VALUE
    lengths = _lengths(values)
    if lengths is None:
        return numpy.full(len(values), _VALUE)
    return lengths.fill_null(0).to_numpy(zero_copy_only=False) + _VALUE


def _bounds(values: Any) -> Any:
    """Where the elements of each list begin, and those of the last end."""
    arrow: Any = import_module("pyarrow")
    numpy: Any = import_module("numpy")
    if arrow.types.is_fixed_size_list(values.type):
        return (numpy.arange(len(values) + 1) + values.offset) * values.type.list_size
    return values.offsets.to_numpy()


def _lengths(values: Any) -> Any:
    """The bytes of each text, however it stands; None of values that are none."""
    arrow: Any = import_module("pyarrow")
    if arrow.types.is_dictionary(values.type):
        shared = _lengths(values.dictionary)
        return None if shared is None else shared.take(values.indices)
    kinds = arrow.types
    texts = (kinds.is_string, kinds.is_large_string, kinds.is_binary, kinds.is_large_binary)
    if not any(is_kind(values.type) for is_kind in texts):
        return None
    return _compute().binary_length(values).cast("int64")
