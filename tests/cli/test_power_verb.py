"""``measurand power``: whichever is left out is found, and all that is wrong is said at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from measurand.cli import main

Answer = dict[str, dict[str, Any]]


def answered(words: str, capsys: pytest.CaptureFixture[str], *, code: int = 0) -> Answer:
    assert main(["power", *words.split(), "--json"]) == code
    document = json.loads(capsys.readouterr().out)
    assert document["verb"] == "power"
    found: Answer = {}
    for result in document["results"]:
        found.setdefault(result["name"], result)
    return found


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        ("--difference .05 --discordance .14 --n 430", "power", 0.8017404),
        ("--difference .05 --discordance .14 --n 50", "power", 0.1211),
        ("--difference .05 --discordance .14", "n", 429),
        ("--difference .05 --discordance .14", "n_by_formula", 438),
        ("--discordance .15 --n 430", "difference", 0.052),
        ("--difference .05 --n 430", "discordance", 0.1406),
        ("--unpaired --rates .80,.85", "n", 903),
        ("--unpaired --rates .80,.85", "n_by_formula", 906),
        ("--unpaired --rates .80,.85 --n 430", "power", 0.488),
        ("--rates .80 --difference .05 --power .9", "n_by_formula", 1212),
        ("--graded --between 1/9 --difference .03", "n", 969),
        ("--graded --between 1/9 --within 1/6 --difference .03", "n", 3876),
        ("--graded --between 1/9 --within 1/6 --repeats 10 --difference .03", "n", 1260),
        ("--blocking .01", "n", 299),
        ("--blocking --n 50", "blocking_bound", 0.0),
        ("--judge-correlation .9 --effective 430 --label-cost 3 --judge-cost .085", "cost", 444.75),
        ("--correlation .90 --against .63 --between-them .5", "n", 26),
        ("", "power", 0.8017404),
    ],
)
def test_what_is_left_out_is_found(
    words: str, name: str, value: float, capsys: pytest.CaptureFixture[str]
) -> None:
    found = answered(words, capsys)[name]
    assert found["value"] == pytest.approx(value, abs=5e-4)
    if name != "blocking_bound":
        assert found["low"] == found["value"] == found["high"]


def test_what_50_failure_free_examples_prove(capsys: pytest.CaptureFixture[str]) -> None:
    assert answered("--blocking --n 50", capsys)["blocking_bound"]["high"] == pytest.approx(
        0.058, abs=5e-4
    )


def test_the_power_is_that_at_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    found = answered("--difference .05 --discordance .14 --power .9", capsys)
    again = answered(f"--difference .05 --discordance .14 --n {found['n']['value']:.0f}", capsys)
    assert found["power"]["value"] == again["power"]["value"] >= 0.9


def test_an_answer_that_does_not_exist_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    found = answered("--difference .05 --n 50", capsys, code=3)
    assert found["power"]["value"] is None
    assert "however seldom" in str(found["discordance"]["reason"])


@pytest.mark.parametrize(
    ("words", "faults"),
    [
        ("--n x --power 2 --difference much", ["'x' is not", "--power 2", "'much' is not"]),
        ("--difference .5 --discordance .14 --n 1.5", ["--n 1.5", "cannot differ by more"]),
        ("--difference .05", ["discordance and --n are missing"]),
        ("--difference 0 --discordance .1 --n 50", ["--difference 0"]),
        ("--difference .05 --sd .3 --blocking .1", ["--difference says", "--sd says"]),
        ("--rates .8,.8", ["equal rates"]),
        ("--rates .8,.85 --difference .05", ["say the same twice"]),
        ("--rates .8,.9,1.2", ["one or two rates", "--rates 1.2"]),
        ("--graded --difference .1", ["needs --sd"]),
        ("--graded --sd .3 --between .1 --repeats 3 --n 9", ["not both", "--within"]),
        ("--discordance .1 --difference .05 --icc .2", ["--icc needs"]),
        ("--discordance .1 --difference .05 --n 5 --clusters 9", ["need --icc", "empty"]),
        ("--margin .05", ["--margin needs --discordance"]),
        ("--margin .05 --discordance .1 --side one", ["--side and --margin"]),
        ("--blocking", ["--blocking needs the rate"]),
        ("--blocking 1.5", ["a share lies from 0 to 1"]),
        ("--correlation .9 --against .9 --between-them .5", ["equal correlations"]),
        ("--correlation .9 --against -.9 --between-them .9", ["no three variables"]),
        ("--correlation .9 --against .5", ["go together"]),
        ("--judge-correlation .8", ["needs --labels"]),
        ("--judge-correlation .8 --labels 90 --n 50", ["labelled outputs are among them"]),
        ("--judge-correlation .8 --effective 430", ["--label-cost", "--judge-cost"]),
        ("--n 430 --difference nan --discordance .1", ["a number is finite"]),
    ],
)
def test_everything_wrong_is_said_at_once(
    words: str, faults: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["power", *words.split()]) == 2
    told = capsys.readouterr().err
    assert [fault for fault in faults if fault not in told] == []


def test_the_terminal_has_a_table_and_a_curve(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert main(["power", "--difference", ".05", "--discordance", ".14", "--n", "430"]) == 0
    told = capsys.readouterr().out
    assert "80.2%" in told
    assert "▁" in told
    assert "█" in told


def test_pages_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, text = tmp_path / "p.html", tmp_path / "p.md"
    words = ["power", "--difference", ".05", "--discordance", ".14", "--n", "430"]
    assert main([*words, "--html", str(page), "--markdown", str(text)]) == 0
    assert "written" in capsys.readouterr().out
    html = page.read_text(encoding="utf-8")
    assert html.count("<svg") == 2  # wide, and narrow
    assert "430: 80.2%" in html
    assert "80.2%" in text.read_text(encoding="utf-8")


def test_without_a_question_the_guide_s_sizes_are_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["power", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    paired = [
        round(r["value"], 3)
        for r in document["results"]
        if r["name"] == "detectable" and r["n"] == 430 and "yes/no, paired" in r["design"]
    ]
    assert paired == [0.042, 0.05, 0.06, 0.074]
    told = " ".join(document["limits"])
    assert "at most 14.1%" in told
    assert "903 of each system (906 of each system by the formula" in told
    assert "Only the 200 of core" in told
