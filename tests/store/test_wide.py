"""The reader by columns against the plain one: a row at a time, a rating at a time."""

from __future__ import annotations

import csv
import json
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from measurand.core.scale import ONE_TO_FIVE
from measurand.errors import DataError
from measurand.store.flat import read_flat
from measurand.store.mapping import ValueColumns, WideMapping, read_mapping
from measurand.store.ratings import read_ratings

HEADERS = ("story", "type", "Human 1", "Human 2", "gpt")
CELL = st.sampled_from(["1", "2", "5", "9", "", "Tie"])
ROW = st.tuples(
    st.sampled_from(["s1", "s2", "s3"]),
    st.sampled_from(["con_1", "con_2", "plain", ""]),
    *[CELL] * 3,
)
MAPPING = WideMapping(
    values=(
        ValueColumns(("Human {rater}",), {"kind": "people"}),
        ValueColumns(
            ("gpt",),
            {"kind": "judge", "rater": "gpt {type}", "reason": "{story} by {column}"},
            recode={"Tie": "3"},
            when={"type": "con_*"},
        ),
    ),
    fields={"example": "{story}/{type}", "cluster": "story"},
    constants={"dimension": "tone"},
)


def expected(rows: list[tuple[str, ...]]) -> list[tuple[object, ...]]:
    """Line, example, cluster, rater, reason, value of each cell that is a rating at all."""
    found: list[tuple[object, ...]] = []
    for line, row in enumerate(rows, 2):
        story, kind, *people, gpt = row
        example = f"{story}/{kind}" if kind else ""
        found += [(line, example, story, str(n), None, v) for n, v in enumerate(people, 1) if v]
        if fnmatchcase(kind, "con_*"):
            value = {"Tie": "3"}.get(gpt, gpt)
            found.append((line, example, story, f"gpt {kind}", f"{story} by gpt", value))
    return found


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(ROW, min_size=1, max_size=8))
@pytest.mark.parametrize("name", ["wide.csv", "wide.jsonl"])
def test_columns_give_what_rows_give(
    tmp_path: Path, name: str, rows: list[tuple[str, ...]]
) -> None:
    file = tmp_path / name
    lines = 0 if name.endswith("csv") else -1
    with file.open("w", newline="", encoding="utf-8") as stream:
        if lines:
            stream.writelines(json.dumps(dict(zip(HEADERS, r, strict=True))) + "\n" for r in rows)
        else:
            csv.writer(stream).writerows([HEADERS, *rows])
    kept: dict[tuple[object, ...], tuple[object, ...]] = {}
    refused = []
    for line, example, cluster, rater, reason, value in expected(rows):
        bad = not example or value in {"9", "Tie"} or (example, rater) in kept
        if bad:
            refused.append(int(str(line)) + lines)
        else:
            grade = float(str(value)) if value else None
            kept[example, rater] = (example, cluster, rater, reason, grade)
    result = read_ratings(file, mapping=MAPPING, scales=ONE_TO_FIVE)
    found = [(r.example, r.cluster, r.rater, r.reason, r.value) for r in result.ratings]
    assert found == list(kept.values())
    assert [one.line for one in result.intake.refused] == refused
    assert result.intake.read == len(kept) + len(refused)


def test_a_refused_cell_has_its_place_and_its_whole_row(tmp_path: Path) -> None:
    file = tmp_path / "wide.csv"
    file.write_text("story,a,b\ns1,1,2\ns2,9,3\n", encoding="utf-8")
    mapping = WideMapping((ValueColumns(("a", "b")),), {"example": "story"})
    (refused,) = read_ratings(file, mapping=mapping, scales=ONE_TO_FIVE).intake.refused
    assert (refused.line, refused.key, refused.found) == (3, "a", "9")
    assert refused.row == (("story", "s2"), ("a", "9"), ("b", "3"))


def test_rows_need_not_have_the_same_keys(tmp_path: Path) -> None:
    file = tmp_path / "wide.jsonl"
    objects = [{"id": 1, "a": 2}, {"id": 2, "b": {"c": 3}, "s": [4, 5]}, {"id": 3, "a": 1}]
    file.write_text("\n".join(map(json.dumps, objects)), encoding="utf-8")
    block = ValueColumns(("a", "b.c", "s[]"), {"rater": "{column}", "segment": "{index}"})
    mapping = WideMapping((block,), {"example": "id"})
    result = read_ratings(file, mapping=mapping, scales=ONE_TO_FIVE)
    assert [(r.example, r.rater, r.segment, r.value) for r in result.ratings] == [
        ("1", "a", None, 2.0),
        ("2", "b.c", None, 3.0),
        ("2", "s[]", "0", 4.0),
        ("3", "a", None, 1.0),
    ]
    (twice,) = result.intake.refused
    assert twice.key == "s[1]"


def test_only_what_is_wanted_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "wide.jsonl"
    file.write_text('{"id": 1, "text": "long", "s": [1, null]}\n{broken\n', encoding="utf-8")
    flat = read_flat(file, {"id", "s[]"}.__contains__)
    assert flat.headers == ("id", "text", "s[]")
    assert flat.cells.keys() == {"id", "s[]"}
    assert flat.cells["s[]"].places.tolist() == [0, 1]
    assert [one.line for one in flat.broken] == [2]


def test_lists_are_no_cells_of_a_row(tmp_path: Path) -> None:
    file = tmp_path / "wide.jsonl"
    file.write_text('{"id": [1], "a": 2}\n', encoding="utf-8")
    mapping = WideMapping((ValueColumns(("a",)),), {"example": "id"})
    with pytest.raises(DataError, match="no column 'id'"):
        read_ratings(file, mapping=mapping)


def test_each_element_of_a_list_may_be_a_row(tmp_path: Path) -> None:
    file = tmp_path / "dialogues.jsonl"
    rows = [
        {"id": "d1", "turns": [{"said": "a", "marks": [3, 4]}, {"said": "b", "marks": []}]},
        {"id": "d2", "turns": [{"said": "c", "marks": [9, 1], "index": 7}]},
        {"id": "d3", "turns": None},
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(
        'rows: turns\nexample: "{id}/{turns.index}"\ncluster: id\nscale: 1-5\nvalues:\n'
        '  - {columns: "turns.marks[]", rater: "r{index}", segment: "{turns.said}"}\n',
        encoding="utf-8",
    )
    found = read_ratings(file, mapping=read_mapping(mapping))
    kept = [(r.example, r.cluster, r.segment, r.rater, r.value) for r in found.ratings]
    assert kept == [
        ("d1/0", "d1", "a", "r0", 3.0),
        ("d1/0", "d1", "a", "r1", 4.0),
        ("d2/7", "d2", "c", "r1", 1.0),
    ]
    (refused,) = found.intake.refused
    assert (refused.line, refused.found) == (2, "9")
    assert dict(refused.row)["id"] == "d2"
