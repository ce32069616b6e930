"""Tables as people send them back: sorted, cut, saved by other programs, edited."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from tests.store.packets.packet_world import FULL, HOSTILE, fill_csv, fill_xlsx, packet

from measurand.core.packet import Packet
from measurand.errors import DataError, MissingExtra
from measurand.raters.people.reconcile import Reconciled, reconcile
from measurand.store.packets import FORMATS

CSV, XLSX = FORMATS["csv"], FORMATS["xlsx"]
FORMULA = set("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
Rows = list[list[str]]


def rows_of(path: Path) -> Rows:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def sent_back(
    sent: Packet, folder: Path, change: Callable[[Rows], Rows], **options: str
) -> Reconciled:
    path = CSV.write(sent, folder / "packet.csv")[0]
    fill_csv(path, {item.code: FULL for item in sent.items})
    encoding = options.pop("encoding", "utf-8")
    rows = change(rows_of(path))
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream, **options).writerows(rows)  # type: ignore[arg-type]
    return reconcile([sent], CSV.read(path))


def test_no_cell_of_a_csv_file_begins_a_formula(tmp_path: Path) -> None:
    sent = packet(*HOSTILE, rater="=Ann", name="@round")
    path, guide = CSV.write(sent, tmp_path / "packet.csv")
    assert all(cell[:1] not in FORMULA for row in rows_of(path) for cell in row)
    assert path.read_bytes().startswith(b"\xef\xbb\xbfpacket,code,rater,")
    assert "3: Neutral" in guide.read_text(encoding="utf-8")


def test_no_cell_of_a_workbook_is_a_formula(tmp_path: Path) -> None:
    sent = packet(*HOSTILE, "=1" * 20_000, rater="=Ann", name="=round")
    path = XLSX.write(sent, tmp_path / "packet.xlsx")[0]
    book = load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s", "n"}
    assert any(str(cell.value).startswith("=") for cell in cells)
    with ZipFile(path) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")


def test_a_workbook_offers_the_levels_and_keeps_the_header_in_sight(tmp_path: Path) -> None:
    path = XLSX.write(packet("one", "two"), tmp_path / "packet.xlsx")[0]
    book = load_workbook(path)
    sheet = book["Ratings"]
    header = [cell.value for cell in sheet[1]]
    assert sheet.freeze_panes == "C2"
    tone = header.index("rating: tone [1-5, or: cannot judge]") + 1
    asked = {str(one.sqref): one for one in sheet.data_validations.dataValidation}
    letter = get_column_letter(tone)
    formula = asked[f"{letter}2:{letter}3"].formula1
    assert formula is not None
    offered = [cell.value for (cell,) in book["Guide"][formula.partition("!")[2].replace("$", "")]]
    assert offered == [1, 2, 3, 4, 5, "cannot judge"]
    assert all(sheet.cell(row, tone).value is None for row in (2, 3))
    assert sheet.cell(2, header.index("output") + 1).alignment.wrap_text
    meanings = [row[2] for row in book["Guide"].iter_rows(values_only=True)]
    assert "Neutral" in meanings


def test_text_longer_than_a_cell_continues_in_further_columns(tmp_path: Path) -> None:
    text = "\U0001f468\0_x0041_" * 9_000
    path = XLSX.write(packet(text), tmp_path / "packet.xlsx")[0]
    header, row = load_workbook(path)["Ratings"].iter_rows(values_only=True)
    parts = [str(cell) for name, cell in zip(header, row, strict=True) if "output" in str(name)]
    assert len(parts) > 4
    assert all(len(part.encode("utf-16-le")) // 2 <= 32_767 for part in parts)


def test_rows_and_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    sent = packet("one", "two", "three")

    def change(rows: Rows) -> Rows:
        return [row[::-1] for row in [rows[0], *rows[:0:-1]]]

    result = sent_back(sent, tmp_path, change)
    assert (result.intake.kept, result.intake.refused, result.missing) == (9, (), ())


@pytest.mark.parametrize("delimiter", [";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_other_programs_separate_and_encode_otherwise(
    tmp_path: Path, delimiter: str, encoding: str
) -> None:
    sent = packet("one, two; three", *HOSTILE[:10])
    result = sent_back(sent, tmp_path, list, delimiter=delimiter, encoding=encoding)
    assert (result.intake.kept, result.intake.refused) == (33, ())


def test_programs_that_change_line_ends_and_drop_controls_change_nothing(tmp_path: Path) -> None:
    sent = packet("a\r\nb\0c\rd")

    def change(rows: Rows) -> Rows:
        return [
            [
                cell.replace("\r\n", "\n").replace("_x0000_", "").replace("_x000D_", "\n")
                for cell in row
            ]
            for row in rows
        ]

    assert sent_back(sent, tmp_path, change).intake.refused == ()


def test_lines_above_the_header_and_empty_rows_are_passed_over(tmp_path: Path) -> None:
    sent = packet("one")
    result = sent_back(
        sent, tmp_path, lambda rows: [["my", "notes"], [""], rows[0], [""] * 3, rows[1]]
    )
    assert (result.intake.kept, result.intake.refused) == (3, ())


def test_a_column_that_a_person_added_is_kept_aside(tmp_path: Path) -> None:
    sent = packet("one")
    result = sent_back(sent, tmp_path, lambda rows: [[*rows[0], "mine"], [*rows[1], "note"]])
    assert result.intake.kept == 3
    (refusal,) = result.intake.refused
    assert (refusal.key, refusal.found) == ("mine", "note")
    assert refusal.reason.startswith("no dimension 'mine'")
    assert dict(refusal.row)["mine"] == "note"
    assert "output" not in dict(refusal.row)


def test_a_rating_column_may_lose_its_scale_and_its_prefix(tmp_path: Path) -> None:
    sent = packet("one")

    def change(rows: Rows) -> Rows:
        rows[0][rows[0].index("rating: tone [1-5, or: cannot judge]")] = "tone"
        rows[0][rows[0].index("rating: Safe? [yes/no, or: cannot judge]")] = "rating: Safe?"
        return rows

    assert sent_back(sent, tmp_path, change).intake.refused == ()


def test_an_edited_text_is_refused(tmp_path: Path) -> None:
    sent = packet("one", "two")

    def change(rows: Rows) -> Rows:
        at = rows[0].index("output")
        rows[1][at] = "better than it was"
        return rows

    result = sent_back(sent, tmp_path, change)
    assert result.intake.kept == 3
    assert {one.reason for one in result.intake.refused} == {
        "the text that was shown came back changed"
    }
    assert len(result.intake.refused) == 3


def test_a_table_without_its_texts_is_taken_and_says_so(tmp_path: Path) -> None:
    sent = packet("one")

    def change(rows: Rows) -> Rows:
        texts = {"conversation", "context", "notes", "output"}
        keep = [at for at, name in enumerate(rows[0]) if name not in texts]
        return [[row[at] for at in keep] for row in rows]

    result = sent_back(sent, tmp_path, change)
    assert result.intake.kept == 3
    assert any("does not hold the texts" in note for note in result.intake.notes)


def test_a_row_without_its_code_and_odd_seconds_are_refused(tmp_path: Path) -> None:
    sent = packet("one", "two")

    def change(rows: Rows) -> Rows:
        rows[1][rows[0].index("code")] = ""
        rows[2][rows[0].index("seconds")] = "long"
        return rows

    result = sent_back(sent, tmp_path, change)
    assert [(one.line, one.key) for one in result.intake.refused] == [(2, "code"), (7, "seconds")]
    assert result.intake.kept == 3


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "no row has the names of the columns"),
        (b"kode,rating: tone\nq,1\n", "no row has the names of the columns"),
        (b"code,comment,comment\nq,a,b\n", "two columns are called"),
        (b"code,tone\nq,\xe9\n", "not UTF-8"),
        (b'code,tone\nq,"open\n', "the rest cannot be read"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "back.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=problem):
        CSV.read(path)


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "back.xlsx"
    path.write_bytes(b"PK no")
    with pytest.raises(DataError, match="no workbook"):
        XLSX.read(path)
    with ZipFile(path, "w") as parts:
        parts.writestr("hello.txt", "x")
    with pytest.raises(DataError, match="no workbook"):
        XLSX.read(path)


def test_what_a_person_types_in_a_workbook(tmp_path: Path) -> None:
    sent = packet("one", "two")
    path = XLSX.write(sent, tmp_path / "packet.xlsx")[0]
    fill_xlsx(path, {sent.items[0].code: FULL})
    book = load_workbook(path)
    sheet = book["Ratings"]
    header = [cell.value for cell in sheet[1]]
    sheet.cell(3, header.index("rating: Safe? [yes/no, or: cannot judge]") + 1).value = True
    sheet.cell(3, header.index("rating: tone [1-5, or: cannot judge]") + 1).value = "=1+1"
    sheet.cell(3, header.index("seconds") + 1).value = 12.5
    book.create_sheet("mine", 0)
    book.save(path)
    result = reconcile([sent], XLSX.read(path))
    (refusal,) = result.intake.refused
    assert refusal.reason == "found '=1+1'; allowed: 1-5, or: cannot judge"
    second = result.answers[1].answer
    assert second.marks["Safe?"].value == 1.0
    assert second.seconds == 12.5


def test_a_workbook_of_ones_own_is_read_from_its_first_sheet(tmp_path: Path) -> None:
    sent = packet("one")
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["code", "tone", None])
    sheet.append([sent.items[0].code, 4, "stray"])
    book.save(tmp_path / "own.xlsx")
    result = reconcile([sent], XLSX.read(tmp_path / "own.xlsx"))
    assert result.answers[0].answer.marks["tone"].value == 4.0
    assert result.intake.refused[0].key == "column 3"


def test_without_openpyxl_the_error_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(MissingExtra, match=r"measurand\[xlsx\]"):
        XLSX.write(packet("one"), tmp_path / "packet.xlsx")
    with pytest.raises(MissingExtra, match=r"measurand\[xlsx\]"):
        XLSX.read(tmp_path / "packet.xlsx")
