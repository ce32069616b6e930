from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from measurand.core.scale import ONE_TO_FIVE, YES_NO
from measurand.errors import DataError
from measurand.store.mapping import ValueColumns, WideMapping, parse_mapping, read_mapping
from measurand.store.ratings import read_ratings

WIDE = "story,model,Human 1 RE,Human 2 RE,Human 1 CH,gpt\n7,a,4,5,3,2\n8,a,1,,2,9\n"


@pytest.fixture
def wide(tmp_path: Path) -> Path:
    file = tmp_path / "wide.csv"
    file.write_text(WIDE, encoding="utf-8")
    return file


def yaml(folder: Path, text: str) -> WideMapping:
    file = folder / "mapping.yaml"
    file.write_text(text, encoding="utf-8")
    return read_mapping(file)


def jsonl(folder: Path, *rows: object) -> Path:
    file = folder / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def test_columns_named_on_the_command_line(wide: Path) -> None:
    mapping = parse_mapping(
        [
            "example:story",
            "system:model",
            "rater:Human 1 RE,Human 2 RE",
            "dimension=RE",
            "scale=1-5",
        ]
    )
    assert mapping == WideMapping(
        values=(ValueColumns(("Human 1 RE", "Human 2 RE"), {"kind": "people"}),),
        fields={"example": "story", "system": "model"},
        constants={"dimension": "RE"},
        scales=ONE_TO_FIVE,
    )
    result = read_ratings(wide, mapping=mapping)
    found = [(one.example, one.rater, one.value, one.kind) for one in result.ratings]
    assert found == [
        ("7", "Human 1 RE", 4.0, "people"),
        ("7", "Human 2 RE", 5.0, "people"),
        ("8", "Human 1 RE", 1.0, "people"),
    ]
    assert result.intake.notes == ("1 empty cell holds no rating",)


def test_patterns_and_kinds_on_the_command_line(wide: Path) -> None:
    mapping = parse_mapping(["example:story", "people:Human {rater} {dimension}", "judge:gpt"])
    result = read_ratings(wide, mapping=mapping, scales=ONE_TO_FIVE)
    found = {(one.rater, one.dimension, one.kind) for one in result.ratings}
    assert found == {
        ("1", "RE", "people"),
        ("2", "RE", "people"),
        ("1", "CH", "people"),
        ("gpt", "quality", "judge"),
    }
    (refused,) = result.intake.refused
    assert (refused.line, refused.key, refused.found) == (3, "gpt", "9")
    assert dict(refused.row)["Human 1 CH"] == "2"


def test_a_long_file_with_other_headers(tmp_path: Path) -> None:
    file = tmp_path / "votes.csv"
    file.write_text("prompt,worker,winner\np,w1,left\np,w2,right\n", encoding="utf-8")
    mapping = parse_mapping(["example:prompt", "rater:worker", "value:winner"])
    ratings = read_ratings(file, mapping=mapping).ratings
    assert [(one.rater, one.value) for one in ratings] == [("w1", "left"), ("w2", "right")]


def test_templates_recoding_and_conditions(tmp_path: Path) -> None:
    file = jsonl(
        tmp_path,
        {"id": {"n": 1}, "type": "contrast_x", "verdict": "Tie", "why": "{rater} & {0.real}"},
        {"id": {"n": 2}, "type": "plain", "verdict": "1", "why": "no"},
        {"id": {"n": 3}, "type": "contrast_y", "verdict": "1", "why": None},
    )
    mapping = yaml(
        tmp_path,
        """
        example: "x/{id.n}"
        scale: 0/1
        values:
          - columns: verdict
            rater: "gpt {type}"
            kind: judge
            reason: "it said: {why}"
            recode: {Tie: "0"}
            when: {type: "contrast_*"}
        """,
    )
    first, second = read_ratings(file, mapping=mapping).ratings
    assert (first.example, first.rater, first.value) == ("x/1", "gpt contrast_x", "0")
    assert first.reason == "it said: {rater} & {0.real}"
    assert (second.example, second.reason) == ("x/3", None)


def test_lists_are_taken_apart_by_place(tmp_path: Path) -> None:
    file = jsonl(
        tmp_path, {"id": 1, "a": {"scores": [True, None, False]}}, {"id": 2, "a": {"scores": []}}
    )
    mapping = yaml(
        tmp_path,
        """
        example: "{id}/{index}"
        cluster: id
        scales: {quality: yes/no}
        values: [{columns: "a.scores[]", rater: strict, kind: check}]
        """,
    )
    result = read_ratings(file, mapping=mapping)
    assert [(one.example, one.cluster, one.value) for one in result.ratings] == [
        ("1/0", "1", 1.0),
        ("1/2", "1", 0.0),
    ]
    assert result.scales == {"quality": YES_NO}


def test_the_place_in_a_list_is_named_when_it_is_refused(tmp_path: Path) -> None:
    file = jsonl(tmp_path, {"id": 1, "s": [3, 9]})
    mapping = yaml(tmp_path, 'example: id\nvalues: [{columns: "s[]", rater: "r{index}"}]')
    (refused,) = read_ratings(file, mapping=mapping, scales=ONE_TO_FIVE).intake.refused
    assert refused.key == "s[1]"


