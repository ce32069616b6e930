"""What was refused on the way in is told so that it can be found and mended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from measurand.core.scale import ONE_TO_FIVE
from measurand.errors import DataError
from measurand.jobs.source import Reading, from_file

HEADER = "example,system,dimension,rater,kind,value"


def written(folder: Path, rows: Iterator[str]) -> Path:
    file = folder / "r.csv"
    file.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    return file


def test_values_dimensions_and_a_line_are_told_of_what_was_refused(tmp_path: Path) -> None:
    values = ("3", "9", "9", "0", "-1", "7", "88", "a value that is longer than any scale's is")
    rows = (f"e{at},s,tone,a,people,{value}" for at, value in enumerate(values))
    (limit,) = from_file(written(tmp_path, rows), Reading(scales=ONE_TO_FIVE)).limits
    assert "7 of 8 ratings" in limit
    assert "7 x found 9, 0, -1, 7 and 2 more; allowed: 1-5 (tone, first in line 3)" in limit


def test_a_dimension_of_which_all_was_refused_is_named(tmp_path: Path) -> None:
    rows = (
        f"e{at},s,{dimension},a,people,{value}"
        for at in range(4)
        for dimension, value in (("tone", "3"), ("choice", "win"))
    )
    source = from_file(written(tmp_path, rows), Reading(scales=ONE_TO_FIVE))
    assert "choice: all 4 ratings were refused, so that nothing is known of it." in source.limits
    assert not any(limit.startswith("tone") for limit in source.limits)


def test_a_named_dimension_that_was_refused_was_rated(tmp_path: Path) -> None:
    rows = (
        f"e{at},s,{dimension},a,{kind},3"
        for at in range(4)
        for dimension, kind in (("tone", "people"), ("choice", "nobody"))
    )
    reading = Reading(scales={"tone": ONE_TO_FIVE, "choice": ONE_TO_FIVE})
    with pytest.raises(DataError, match="all ratings of choice were refused: 4 x found nobody"):
        from_file(written(tmp_path, rows), reading)
