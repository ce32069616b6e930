from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from measurand.core.failure import FAILURES
from measurand.core.rating import Rating, Ratings
from measurand.core.scale import NOMINAL, ONE_TO_FIVE, YES_NO, Scale
from measurand.errors import DataError
from measurand.store.ratings import read_ratings, write_ratings

HEADER = "example,system,dimension,rater,kind,value,reason\n"


def csv(folder: Path, text: str) -> Path:
    file = folder / "ratings.csv"
    file.write_text(text, encoding="utf-8")
    return file


def jsonl(folder: Path, *rows: object) -> Path:
    file = folder / "ratings.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def test_a_long_file_with_every_column(tmp_path: Path) -> None:
    row = {
        "example": "e1",
        "system": "new",
        "dimension": "tone",
        "rater": "gpt",
        "kind": "judge",
        "value": 4,
        "reason": "kind words",
        "repeat": 2,
        "against": "today",
        "order": "ba",
        "probability": 0.05,
        "cluster": "c1",
        "component": "edge",
        "segment": "de",
        "seconds": 1.5,
        "cost": 0.1,
        "failure": None,
    }
    result = read_ratings(jsonl(tmp_path, row), scales=ONE_TO_FIVE)
    assert list(result.ratings) == [Rating(**{**row, "value": 4.0})]  # type: ignore[arg-type]
    assert (result.intake.read, result.intake.kept, result.intake.notes) == (1, 1, ())
    assert result.scales == {"tone": ONE_TO_FIVE}


def test_headers_that_users_have_and_what_is_assumed(tmp_path: Path) -> None:
    result = read_ratings(csv(tmp_path, "Item ID,Annotator,Score,label\ni1,anna,3,x\n"))
    (rating,) = result.ratings
    assert (rating.example, rating.rater, rating.value) == ("i1", "anna", 3.0)
    assert (rating.system, rating.dimension, rating.kind) == ("system", "quality", "people")
    assert result.intake.notes == (
        "column label is not read; value is Score",
        "no column system; every rating is taken as 'system'",
        "no column dimension; every rating is taken as 'quality'",
        "no column kind; every rating is taken as 'people'",
        "quality: no scale given; values run from 3 to 3, taken as ordinal; bounds are not known",
    )


def test_a_missing_column_is_named_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read_ratings(csv(tmp_path, "example,verdict\ne1,5\n"))
    rater, value = caught.value.faults
    assert rater.problem == "no column holds the rater"
    assert value.found == "example, verdict"
    assert value.allowed == "value or rating or score or label"


def test_values_off_the_scale_are_refused_with_line_and_row(tmp_path: Path) -> None:
    values = ["4", "8", "-1", "9.2e124", "garbage", "NaN", "inf", "1_0", "0", "3,5"]
    lines = "".join(f'e{at},s,d,r,people,"{value}",\n' for at, value in enumerate(values))
    result = read_ratings(csv(tmp_path, HEADER + lines), scales=Scale("ordinal", 0, 4))
    assert [rating.value for rating in result.ratings] == [4.0, 0.0]
    refused = result.intake.refused
    assert [one.found for one in refused] == [v for v in values if v not in {"4", "0"}]
    assert [one.line for one in refused] == [3, 4, 5, 6, 7, 8, 9, 11]
    assert refused[0].reason == "found '8'; allowed: 0-4"
    assert dict(refused[0].row)["example"] == "e1"
    assert result.intake.read == 10


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("example", " ", "it is empty"),
        ("kind", "martian", "found 'martian'; allowed: check, judge, people, reference"),
        ("repeat", "-1", "found '-1'; allowed: 0, 1, 2, ..."),
        ("repeat", "1.5", "found '1.5'; allowed: 0, 1, 2, ..."),
        ("order", "first", "found 'first'; allowed: ab, ba"),
        ("probability", "0", "found '0'; allowed: above 0, at most 1"),
        ("probability", "1.01", "found '1.01'; allowed: above 0, at most 1"),
        ("seconds", "-3", "found '-3'; allowed: a number that is not negative"),
        ("cost", "$5", "found '$5'; allowed: a number that is not negative"),
        ("failure", "oops", f"found 'oops'; allowed: {', '.join(FAILURES)}"),
        (
            "failure",
            "timeout",
            "there is a value, and a failure says why there would be none; keep one of the two",
        ),
    ],
)
def test_other_cells_are_held_to_their_columns(
    tmp_path: Path, *, column: str, cell: str, reason: str
) -> None:
    row = {"example": "e", "rater": "r", "value": "3", "kind": "judge"}
    result = read_ratings(jsonl(tmp_path, row | {column: cell}, row), scales=ONE_TO_FIVE)
    (refused,) = result.intake.refused
    assert (refused.line, refused.key, refused.reason) == (1, column, reason)
    assert len(result.ratings) == 1


