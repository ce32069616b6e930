"""Damaged files of every format: an error that names the file and what to do, or an account."""

from __future__ import annotations

import gzip
import json
import random
import shutil
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from tests.store.packets.packet_world import FILLS, FULL, packet

from measurand.errors import DataError
from measurand.raters.people.reconcile import Reconciled, reconcile
from measurand.store.packets import FORMATS, recognised

ALL = sorted(FORMATS)
JSON = [name for name in ALL if name not in {"csv", "xlsx"}]
SENT = packet("one", "two", "three", rater=None)
DEEP = 20_000


def filled(name: str, folder: Path) -> Path:
    file = FORMATS[name]
    path = file.write(SENT, folder / f"packet{file.suffix}")[0]
    return FILLS[name](path, {item.code: FULL for item in SENT.items})


def read(name: str, path: Path) -> Reconciled | None:
    """The account; None where the file is refused by an error that helps."""
    recognised(path)
    try:
        reading = FORMATS[name].read(path)
    except DataError as problem:
        named = [path.name in (fault.file or "") for fault in problem.faults]
        helps = [fault.remedy is not None for fault in problem.faults]
        assert (all(named), any(helps)) == (True, True), str(problem)  # noqa: PT017
        str(problem).encode()
        return None
    found = reconcile([SENT], reading, rater="Ann")
    json.dumps([refusal.row for refusal in found.intake.refused], ensure_ascii=False).encode()
    for refusal in found.intake.refused:
        f"{refusal.reason} {refusal.key} {refusal.found}".encode()
    return found


def damaged(whole: bytes) -> Iterator[tuple[str, bytes]]:
    half = len(whole) // 2
    yield "empty", b""
    yield "cut in half", whole[:half]
    yield "cut at the end", whole[:-40]
    yield "cut at the beginning", whole[40:]
    yield "flipped", whole[:half] + bytes(byte ^ 0x55 for byte in whole[half:])
    yield "zeroed", whole[:half] + bytes(50) + whole[half + 50 :]
    yield "binary", random.Random(1).randbytes(4000)  # noqa: S311
    yield "gzip, cut", gzip.compress(whole)[:-20]
    yield "utf-16", "\ufeffcode,a\nq,1".encode("utf-16")[:-1]
    yield "latin-1", b"\xe9" + whole


@pytest.mark.parametrize("name", ALL)
def test_a_damaged_file_is_refused_with_what_to_do(name: str, tmp_path: Path) -> None:
    path = filled(name, tmp_path)
    found = read(name, path)
    assert found is not None
    assert found.intake.kept == 9
    whole = path.read_bytes()
    for what, content in damaged(whole):
        path.write_bytes(content)
        account = read(name, path)
        unhurt = account is not None and account.answers == found.answers
        assert account is None or account.intake.kept < 9 or (unhurt and name == "xlsx"), what
    path.unlink()
    assert read(name, path) is None
    path.mkdir()
    assert read(name, path) is None


@pytest.mark.parametrize("name", ALL)
def test_bytes_flipped_anywhere_never_end_the_reading(name: str, tmp_path: Path) -> None:
    path = filled(name, tmp_path)
    whole = path.read_bytes()
    chance = random.Random(7)  # noqa: S311
    for _ in range(60):
        content = bytearray(whole)
        for _ in range(chance.choice([1, 3, 100])):
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        path.write_bytes(content)
        read(name, path)


@pytest.mark.parametrize("deep", ["[" * DEEP, "[" * DEEP + "]" * DEEP, '{"a":' * DEEP])
@pytest.mark.parametrize("name", JSON)
def test_json_nested_too_deeply_is_refused(name: str, deep: str, tmp_path: Path) -> None:
    path = tmp_path / ("user_state.json" if name == "potato" else "back.json")
    for content in (deep, f"[{deep}", f'[{{"id": {deep}', f'{{"data": {deep}'):
        path.write_text(content, encoding="utf-8")
        assert read(name, path) is None


