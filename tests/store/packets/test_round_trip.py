"""Every format: what goes out comes back, whatever the texts are."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from tests.store.packets.packet_world import (
    FILLS,
    FULL,
    HOSTILE,
    Filled,
    expected,
    packet,
    pairs,
    sheet,
)

from measurand.core.packet import Packet
from measurand.core.rubric import Dimension
from measurand.core.sheet import shown
from measurand.raters.people.packet import Entry, packet_of
from measurand.raters.people.reconcile import Reconciled, reconcile
from measurand.store.formulas import escaped, natural, unescaped
from measurand.store.packets import FORMATS, recognised

ALL = sorted(FORMATS)
LONG = ("=1+1 & <b> \u202e\U0001f468\u200d\U0001f469 \0 _x0041_ \r\n" * 40_000)[:1_000_000]
SLOW = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
TEXTS = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("=+-@'\t\r\n\0\u2028<&_x0041;,\""),
    max_size=60,
)
COMMENTS = TEXTS.map(lambda text: text.replace("\ufeff", ""))


def returned(name: str, sent: Packet, filled: Mapping[str, Filled], folder: Path) -> Reconciled:
    file = FORMATS[name]
    path, *beside = file.write(sent, folder / f"packet{file.suffix}")
    assert [one.name for one in beside] == [f"packet{end}" for end in file.beside]
    back = FILLS[name](path, filled)
    assert recognised(back) == name
    return reconcile([sent], file.read(back))


def texts_of_csv(path: Path) -> list[dict[str, str]]:
    csv.field_size_limit(2**24)
    rows = csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""))
    header, *rest = ([unescaped(natural(cell)) for cell in row] for row in rows)
    return [dict(zip(header, row, strict=True)) for row in rest]


def texts_of_xlsx(path: Path) -> list[dict[str, str]]:
    header, *rest = load_workbook(path)["Ratings"].iter_rows(values_only=True)
    found: list[dict[str, str]] = []
    for row in rest:
        texts: dict[str, str] = {}
        for name, cell in zip(header, row, strict=True):
            base = str(name).partition(" (continued")[0]
            texts[base] = texts.get(base, "") + unescaped(str(cell or ""))
        found.append(texts)
    return found


def texts_of_html(path: Path) -> list[dict[str, str]]:
    page = path.read_text(encoding="utf-8")
    data = json.loads(page.partition('id="packet">')[2].partition("</script>")[0])
    return [{"output": item["sheet"]["texts"][0]} for item in data["items"]]


def texts_of_json(path: Path) -> list[dict[str, str]]:
    text = path.read_text(encoding="utf-8")
    rows = (
        json.loads(text)
        if text.startswith("[")
        else [json.loads(row) for row in text.split("\n") if row]
    )
    sheets = [row.get("data") or row.get("fields") or row.get("sheet") for row in rows]
    return [
        {name: unescaped(text) for name, text in sheet.items() if name != "packet"}
        for sheet in sheets
    ]


def texts_of_potato(path: Path) -> list[dict[str, str]]:
    rows = [json.loads(row) for row in path.read_text(encoding="utf-8").split("\n") if row]
    boxes = [re.findall("<h4>(.*?)</h4><div[^>]*>([^<]*)</div>", row["text"]) for row in rows]
    return [{name: unescaped(html.unescape(text)) for name, text in box} for box in boxes]


TEXTS_OF: Mapping[str, Callable[[Path], list[dict[str, str]]]] = {
    "csv": texts_of_csv,
    "xlsx": texts_of_xlsx,
    "html": texts_of_html,
    "label-studio": texts_of_json,
    "argilla": texts_of_json,
    "potato": texts_of_potato,
    "prodigy": texts_of_json,
}


@pytest.mark.parametrize("name", ALL)
def test_hostile_texts_are_in_the_file_as_they_are(name: str, tmp_path: Path) -> None:
    sent = packet(*HOSTILE, LONG)
    path = FORMATS[name].write(sent, tmp_path / f"packet{FORMATS[name].suffix}")[0]
    found = [row for row in TEXTS_OF[name](path) if row.get("output")]
    if name == "prodigy":
        found = found[::3]
    assert [row["output"] for row in found] == [*HOSTILE, LONG]
    for item, row in zip(sent.items, found, strict=True):
        for part, text in shown(item.sheet).items():
            assert row.get(part, text) == text


@pytest.mark.parametrize("name", ALL)
def test_answers_come_back_whatever_the_texts_and_comments_are(name: str, tmp_path: Path) -> None:
    sent = packet(*HOSTILE, LONG)
    comments = [*HOSTILE, LONG[: 15_000 if name == "xlsx" else None]]  # as much as a cell holds
    filled = {
        item.code: replace(FULL, comment=comment)
        for item, comment in zip(sent.items, comments, strict=True)
    }
    if name == "prodigy":
        filled = {code: replace(one, also={}) for code, one in filled.items()}
    result = returned(name, sent, filled, tmp_path)
    assert result.intake.refused == ()
    assert result.intake.kept == 3 * len(sent.items)
    assert (result.unchanged, result.partial, result.missing) == ((), (), ())
    assert {taken.rater for taken in result.answers} == {"Ann"}
    for taken in result.answers:
        wanted = expected(filled[taken.code])
        assert taken.answer.marks == wanted.marks
        assert taken.answer.comment == wanted.comment
        assert taken.answer.done
        assert taken.new == 3


@pytest.mark.parametrize("name", ALL)
@SLOW
@given(output=TEXTS, comment=COMMENTS, dimension=st.sampled_from(["tone", "Safe?"]))
def test_any_text_comes_back(
    name: str, tmp_path: Path, output: str, comment: str, dimension: str
) -> None:
    sent = packet(output, "another")
    words = {"tone": "2", "Safe?": "yes"}
    filled = {sent.items[0].code: Filled({dimension: words[dimension]}, {}, comment)}
    result = returned(name, sent, filled, tmp_path)
    assert result.intake.refused == ()
    assert result.partial == (sent.items[0].code,)
    assert result.missing == (sent.items[1].code,)
    (taken,) = result.answers
    wanted = expected(filled[taken.code])
    assert (taken.answer.marks, taken.answer.comment) == (wanted.marks, comment)
    assert not taken.answer.done


@pytest.mark.parametrize("name", ALL)
def test_pairs_are_told_of_what_a_person_sees(name: str, tmp_path: Path) -> None:
    sent = pairs("one", "two", "three")
    assert list(sent.orders.values()) == ["ab", "ba", "ab"]
    words = ["left better", "left better", "tie"]
    filled = {
        item.code: Filled({"better": word}, {})
        for item, word in zip(sent.items, words, strict=True)
    }
    result = returned(name, sent, filled, tmp_path)
    values = [taken.answer.marks["better"].value for taken in result.answers]
    assert values == ["win", "loss", "tie"]


@pytest.mark.parametrize("name", ALL)
def test_hostile_names_come_back(name: str, tmp_path: Path) -> None:
    named = [Dimension(text) for text in HOSTILE]
    entries = [Entry(sheet=sheet("text"), dimensions=tuple(named))]
    sent = packet_of("=round\0", entries, rater=HOSTILE[-4], instructions="=\0<script>")
    file = FORMATS[name]
    path = file.write(sent, tmp_path / f"packet{file.suffix}")[0]
    words = {one.name: str(at % 5 + 1) for at, one in enumerate(named)}
    if name in {"csv", "xlsx"}:
        words = {escaped(text, crlf=name == "csv"): word for text, word in words.items()}
    back = FILLS[name](path, {sent.items[0].code: Filled(words, {})})
    result = reconcile([sent], file.read(back), raters={"Ann": HOSTILE[-4]})
    assert result.intake.refused == ()
    (taken,) = result.answers
    assert taken.rater == HOSTILE[-4]
    assert [taken.answer.marks[text].value for text in HOSTILE] == [
        at % 5 + 1 for at in range(len(HOSTILE))
    ]


@pytest.mark.parametrize("name", ALL)
def test_cannot_judge_is_an_answer(name: str, tmp_path: Path) -> None:
    sent = packet("text")
    filled = {sent.items[0].code: Filled({"tone": "cannot judge"}, {})}
    (taken,) = returned(name, sent, filled, tmp_path).answers
    assert taken.answer.marks["tone"].cannot
    assert taken.answer.marks["tone"].value is None


@pytest.mark.parametrize("name", ALL)
def test_the_order_of_a_pair_and_the_systems_are_not_in_the_file(name: str, tmp_path: Path) -> None:
    sent = pairs("one", "two")
    secret = replace(sent, orders={item.code: "ab" for item in sent.items})
    file = FORMATS[name]
    first = file.write(sent, tmp_path / f"a{file.suffix}")
    (tmp_path / "again").mkdir()
    second = file.write(secret, tmp_path / "again" / f"a{file.suffix}")
    if name == "xlsx":
        assert texts_of_xlsx(first[0]) == texts_of_xlsx(second[0])
    else:
        assert [one.read_bytes() for one in first] == [one.read_bytes() for one in second]


@pytest.mark.parametrize("name", ALL)
def test_nothing_is_filled_in_before_a_person_is_asked(name: str, tmp_path: Path) -> None:
    sent = packet("text")
    file = FORMATS[name]
    path = file.write(sent, tmp_path / f"packet{file.suffix}")[0]
    if name in {"html", "potato", "prodigy"}:
        return
    result = reconcile([sent], file.read(path))
    assert result.answers == ()
    assert result.intake.read == 0
    assert result.missing == ((sent.items[0].code,) if name in {"csv", "xlsx"} else ())