def test_the_second_of_the_same_rating_is_refused(tmp_path: Path) -> None:
    lines = "e1,s,d,anna,people,4,\ne1,s,d,ben,people,4,\ne1,s,d,anna,people,5,\n"
    result = read_ratings(csv(tmp_path, HEADER + lines), scales=ONE_TO_FIVE)
    (refused,) = result.intake.refused
    assert refused.line == 4
    assert refused.reason.startswith("the same rating as line 2;")
    assert [rating.value for rating in result.ratings] == [4.0, 4.0]


def test_a_refused_rating_does_not_stand_in_the_way_of_a_good_one(tmp_path: Path) -> None:
    lines = "e1,s,d,anna,people,99,\ne1,s,d,anna,people,5,\n"
    result = read_ratings(csv(tmp_path, HEADER + lines), scales=ONE_TO_FIVE)
    assert [rating.value for rating in result.ratings] == [5.0]


def test_both_orders_and_repeats_are_not_duplicates(tmp_path: Path) -> None:
    row = {"example": "e", "rater": "r", "value": "a", "against": "t"}
    rows = [
        {**row, "order": order, "repeat": repeat} for order in ("ab", "ba") for repeat in (0, 1)
    ]
    assert read_ratings(jsonl(tmp_path, *rows)).intake.kept == 4


def test_an_empty_value_is_no_rating_unless_it_has_a_reason(tmp_path: Path) -> None:
    lines = "e1,s,d,r,judge,,timeout\ne2,s,d,r,judge,,\ne3,s,d,r,judge,3,\n"
    result = read_ratings(csv(tmp_path, HEADER + lines), scales=ONE_TO_FIVE)
    assert [(one.value, one.reason) for one in result.ratings] == [(None, "timeout"), (3.0, None)]
    assert result.intake.notes == ("1 empty cell holds no rating",)
    assert result.intake.read == 2


def test_a_failure_without_a_value_is_a_rating_that_could_not_be_given(tmp_path: Path) -> None:
    row = {"example": "e1", "rater": "gpt", "kind": "judge", "value": None}
    rows = [
        {**row, "failure": "Timeout", "reason": "60 s"},
        {**row, "example": "e2", "failure": "refused"},
        {**row, "example": "e3"},
        {**row, "example": "e4", "value": 3},
    ]
    result = read_ratings(jsonl(tmp_path, *rows), scales=ONE_TO_FIVE)
    found = [(one.example, one.value, one.failure, one.reason) for one in result.ratings]
    assert found == [
        ("e1", None, "timeout", "60 s"),
        ("e2", None, "refused", None),
        ("e4", 3.0, None, None),
    ]
    assert "1 empty cell holds no rating" in result.intake.notes
    back = tmp_path / "back.csv"
    write_ratings(result.ratings, back)
    assert list(read_ratings(back, scales=ONE_TO_FIVE).ratings) == list(result.ratings)


def test_a_label_that_no_person_used_is_refused(tmp_path: Path) -> None:
    lines = "e1,s,d,anna,people,good,\ne1,s,d,gpt,judge,I cannot judge this.,\n"
    for scales in (None, NOMINAL):
        result = read_ratings(csv(tmp_path, HEADER + lines), scales=scales)
        (refused,) = result.intake.refused
        assert refused.reason == "found 'I cannot judge this.', not a label that people used: good"


def test_scales_by_dimension_and_inferred_for_the_rest(tmp_path: Path) -> None:
    lines = "e1,s,safe,anna,people,yes,\ne1,s,tone,anna,people,2.5,\n"
    result = read_ratings(csv(tmp_path, HEADER + lines), scales={"safe": YES_NO})
    assert result.scales == {"safe": YES_NO, "tone": Scale("interval")}
    assert len(result.intake.notes) == 1


def test_numbers_and_truth_values_of_json(tmp_path: Path) -> None:
    row = {"example": 7, "rater": "r", "dimension": "d"}
    rows = [row | {"value": True}, row | {"value": False, "example": 8}]
    result = read_ratings(jsonl(tmp_path, *rows))
    assert [(one.example, one.value) for one in result.ratings] == [("7", 1.0), ("8", 0.0)]
    assert result.scales == {"d": YES_NO}


def test_rows_may_have_different_keys(tmp_path: Path) -> None:
    row = {"example": "e1", "rater": "r", "value": 1}
    result = read_ratings(jsonl(tmp_path, row, row | {"example": "e2", "reason": "late"}))
    assert [one.reason for one in result.ratings] == [None, "late"]


