"""Files that are wrong are refused aloud: never a traceback, never a plausible number."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from measurand.core.scale import ONE_TO_FIVE
from measurand.errors import DataError
from measurand.store.ratings import read_ratings
from measurand.store.refused import write_refused

GOOD = '{"example": "e%d", "rater": "r", "value": 3}\n'
CSV = "example,rater,kind,value\n"
PACKED = gzip.compress(
    CSV.encode() + b"".join(b"e%d,r,judge,3\n" % at for at in range(9_999)), mtime=0
)
BROKEN = PACKED[:1_000] + b"\xff" * 99 + PACKED[1_099:]


def put(folder: Path, name: str, content: str | bytes) -> Path:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"example": "e9", "rater": "r", "val', "the JSON is cut off"),
        ("garbage", "the line is not JSON"),
        ("[1, 2]", "the row is not a JSON object"),
        ('{"example": "e9", "rater": "r", "value": NaN}', "NaN is not a number"),
        ('{"example": "e9", "rater": "r", "value": -Infinity}', "-Infinity is not a number"),
        ('{"example": "e9", "rater": "r", "value": 1e999}', "beyond the range of a float"),
        ('{"example": "e9", "rater": "r", "value": "NaN"}', "found 'NaN', which is not a rating"),
        ('{"example": "e9", "rater": "r", "value": [3]}', "one value belongs here"),
        ('{"example": "e9", "rater": "r", "value": 3, "value": 4}', "a key is given twice"),
        ('{"example": "e9", "rater": "r", "value": true}', "found 'true'; allowed: 1-5"),
        ('{"example": "e9\\u0000", "rater": "r", "value": 3}', "it holds a NUL character"),
        ('{"example": "e\\ud800", "rater": "r", "value": 3}', "half of a surrogate pair"),
        ('{"example": "e1", "rater": "r", "value": 5}', "the same rating as line 1"),
    ],
)
def test_a_bad_line_is_refused_and_the_rest_is_read(tmp_path: Path, line: str, reason: str) -> None:
    file = put(tmp_path, "r.jsonl", GOOD % 1 + line + "\n" + GOOD % 2)
    result = read_ratings(file, scales=ONE_TO_FIVE)
    (refused,) = result.intake.refused
    assert reason in refused.reason
    assert refused.line == 2
    assert refused.row
    assert [one.example for one in result.ratings] == ["e1", "e2"]
    assert result.intake.read == 3


def test_a_file_that_ends_in_the_middle_of_a_line(tmp_path: Path) -> None:
    file = put(tmp_path, "r.jsonl", (GOOD % 1 + GOOD % 2)[:-20])
    intake = read_ratings(file).intake
    assert (intake.kept, intake.refused[0].line) == (1, 2)
    assert intake.refused[0].row == (("line", (GOOD % 2)[:-20]),)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("e9,r,judge\n", "the row has 3 cells and the header 4"),
        ("e9,r,judge,3,4\n", "the row has 5 cells and the header 4"),
        ("e9,r,judge,Infinity\n", "found 'Infinity', which is not a rating"),
        ("e9,r,judge,\xff\n", "not UTF-8"),
        ("e9,r\0,judge,3\n", "a NUL"),
    ],
)
def test_a_bad_row_is_refused_and_the_rest_is_read(tmp_path: Path, row: str, reason: str) -> None:
    content = f"{CSV}e1,r,judge,3\n{row}e2,r,judge,4\n".encode("latin-1")
    result = read_ratings(put(tmp_path, "r.csv", content), scales=ONE_TO_FIVE)
    (refused,) = result.intake.refused
    assert reason in refused.reason
    assert refused.line == 3
    assert [one.value for one in result.ratings] == [3.0, 4.0]


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("r.csv", "", "the file is empty"),
        ("r.jsonl", "\n\n", "the file is empty"),
        ("r.csv", CSV, "the file has a header and no rows"),
        ("r.csv", "example,example,value\n1,2,3\n", "two columns are called example"),
        ("r.xlsx", "PK", "this kind of file is not read"),
        ("r.csv", f'{CSV}e1,r,judge,3\ne2,r,judge,"3\ne3,r,judge,4\n', "the rest cannot be read"),
        (
            "r.csv.gz",
            gzip.compress((CSV + "e1,r,judge,3\n" * 99).encode(), mtime=0)[:-12],
            "damaged",
        ),
        ("r.csv.gz", BROKEN, "damaged"),
        ("r.csv", f"{CSV}e1,r,judge,3\n".encode("utf-16"), "UTF-16"),
    ],
)
def test_a_file_of_which_no_account_can_be_given(
    tmp_path: Path, *, name: str, content: str | bytes, problem: str
) -> None:
    with pytest.raises(DataError, match=problem):
        read_ratings(put(tmp_path, name, content))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_ratings(tmp_path / "none.csv")


def test_a_line_of_ten_megabytes_is_one_rating(tmp_path: Path) -> None:
    reason = "x" * 10_000_000
    for name, content in (
        ("r.csv", f"example,rater,value,reason\ne1,r,3,{reason}\n"),
        ("r.jsonl", json.dumps({"example": "e1", "rater": "r", "value": 3, "reason": reason})),
    ):
        (rating,) = read_ratings(put(tmp_path, name, content)).ratings
        assert rating.reason == reason


def test_without_a_scale_the_few_texts_among_numbers_are_refused(tmp_path: Path) -> None:
    rows = "".join(f"e{at},r,judge,{at % 5 + 1}\n" for at in range(40))
    file = put(tmp_path, "r.csv", f"{CSV}{rows}e90,r,judge,I cannot say\n")
    result = read_ratings(file)
    assert [one.found for one in result.intake.refused] == ["I cannot say"]
    assert all(isinstance(one.value, float) for one in result.ratings)


def test_a_file_of_which_nothing_is_on_the_scale_keeps_nothing(tmp_path: Path) -> None:
    intake = read_ratings(put(tmp_path, "r.csv", f"{CSV}e1,r,judge,7\n"), scales=ONE_TO_FIVE).intake
    assert (intake.read, intake.kept, len(intake.refused)) == (1, 0, 1)


def test_refused_ratings_are_written_aside_whole(tmp_path: Path) -> None:
    file = put(tmp_path, "r.csv", f"{CSV}e1,r,judge,3\ne2,r,judge,-1\ne3,r\n")
    intake = read_ratings(file, scales=ONE_TO_FIVE).intake
    write_refused(intake, tmp_path / "refused.jsonl")
    lines = (tmp_path / "refused.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [
        {
            "file": str(file),
            "line": 3,
            "key": "value",
            "found": "-1",
            "reason": "found '-1'; allowed: 1-5",
            "row": {"example": "e2", "rater": "r", "kind": "judge", "value": "-1"},
        },
        {
            "file": str(file),
            "line": 4,
            "key": None,
            "found": '"e3,r"',
            "reason": "the row has 2 cells and the header 4",
            "row": {"line": "e3,r"},
        },
    ]
