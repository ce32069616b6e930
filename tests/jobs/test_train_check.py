"""Training a check from the user's own examples, through the command line."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from measurand.cli import main
from measurand.core.example import Example, Message
from measurand.core.output import Output
from measurand.raters.checks import Learned

pytest.importorskip("sklearn", reason="the extra `classifiers` is not installed")

WARM = ("thanks for asking", "happy to help", "gladly", "no problem at all", "you are welcome")
COLD = ("denied", "as stated", "read the manual", "not our concern", "wrong department")


def replies(path: Path, *, shuffled: bool = False) -> Path:
    rng = np.random.default_rng(5)
    rows = []
    for at in range(240):
        words = WARM if at % 2 else COLD
        text = f"{rng.choice(words)}, ticket {at}, {rng.choice(words)}"
        label = "friendly" if at % 2 else "curt"
        rows.append((text, rng.choice(["friendly", "curt"]) if shuffled else label))
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows([("text", "label"), *rows])
    return path


def output(text: str) -> Output:
    return Output(example="e", system="s", text=text)


EXAMPLE = Example(id="e", messages=(Message("user", "?"),))


def test_it_learns_says_how_well_and_then_rates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "tone.json"
    words = [str(replies(tmp_path / "r.csv")), "--good", "friendly", "-o", str(target)]
    assert main(["train-check", *words, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    accuracy = next(r for r in document["results"] if r["name"] == "held_out_accuracy")
    assert accuracy["low"] > 0.9
    check = Learned("tone", target)
    assert check.measure(EXAMPLE, output("happy to help, gladly, thanks for asking")).value == 1
    assert check.measure(EXAMPLE, output("read the manual, denied, as stated")).value == 0


def test_what_cannot_be_learned_refuses_to_rate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "noise.json"
    file = replies(tmp_path / "r.csv", shuffled=True)
    assert main(["train-check", str(file), "--good", "friendly", "-o", str(target)]) == 3
    assert "fail: " in capsys.readouterr().out
    rated = Learned("tone", target).measure(EXAMPLE, output("happy to help"))
    assert rated.value is None
    assert rated.reason


def test_a_missing_column_is_named_with_those_there_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = replies(tmp_path / "r.csv")
    assert main(["train-check", str(file), "--good", "friendly", "--text", "reply"]) == 2
    err = capsys.readouterr().err
    assert "r.csv: --text: there is no column reply; allowed: text, label" in err
    assert err.count("reply") == 1


def test_a_row_without_its_label_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "r.jsonl").write_text('{"text": "a", "label": "good"}\n{"text": "b"}\n')
    assert main(["train-check", str(tmp_path / "r.jsonl"), "--good", "good"]) == 2
    assert "r.jsonl:2: label: the row says nothing of this" in capsys.readouterr().err


def test_too_few_examples_are_too_few(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("text,label\na,good\nb,bad\n")
    words = [str(tmp_path / "r.csv"), "--good", "good", "-o", str(tmp_path / "x.json")]
    assert main(["train-check", *words]) == 3