def test_quick_and_careful_reading_agree(tmp_path: Path) -> None:
    lines = "".join(f"e{at},s,d,r,people,{at % 5 + 1},fine\n" for at in range(1_200))
    quick = read_ratings(csv(tmp_path, HEADER + lines))
    slow = read_ratings(csv(tmp_path, f"\n{HEADER}{lines}\n"))
    assert list(quick.ratings) == list(slow.ratings)
    packed = tmp_path / "ratings.csv.gz"
    packed.write_bytes(gzip.compress(b"\xef\xbb\xbf" + (HEADER + lines).encode()))
    assert list(read_ratings(packed).ratings) == list(quick.ratings)
    windows = csv(tmp_path, (HEADER + lines).replace("\n", "\r\n").replace(",", ";"))
    assert list(read_ratings(windows).ratings) == list(quick.ratings)


def test_lines_are_counted_across_quoted_line_ends(tmp_path: Path) -> None:
    lines = 'e1,s,d,r,people,4,"two\nlines"\ne2,s,d,r,people,99,\n'
    result = read_ratings(csv(tmp_path, HEADER + lines), scales=ONE_TO_FIVE)
    assert [one.line for one in result.intake.refused] == [4]


def test_rows_of_one_line_are_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "r.json"
    rows = [
        {"example": f"e{at}", "rater": "r", "value": value} for at, value in enumerate([9, 3, 8])
    ]
    file.write_text(json.dumps(rows), encoding="utf-8")
    refused = read_ratings(file, scales=ONE_TO_FIVE).intake.refused
    assert [dict(one.row)["example"] for one in refused] == ["e0", "e2"]


WORD = (
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=6)
    | st.sampled_from(["=1+1", "'=x", "''+y", "-", "@cmd", "'", "+", '"', ",;\t|", "01", "-1"])
).map(str.strip)
NAME = WORD.filter(bool)
OPTIONAL = st.none() | NAME
AMOUNT = st.none() | st.floats(0, allow_nan=False, allow_infinity=False)
LABELS = NAME.filter(lambda text: text.lower().lstrip("+-") not in {"nan", "inf", "infinity"})


def ratings(dimension: str, values: st.SearchStrategy[float | str]) -> st.SearchStrategy[Rating]:
    return st.builds(
        Rating,
        example=NAME,
        system=NAME,
        dimension=st.just(dimension),
        rater=NAME,
        kind=st.just("people"),
        value=values,
        reason=OPTIONAL,
        repeat=st.integers(0, 3),
        against=OPTIONAL,
        order=st.sampled_from([None, "ab", "ba"]),
        probability=st.none() | st.floats(0, 1, exclude_min=True),
        cluster=OPTIONAL,
        component=OPTIONAL,
        segment=OPTIONAL,
        seconds=AMOUNT,
        cost=AMOUNT,
    )


def identity(row: Rating) -> tuple[object, ...]:
    pair = (row.against, row.order)
    return (row.example, row.system, row.dimension, row.rater, row.repeat, *pair)


@pytest.mark.parametrize("name", ["r.csv", "r.jsonl", "r.jsonl.gz"])
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    listed=st.lists(
        ratings("number", st.floats(-1e100, 1e100)) | ratings("label", LABELS),
        min_size=1,
        max_size=8,
        unique_by=identity,
    )
)
def test_what_is_written_is_what_is_read(tmp_path: Path, name: str, listed: list[Rating]) -> None:
    file = tmp_path / name
    write_ratings(Ratings.of(listed), file)
    result = read_ratings(file, scales={"number": Scale("ratio"), "label": NOMINAL})
    assert result.intake.refused == ()
    assert list(result.ratings) == listed


def test_a_spreadsheet_sees_no_formula(tmp_path: Path) -> None:
    row = Rating(
        example="=HYPERLINK(1)",
        system="@SUM(A1)",
        dimension="d",
        rater="r",
        kind="people",
        value=-1.0,
        reason="+49 170",
    )
    write_ratings(Ratings.of([row]), tmp_path / "r.csv")
    text = (tmp_path / "r.csv").read_text(encoding="utf-8")
    assert text.splitlines()[1].startswith("'=HYPERLINK(1),'@SUM(A1),d,r,people,-1.0,'+49 170,0,")


def test_writing_leaves_no_half_a_file(tmp_path: Path) -> None:
    row = Rating(example="e", system="s", dimension="\ud800", rater="r", kind="check", value=1.0)
    for name in ("r.csv", "r.jsonl"):
        with pytest.raises(UnicodeEncodeError):
            write_ratings(Ratings.of([row]), tmp_path / name)
    assert list(tmp_path.iterdir()) == []
