"""Time, words and names that come back: unknown stays unknown, what the log refuses is refused."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from tests.store.packets.packet_world import FILLS, FULL, packet
from tests.store.packets.test_tables import rows_of

from measurand.core.packet import Packet
from measurand.core.people import LONGEST_COMMENT, MOST_SECONDS
from measurand.raters.people.reconcile import Reconciled, reconcile
from measurand.store.answers import answer_of, plain_answer
from measurand.store.packets import FORMATS

ALL = sorted(FORMATS)
SENT = packet("one", "two")
FREE = packet("one", "two", rater=None)
Cells = dict[str, object]
WEEK = f"{MOST_SECONDS:.0f}"


def edited_csv(path: Path, cells: Cells) -> Path:
    rows = rows_of(path)
    for name, cell in cells.items():
        rows[1][rows[0].index(name)] = str(cell)
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


def edited_xlsx(path: Path, cells: Cells) -> Path:
    book = load_workbook(path)
    sheet = book["Ratings"]
    header = [cell.value for cell in sheet[1]]
    for name, cell in cells.items():
        sheet.cell(2, header.index(name) + 1).value = cell  # type: ignore[assignment]
    book.save(path)
    return path


def edited_json(change: Callable[[Any, Cells], None]) -> Callable[[Path, Cells], Path]:
    def edit(path: Path, cells: Cells) -> Path:
        found = json.loads(path.read_text(encoding="utf-8"))
        change(found, cells)
        path.write_text(json.dumps(found), encoding="utf-8")
        return path

    return edit


def in_page(found: Any, cells: Cells) -> None:
    own = {name: cell for name, cell in cells.items() if name != "rater"}
    found["answers"][0] |= own
    found |= {name: cell for name, cell in cells.items() if name == "rater"}


def in_label_studio(found: Any, cells: Cells) -> None:
    annotation = found[0]["annotations"][0]
    if "seconds" in cells:
        annotation["lead_time"] = cells["seconds"]
    if "rater" in cells:
        annotation["completed_by"] = cells["rater"]
    if "comment" in cells:
        value = {"from_name": "comment", "type": "textarea", "value": {"text": [cells["comment"]]}}
        annotation["result"].append(value)


def in_argilla(found: Any, cells: Cells) -> None:
    responses = found[0]["responses"]
    if "comment" in cells:
        responses["comment"] = [{"value": cells["comment"], "user_id": "Ann"}]
    for given in responses.values():
        given[0]["user_id"] = cells.get("rater", given[0]["user_id"])


def in_potato(found: Any, cells: Cells) -> None:
    found["user_id"] = cells.get("rater", found["user_id"])
    if "comment" in cells:
        labels = next(iter(found["instance_id_to_label_to_value"].values()))
        labels.append([{"schema": "comment", "name": "text_box"}, cells["comment"]])


def edited_prodigy(path: Path, cells: Cells) -> Path:
    first, *rest = path.read_text(encoding="utf-8").splitlines()
    task = json.loads(first)
    task["_session_id"] = cells.get("rater", task["_session_id"])
    task["comment"] = cells.get("comment")
    path.write_text("\n".join([json.dumps(task), *rest]), encoding="utf-8")
    return path


EDITS: dict[str, Callable[[Path, Cells], Path]] = {
    "csv": edited_csv,
    "xlsx": edited_xlsx,
    "html": edited_json(in_page),
    "label-studio": edited_json(in_label_studio),
    "argilla": edited_json(in_argilla),
    "potato": edited_json(in_potato),
    "prodigy": edited_prodigy,
}
TIMED = ["csv", "xlsx", "html", "label-studio"]


def back(name: str, folder: Path, sent: Packet = SENT, **cells: object) -> Reconciled:
    file = FORMATS[name]
    path = file.write(sent, folder / f"packet{file.suffix}")[0]
    one = replace(FULL, also={}) if name == "prodigy" else FULL
    path = FILLS[name](path, {item.code: one for item in sent.items})
    found = reconcile([sent], file.read(EDITS[name](path, cells)), rater="Ann")
    for taken in found.answers:
        written = json.loads(json.dumps(plain_answer(taken.answer), ensure_ascii=False).encode())
        assert answer_of(written) == taken.answer
    return found


@pytest.mark.parametrize("name", ["csv", "xlsx", "argilla", "potato", "prodigy"])
def test_time_that_nobody_told_is_unknown(name: str, tmp_path: Path) -> None:
    assert [taken.answer.seconds for taken in back(name, tmp_path).answers] == [None, None]


@pytest.mark.parametrize("told", [None, "", " "])
@pytest.mark.parametrize("name", TIMED)
def test_time_that_is_left_out_is_unknown(name: str, told: object, tmp_path: Path) -> None:
    found = back(name, tmp_path, seconds="" if name == "csv" else told)
    assert found.answers[0].answer.seconds is None
    assert found.intake.refused == ()


@pytest.mark.parametrize("name", TIMED)
@pytest.mark.parametrize("told", [0, 2.5, "7", MOST_SECONDS])
def test_time_that_is_told_stays_and_0_is_0(name: str, told: object, tmp_path: Path) -> None:
    found = back(name, tmp_path, seconds=told)
    seconds = found.answers[0].answer.seconds
    assert (type(seconds), seconds) == (float, float(str(told)))
    assert found.intake.refused == ()


@pytest.mark.parametrize("name", TIMED)
@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (-1, f"found -1 seconds; allowed: 0 to {WEEK}"),
        (1e6, f"found 1000000 seconds; allowed: 0 to {WEEK}"),
        ("nan", f"found nan seconds; allowed: 0 to {WEEK}"),
        ("inf", f"found inf seconds; allowed: 0 to {WEEK}"),
        ("long", 'found "long" for the seconds; allowed: a number of 0 or more'),
    ],
)
def test_time_that_cannot_be_is_refused_alone(
    name: str, told: object, reason: str, tmp_path: Path
) -> None:
    found = back(name, tmp_path, seconds=told)
    (refusal,) = found.intake.refused
    assert refusal.reason.startswith(reason)
    assert refusal.key in {"seconds", "lead_time"}
    assert refusal.found is not None
    assert refusal.row
    assert (refusal.line is None) == (name in {"html", "label-studio"})  # all on one line
    assert found.intake.kept == 6
    assert found.answers[0].answer.seconds is None


def test_no_table_that_goes_out_tells_a_time(tmp_path: Path) -> None:
    path = FORMATS["csv"].write(SENT, tmp_path / "packet.csv")[0]
    header, *rows = rows_of(path)
    assert [row[header.index("seconds")] for row in rows] == ["", ""]
    path = FORMATS["xlsx"].write(SENT, tmp_path / "packet.xlsx")[0]
    names, *cells = load_workbook(path)["Ratings"].iter_rows(values_only=True)
    assert [row[names.index("seconds")] for row in cells] == [None, None]


@pytest.mark.parametrize("name", [name for name in ALL if name != "xlsx"])
def test_a_comment_that_is_too_long_is_refused_alone(name: str, tmp_path: Path) -> None:
    found = back(name, tmp_path, comment="x" * LONGEST_COMMENT)
    assert found.intake.refused == ()
    assert len(found.answers[0].answer.comment) == LONGEST_COMMENT
    found = back(name, tmp_path, comment="x" * (LONGEST_COMMENT + 1))
    (refusal,) = found.intake.refused
    assert refusal.key == "comment"
    assert refusal.reason == "found 2,000,001 characters; allowed: up to 2,000,000 characters"
    assert len(refusal.found or "") < 100
    assert found.intake.kept == 6
    assert found.answers[0].answer.comment == ""


HALVES = [("hi \ud83d there", "hi \ufffd there"), ("\ude00", "\ufffd"), ("\ud83d\ude00", "😀")]


def escapes(text: str, name: str) -> str:
    if name not in {"csv", "xlsx"}:
        return text
    return "".join(f"_x{ord(c):04X}_" if 0xD800 <= ord(c) < 0xE000 else c for c in text)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(("text", "made"), HALVES)
def test_half_a_pair_in_a_comment_is_replaced(
    name: str, text: str, made: str, tmp_path: Path
) -> None:
    found = back(name, tmp_path, comment=escapes(text, name))
    assert found.intake.refused == ()
    assert found.answers[0].answer.comment == made


@pytest.mark.parametrize("name", ALL)
def test_half_a_pair_in_a_name_is_replaced(name: str, tmp_path: Path) -> None:
    found = back(name, tmp_path, FREE, rater=escapes("x\ud83dy", name))
    assert "x\ufffdy" in {taken.rater for taken in found.answers}


@pytest.mark.parametrize("name", ["csv", "xlsx", "html"])
def test_half_a_pair_in_a_label_refuses_the_label_alone(name: str, tmp_path: Path) -> None:
    column = "rating: tone [1-5, or: cannot judge]"
    label = escapes("4\ud83d", name)
    cells: Cells = {"marks": {"tone": label}} if name == "html" else {column: label}
    found = back(name, tmp_path, SENT, **cells)
    (refusal,) = found.intake.refused
    assert refusal.reason == "found '4\ufffd'; allowed: 1-5, or: cannot judge"
    json.dumps([refusal.row, refusal.found], ensure_ascii=False).encode()


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize(
    "rater", [" Zoe", "Zoe ", "a\tb", "x" * 101, "\u202eZoe", "Zoe\u200b", "a\x7fb"]
)
def test_a_row_of_somebody_whom_nobody_can_be_called_is_refused(
    name: str, rater: str, tmp_path: Path
) -> None:
    found = back(name, tmp_path, FREE, rater=rater)
    assert rater not in {taken.rater for taken in found.answers}
    reasons = {refusal.reason for refusal in found.intake.refused}
    assert len(reasons) == 1
    assert next(iter(reasons)).startswith("found the name ")
    assert "allowed: up to 100 characters that can be seen" in next(iter(reasons))
    assert all(refusal.row for refusal in found.intake.refused)
    assert found.intake.read == 6


@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_a_name_with_a_nul_is_refused(name: str, tmp_path: Path) -> None:
    found = back(name, tmp_path, FREE, rater="x_x0000_y")
    assert len(found.intake.refused) == 3
    assert found.intake.refused[0].reason.startswith(r"found the name 'x\x00y'; allowed")


@pytest.mark.parametrize("name", ["csv", "xlsx", "label-studio"])
def test_a_name_of_blanks_is_none(name: str, tmp_path: Path) -> None:
    found = back(name, tmp_path, rater=" ")
    assert {taken.rater for taken in found.answers} == {"Ann"}