@pytest.mark.parametrize("depth", [90, 150, 400, 900])
@pytest.mark.parametrize("name", JSON)
def test_json_nested_deeply_is_refused_or_passed_over(
    name: str, depth: int, tmp_path: Path
) -> None:
    path = filled(name, tmp_path)
    text = path.read_text(encoding="utf-8")
    place = text.rindex("}")
    nested = "[" * depth + "]" * depth
    path.write_text(f'{text[:place]}, "more": {nested}{text[place:]}', encoding="utf-8")
    found = read(name, path)
    if depth > 100:
        assert found is None or found.intake.kept < 9


@pytest.mark.parametrize("name", JSON)
def test_a_key_that_stands_twice_is_refused(name: str, tmp_path: Path) -> None:
    path = filled(name, tmp_path)
    text = path.read_text(encoding="utf-8")
    place = text.rindex("}")
    path.write_text(f'{text[:place]}, "k": 1, "k": 2{text[place:]}', encoding="utf-8")
    found = read(name, path)
    assert found is None or found.intake.kept < 9


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, part in list(pairs):
            yield from places(part, (*at, key))


ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    1e308,
    "",
    " ",
    "\ud83d",
    "x\0",
    [],
    [[]],
    {},
    {"a": {}},
    [None],
    ["\ud83d"],
]


@pytest.mark.parametrize("name", JSON)
def test_json_of_another_shape_never_ends_the_reading(name: str, tmp_path: Path) -> None:
    path = filled(name, tmp_path)
    text = path.read_text(encoding="utf-8")
    lines = path.suffix == ".jsonl"
    whole = [json.loads(line) for line in text.splitlines()] if lines else json.loads(text)
    chance = random.Random(3)  # noqa: S311
    listed = [(at, odd) for at in places(whole) if at for odd in ODD]
    for at, odd in chance.sample(listed, min(120, len(listed))):
        again = json.loads(json.dumps(whole))
        inner = again
        for key in at[:-1]:
            inner = inner[key]
        inner[at[-1]] = odd
        rows = map(json.dumps, again) if lines else [json.dumps(again)]
        path.write_text("\n".join(rows), encoding="utf-8")
        read(name, path)


def repacked(path: Path, change: dict[str, bytes]) -> None:
    parts = {}
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in (parts | change).items():
            new.writestr(name, content)
    path.write_bytes(stream.getvalue())


SHEET = "xl/worksheets/sheet1.xml"
LAST = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
ROWS = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


@pytest.mark.parametrize(
    ("part", "content"),
    [
        (SHEET, b""),
        (SHEET, b"<worksheet"),
        (SHEET, b"\xff\xfe\x00"),
        (SHEET, f"{ROWS}</sheetData></worksheet>".encode()),
        (SHEET, f'{ROWS}<row r="x"><c r="A1" t="s"><v>99999</v></c></row>'.encode()),
        (SHEET, f'{ROWS}<row r="1"><c r="??" t="n"><v>x</v></c></row>'.encode()),
        (
            SHEET,
            f"{ROWS}{LAST}".encode(),
        ),
        ("xl/workbook.xml", b"<workbook/>"),
        ("xl/sharedStrings.xml", b"<sst"),
        ("xl/styles.xml", b"<styleSheet><x/></styleSheet>"),
        ("[Content_Types].xml", b"<Types/>"),
    ],
)
def test_a_workbook_with_a_bad_part_is_refused(part: str, content: bytes, tmp_path: Path) -> None:
    path = filled("xlsx", tmp_path)
    repacked(path, {part: content})
    found = read("xlsx", path)
    assert found is None or part in {"xl/styles.xml", "xl/sharedStrings.xml"}


def test_a_number_beyond_all_bounds_in_a_workbook_is_refused_alone(tmp_path: Path) -> None:
    path = filled("xlsx", tmp_path)
    with zipfile.ZipFile(path) as parts:
        sheet = parts.read(SHEET)
    for number in (b"9" * 400, b"1e999"):
        assert sheet.count(b"<v>4</v>") == 3
        repacked(path, {SHEET: sheet.replace(b"<v>4</v>", b"<v>" + number + b"</v>", 1)})
        found = read("xlsx", path)
        assert found is not None
        assert [refusal.key for refusal in found.intake.refused] == ["tone"]
        assert found.intake.kept == 8


def test_a_folder_has_no_format(tmp_path: Path) -> None:
    path = tmp_path / "folder.json"
    path.mkdir()
    assert recognised(path) is None
    shutil.rmtree(path)
    assert recognised(path) is None