def test_scalars_of_yaml_stay_text(tmp_path: Path) -> None:
    mapping = yaml(
        tmp_path,
        "constant: {system: 007}\nexample: id\nvalues: [{columns: [on], recode: {No: 0, yes: 1}}]",
    )
    assert mapping.constants == {"system": "007"}
    assert mapping.values[0].columns == ("on",)
    assert mapping.values[0].recode == {"No": "0", "yes": "1"}


def test_what_does_not_fit_the_file_is_named_with_its_columns(wide: Path, tmp_path: Path) -> None:
    mapping = yaml(
        tmp_path,
        """
        system: modell
        values:
          - columns: ["Robot {n}", gpt]
            rater: "{who}"
            when: {kind: x}
        """,
    )
    with pytest.raises(DataError) as caught:
        read_ratings(wide, mapping=mapping)
    found = [(fault.key, fault.problem) for fault in caught.value.faults]
    assert found == [
        ("values[0].columns", "no column matches 'Robot {n}'"),
        ("values[0].when", "no column 'kind'"),
        ("values[0].rater", "{who} is neither a placeholder nor a column"),
        ("system", "no column 'modell'"),
        ("example", "no column holds the example"),
    ]
    columns = "story, model, Human 1 RE, Human 2 RE, Human 1 CH, gpt"
    assert all(fault.allowed == columns for fault in caught.value.faults)


def test_every_fault_of_a_mapping_is_listed(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        yaml(
            tmp_path,
            """
            exmaple: id
            scale: 5-1
            values:
              - columns: []
                kind: robot
              - columns: "{a}{b}"
                recode: [x]
              - columns: "{a} {a}"
                rater: {x: y}
            """,
        )
    assert [fault.key for fault in caught.value.faults] == [
        "exmaple",
        "values[0].columns",
        "values[0].kind",
        "values[1].columns",
        "values[1].recode",
        "values[2].columns",
        "values[2].rater",
        "scale",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "this is not a table of keys"),
        ("[1, 2]", "this is not a table of keys"),
        ("a: [1", "the bracket that opens on line 1 is not closed"),
        ("a: !!python/object:os.system x\nvalues: []", "unknown key"),
        ("example: id", "say which columns hold values"),
        ("scale: 1-5\nscales: {a: 1-5}\nvalues: [{columns: a}]", "one of scale and scales"),
    ],
)
def test_what_is_no_mapping(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        yaml(tmp_path, text)


def test_a_mapping_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_mapping(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["nonsense"], "not a mapping; found nonsense"),
        (["example:a", "example:b", "rater:x"], "given twice"),
        (["colour:a", "rater:x"], "unknown key 'colour'"),
        (["peple:a"], "Did you mean 'people'"),
        (["exmaple:a", "people:b"], "allowed: rater, people, judge, check, value, scale, example"),
        (["example:a", "rater=Jon"], 'rater=Jon. Write --map "rater:Jon"'),
        (["example:a", "judge=GPT"], 'judge=GPT. Write --map "judge:GPT"'),
        (["example:a"], "say which columns hold values"),
        (["example:a", "rater:x", "scale=big"], "is not a scale"),
        (["example:a", "rater:x", "kind=robot"], "not a kind of rater"),
    ],
)
def test_faults_of_arguments(arguments: list[str], problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        parse_mapping(arguments)


@pytest.mark.parametrize("arguments", [["colour:a"], ["peple:a"], ["rater=Jon"], ["judge=x"]])
def test_one_mistake_is_one_fault(arguments: list[str]) -> None:
    with pytest.raises(DataError) as caught:
        parse_mapping(arguments)
    assert len(caught.value.faults) == 1


def test_a_misspelt_list_of_values_is_one_fault(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        yaml(tmp_path, "example: id\nvalue: [{columns: a}]")
    (fault,) = caught.value.faults
    assert (fault.key, fault.remedy) == ("value", "did you mean 'values'?")


def test_a_wide_file_is_answered_with_a_mapping_that_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "study.csv"
    file.write_text(
        "item id,model,Human 1,Human 2,gpt4 score,comment\n"
        "q1,a,4,5,3,good one\nq2,a,2,,1,\nq3,b,1,1,yes,bad\n"
    )
    with pytest.raises(DataError) as caught:
        read_ratings(file)
    *others, last = caught.value.faults
    assert all(fault.remedy is None for fault in others)
    line = (last.remedy or "").partition("as in: ")[2]
    words = shlex.split(line)
    assert words[1::2] == [
        "example:item id",
        "system:model",
        "people:Human 1,Human 2",
        "judge:gpt4 score",
    ]
    taken = read_ratings(file, mapping=parse_mapping(words[1::2]))
    assert taken.intake.kept >= 7


def test_nested_cells_are_no_guess(tmp_path: Path) -> None:
    file = jsonl(tmp_path, {"story": "s1", "marks": [1, 2], "grade": 4, "none": None})
    with pytest.raises(DataError) as caught:
        read_ratings(file)
    assert (caught.value.faults[-1].remedy or "").endswith("--map example:story --map people:grade")


def test_a_condition_that_no_row_meets(wide: Path, tmp_path: Path) -> None:
    mapping = yaml(tmp_path, "example: story\nvalues: [{columns: gpt, when: {model: zzz}}]")
    with pytest.raises(DataError, match="nothing in the file makes a rating"):
        read_ratings(wide, mapping=mapping)
