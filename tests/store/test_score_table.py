"""A table of scores: wide or long, what is guessed, what is missing, what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest

from measurand.errors import DataError
from measurand.store.score_names import normal_name
from measurand.store.score_table import ScoreReading, read_scores

WIDE = """\
model,org,mmlu,mmlu_se,arena,quality
a,X,71,1.5,1102,3.1
b,Y,,1.0,1180,3.6
c,X,68,2.0,-,3.3
"""
LONG = """\
llm_model,scenario,score,file
a,mmlu,71,one
a,arena,1102,one
b,mmlu,75,one
b,arena,1180,two
"""


def written(folder: Path, text: str, name: str = "scores.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def faults(path: Path, reading: ScoreReading | None = None) -> str:
    with pytest.raises(DataError) as refused:
        read_scores(path, reading)
    return str(refused.value)


def test_a_row_a_system(tmp_path: Path) -> None:
    found = read_scores(written(tmp_path, WIDE), ScoreReading(outcomes=("quality",)))
    assert found.systems == ("a", "b", "c")
    assert tuple(found.columns) == ("mmlu", "arena", "quality")
    np.testing.assert_equal(found.columns["mmlu"], [71, np.nan, 68])
    np.testing.assert_equal(found.columns["arena"], [1102, 1180, np.nan])
    np.testing.assert_equal(found.errors["mmlu"], [1.5, 1.0, 2.0])
    assert found.families is None
    assert found.read == 7
    assert found.notes == (
        "model was taken for the system",
        "taken for standard errors: mmlu_se",
        "without a single number, and left out: org",
    )
    assert not found.limits


def test_a_row_a_score(tmp_path: Path) -> None:
    found = read_scores(written(tmp_path, LONG), ScoreReading(outcomes=("arena",)))
    assert found.systems == ("a", "b")
    assert found.columns["arena"].tolist() == [1102, 1180]
    joined = read_scores(written(tmp_path, LONG), ScoreReading(benchmark="file,scenario"))
    assert tuple(joined.columns) == ("one/mmlu", "one/arena", "two/arena")


def test_json_lines_are_read_too(tmp_path: Path) -> None:
    rows = '{"model": "a", "mmlu": 71, "q": 3}\n{"model": "b", "mmlu": null, "q": 4}\n'
    found = read_scores(written(tmp_path, rows, "scores.jsonl"))
    np.testing.assert_equal(found.columns["mmlu"], [71, np.nan])


def test_what_is_named_is_taken(tmp_path: Path) -> None:
    reading = ScoreReading(
        outcomes=("quality",),
        benchmarks=("arena",),
        system="model",
        family="org",
        lower_is_better=("arena",),
        names={"a": "A"},
    )
    found = read_scores(written(tmp_path, WIDE), reading)
    assert found.systems == ("A", "b", "c")
    assert found.families == ("X", "Y", "X")
    assert tuple(found.columns) == ("arena", "quality")
    np.testing.assert_equal(found.columns["arena"], [-1102, -1180, np.nan])


def test_names_that_look_alike_are_told_and_kept_apart(tmp_path: Path) -> None:
    found = read_scores(written(tmp_path, "model,q,b\nGPT-4,1,2\ngpt_4,2,3\n"))
    assert found.systems == ("GPT-4", "gpt_4")
    assert "GPT-4 and gpt_4; where they are one, give it one name" in found.notes[-1]


def test_every_fault_is_told_with_its_place(tmp_path: Path) -> None:
    path = written(tmp_path, "model,mmlu,quality\na,71,3\nb,good,4\na,72,5\n,1,2\n")
    told = faults(path)
    assert f"{path}:3: mmlu: not a number; found" in told
    assert "allowed: a number, or an empty cell" in told
    assert f"{path}:4: model: this system has a row already" in told
    assert f"{path}:5: model: a row has no system" in told


@pytest.mark.parametrize(
    ("text", "reading", "said"),
    [
        (LONG + "b,arena,9,two\n", ScoreReading(), "has a score on it already, in line 5"),
        (WIDE, ScoreReading(outcomes=("quallity",)), "Did you mean 'quality'?"),
        (WIDE, ScoreReading(system="modle"), "there is no column modle"),
        (WIDE, ScoreReading(errors="_sd"), "ends in _sd"),
        ("x,y\n1,2\n", ScoreReading(), "no column is called as the system usually is"),
        ("model,family,q\na,X,1\nb,,2\n", ScoreReading(), "a system has no family"),
        ("model,q,q_se\na,1,-1\nb,2,1\n", ScoreReading(), "a standard error of q is negative"),
        ("model,q\na,true\nb,1\n", ScoreReading(), "not a number"),
        ("", ScoreReading(), "empty"),
    ],
)
def test_what_cannot_be_read_is_refused(
    tmp_path: Path, text: str, reading: ScoreReading, said: str
) -> None:
    assert said in faults(written(tmp_path, text), reading)


def test_yes_is_no_number_in_json_either(tmp_path: Path) -> None:
    path = written(tmp_path, '{"model": "a", "q": true}\n{"model": "b", "q": 1}\n', "s.jsonl")
    assert "not a number" in faults(path)


def test_a_second_score_is_refused_wherever_it_stands(tmp_path: Path) -> None:
    """All of an array on one line has the same line number."""
    rows = [("a", "x", 1), ("b", "x", 2), ("a", "x", 99)]
    cells = [{"model": m, "benchmark": b, "score": s} for m, b, s in rows]
    for indent in (None, 1):
        path = written(tmp_path, json.dumps(cells, indent=indent), "scores.json")
        assert "has a score on it already, in line" in faults(path)


def test_a_benchmark_without_a_name_is_a_fault(tmp_path: Path) -> None:
    assert ":6: scenario: a row has no benchmark" in faults(written(tmp_path, LONG + "a,,3,two\n"))
    reading = ScoreReading(benchmark="file,scenario")
    assert "a row has no benchmark" in faults(written(tmp_path, LONG + "a,x,3,\n"), reading)


def test_names_that_are_nowhere_are_refused(tmp_path: Path) -> None:
    told = faults(written(tmp_path, WIDE), ScoreReading(names={"a": "A", "typo": "T"}))
    assert "--names: not in the table: typo" in told


def test_what_was_turned_round_is_told(tmp_path: Path) -> None:
    reading = ScoreReading(outcomes=("quality",), lower_is_better=("mmlu", "quality"))
    (told,) = read_scores(written(tmp_path, WIDE), reading).limits
    assert "turned round before anything was computed: mmlu, quality." in told
    assert "The best by quality has the least of it." in told


def test_a_benchmark_that_is_left_out_for_its_writing_is_told(tmp_path: Path) -> None:
    text = 'model,org,pct,comma,quality\na,X,50%,"0,5",1\nb,Y 2,,"1,25",2\nc,2 Z,7.5 %,-,3\n'
    found = read_scores(written(tmp_path, text))
    assert tuple(found.columns) == ("quality",)
    (told,) = found.limits
    assert "Left out, for not one of its cells is a plain number as 0.5: pct, comma." in told
    assert found.notes[-1] == "without a single number, and left out: org"


def test_no_score_is_beyond_what_can_be_squared(tmp_path: Path) -> None:
    told = faults(written(tmp_path, "model,q\na,4.6e201\nb,1\n"))
    assert ":2: q: too large for a score" in told


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("GPT-4", "gpt_4", True),
        ("Llama 3.1 (70B)", "llama3.1-70b", True),
        ("Command R", "Command R+", False),
        ("a+", "a", False),
        ("gpt-3.5", "gpt-35", False),
        ("qwen-1.5", "qwen-15", False),
        ("x-2-7b", "x-27b", False),
        ("x-2-7b", "x-2.7b", False),
        ("Turbo.", "turbo", True),
    ],
)
def test_what_tells_models_apart_is_part_of_a_name(one: str, other: str, *, same: bool) -> None:
    assert (normal_name(one) == normal_name(other)) is same
