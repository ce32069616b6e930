"""A project over time: corrected files, retired checks, other plans, other people's folders."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from measurand.cli import main


@pytest.fixture(autouse=True)
def _in_a_starter_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init"]) == 0
    assert main(["check"]) == 0
    assert main(["import", "ratings.csv"]) == 0


def edit(file: str, old: str, new: str) -> None:
    path = Path(file)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def compared(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, list[dict[str, object]]]:
    capsys.readouterr()
    code = main(["compare", "--json", *words])
    captured = capsys.readouterr()
    assert code == 0, captured.err
    document: dict[str, list[dict[str, object]]] = json.loads(captured.out)
    return document


def mean(document: dict[str, list[dict[str, object]]], dimension: str, system: str) -> object:
    return next(
        result["value"]
        for result in document["results"]
        if result["name"] == "mean"
        and result["dimension"] == dimension
        and result.get("system") == system
        and "component" not in result
    )


def first_row() -> str:
    return Path("ratings.csv").read_text(encoding="utf-8").splitlines()[1]


def test_a_typo_refused_then_corrected_and_imported_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    row = first_row()
    before = compared(capsys)
    typo = row.rpartition(",")[0] + ",55"
    edit("ratings.csv", row, typo)
    assert main(["import", "ratings.csv"]) == 0
    limits = " ".join(map(str, compared(capsys)["limits"]))
    assert "1 of 853 ratings in ratings.csv (0.1%) were refused" in limits
    edit("ratings.csv", typo, row)
    assert main(["import", "ratings.csv"]) == 0
    after = compared(capsys)
    assert "refused" not in " ".join(map(str, after["limits"]))
    assert after["results"] == before["results"]


def test_a_check_that_the_plan_no_longer_names_has_no_vote(
    capsys: pytest.CaptureFixture[str],
) -> None:
    edit("measurand.yaml", "raters: [check.checklist]", "raters: [check.length_ratio]")
    assert main(["check"]) == 0
    changed = mean(compared(capsys), "completeness", "today")
    Path(".measurand/ledger.db").unlink()
    assert main(["check"]) == 0
    assert main(["import", "ratings.csv"]) == 0
    assert mean(compared(capsys), "completeness", "today") == changed


def test_a_system_that_the_plan_no_longer_names_is_left_out_and_it_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = Path("measurand.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if "outputs/expert.jsonl" not in line]
    assert len(kept) < len(lines)
    Path("measurand.yaml").write_text("".join(kept), encoding="utf-8")
    document = compared(capsys)
    assert "expert" not in {result.get("system") for result in document["results"]}
    assert any("not in the plan (expert)" in str(limit) for limit in document["limits"])


def test_ratings_of_examples_outside_the_set_are_left_out_and_it_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = mean(compared(capsys), "accuracy", "today")
    Path("more.csv").write_text(
        "example,system,dimension,rater,kind,value\nNOPE-9,today,accuracy,Ann,people,1\n"
    )
    assert main(["import", "more.csv"]) == 0
    document = compared(capsys)
    assert mean(document, "accuracy", "today") == before
    assert any("NOPE-9" in str(limit) for limit in document["limits"])


def test_values_off_a_narrowed_scale_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    text = Path("measurand.yaml").read_text(encoding="utf-8")
    kept = [line for line in text.splitlines(keepends=True) if "levels:" not in line]
    narrow = "".join(kept).replace("scale: 1-5", "scale: 1-3")
    Path("measurand.yaml").write_text(narrow, encoding="utf-8")
    capsys.readouterr()
    assert main(["compare"]) == 2
    err = capsys.readouterr().err
    assert "ratings of accuracy are off its scale" in err
    assert "allowed: 1-3" in err


def test_a_wide_import_takes_the_plan_s_scales(capsys: pytest.CaptureFixture[str]) -> None:
    Path("wide.csv").write_text("id,Zoe\ncore-01,8\ncore-02,4\n")
    capsys.readouterr()
    words = ["--map", "example:id", "--map", "people:Zoe", "--map", "system=today"]
    assert main(["import", "wide.csv", *words, "--map", "dimension=accuracy"]) == 0
    assert "1 kept, 1 refused" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", [["--weight", "accuracy=90"], ["--scale", "0-4"], ["--data", "data"], ["--map", "a:b"]]
)
def test_options_of_a_file_are_not_silently_ignored(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", *words]) == 2
    assert "no file is named" in capsys.readouterr().err


def test_a_target_that_forgets_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    edit("measurand.yaml", "file:outputs/today.jsonl", "outputs/today.jsonl")
    assert main(["check"]) == 2
    err = capsys.readouterr().err
    assert "did you mean file:outputs/today.jsonl?" in err.lower().replace("Did", "did")
    assert "measurand.yaml:" in err


def test_the_demo_does_not_write_over_a_project(capsys: pytest.CaptureFixture[str]) -> None:
    before = Path("measurand.yaml").read_bytes()
    assert main(["demo", "."]) == 2
    assert "not the demo's" in capsys.readouterr().err
    assert Path("measurand.yaml").read_bytes() == before


def test_a_requirement_decides_the_exit_code() -> None:
    assert main(["compare", "--require", "not-worse", "--max-blocking", "0.5"]) == 0
    assert main(["compare", "--require", "better", "--baseline", "expert"]) in {1, 3}
